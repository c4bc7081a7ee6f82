//! Each object of a real server, read as protobuf and as JSON, decodes to equal structs: the proof of every tag.
#![cfg(feature = "live")]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use bytes::Bytes;
use http_body_util::BodyExt;
use plimsoll::inventory::{Kind, Object, Wire};
use prost::Message;
use serde_json::Value;
use xtask::cluster::{Cluster, Options, load, skip};

#[derive(Clone, PartialEq, Message)]
struct Unknown {
    #[prost(bytes = "bytes", tag = "2")]
    raw: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct List {
    #[prost(bytes = "bytes", repeated, tag = "2")]
    items: Vec<Bytes>,
}

async fn get(client: &kube::Client, path: &str, accept: &str) -> Bytes {
    let request = http::Request::get(path).header("accept", accept).body(kube::client::Body::empty()).unwrap();
    let answer = client.send(request).await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.into_body().collect().await.unwrap().to_bytes()
}

#[test]
fn protobuf_and_json_decode_to_the_same() {
    if skip("protobuf_and_json_decode_to_the_same").unwrap() {
        return;
    }
    let cluster = Cluster::start(Options::default()).unwrap();
    cluster.kubectl_input(["apply", "-f", "-"], include_str!("encodings/everything.yaml")).unwrap();
    if xtask::paths::shared().join("corpus").is_dir() {
        load::corpus(&cluster).unwrap();
    } else {
        eprintln!("protobuf_and_json_decode_to_the_same: without ../shared/corpus, the project's own objects only");
    }
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let kubeconfig = kube::config::Kubeconfig::read_from(cluster.kubeconfig()).unwrap();
        let config = kube::Config::from_custom_kubeconfig(kubeconfig, &Default::default()).await.unwrap();
        let client = kube::Client::try_from(config).unwrap();
        let mut compared = 0;
        for kind in Kind::ALL.iter().copied().filter(|kind| kind.info().wire == Wire::Protobuf) {
            let version = kind.api_version();
            let root = if version.contains('/') { "apis" } else { "api" };
            let path = format!("/{root}/{version}/{}", kind.info().plural);
            let protobuf = get(&client, &path, "application/vnd.kubernetes.protobuf").await;
            let list = List::decode(Unknown::decode(protobuf.slice(4..)).unwrap().raw).unwrap();
            let json: Value = serde_json::from_slice(&get(&client, &path, "application/json").await).unwrap();
            let items = json.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
            assert_eq!(list.items.len(), items.len(), "{path}");
            for (raw, value) in list.items.into_iter().zip(items) {
                let name = value.pointer("/metadata/name").cloned();
                let from_protobuf = format!("{:#?}", Object::from_protobuf(kind, raw).unwrap());
                let from_json = format!("{:#?}", Object::from_json(kind, value).unwrap());
                if from_protobuf != from_json {
                    let differ = from_protobuf.lines().zip(from_json.lines()).find(|(a, b)| a != b);
                    panic!("{path} {name:?}: {differ:?}");
                }
                compared += 1;
            }
        }
        assert!(compared > 100, "compared {compared} objects");
    });
}
