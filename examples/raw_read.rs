//! The bytes alone: the requests of `plimsoll scan` with the same `Accept` and concurrency, over plain hyper, bodies
//! thrown away. `cargo xtask bench scan` holds plimsoll's time against this one's. Prints seconds and bytes.
#![allow(clippy::print_stdout, missing_docs)]

#[cfg(feature = "live")]
fn main() -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(raw::run())
}

#[cfg(not(feature = "live"))]
fn main() {}

#[cfg(feature = "live")]
mod raw {
    use anyhow::{Context, Result, bail};
    use http_body_util::{BodyExt, Empty};
    use hyper_util::client::legacy::Client;
    use hyper_util::client::legacy::connect::Connect;
    use hyper_util::rt::TokioExecutor;
    use kube::client::ConfigExt;
    use plimsoll::inventory::{Kind, Version, Wire};
    use std::sync::Arc;
    use std::time::Instant;
    use tokio::sync::Semaphore;

    const END: &[u8] = b"k8s.io/initial-events-end";

    pub(super) async fn run() -> Result<()> {
        let begin = Instant::now();
        let config = kube::Config::infer().await?;
        let connector = config.rustls_https_connector()?;
        let client: Client<_, Empty<bytes::Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
        let base = config.cluster_url.to_string();
        let base = base.trim_end_matches('/').to_owned();
        let packs = plimsoll::frameworks::embedded()?;
        let editions = plimsoll::engine::Selection::default().editions(&packs, Version::NEWEST)?;
        let mut kinds: Vec<Kind> =
            plimsoll::engine::kinds(&editions, &[]).into_iter().filter(|kind| !kind.is_custom()).collect();
        kinds.sort_by_key(|kind| (*kind != Kind::Pod, *kind != Kind::ReplicaSet));
        let slots = Arc::new(Semaphore::new(8));
        // kube keeps a kubeconfig's token secret even from its own user: the bench hands it over
        let token = std::env::var("PLIMSOLL_BENCH_TOKEN").ok().map(|token| format!("Bearer {token}"));
        let mut tasks = tokio::task::JoinSet::new();
        for kind in kinds {
            let (client, base, token, slots) = (client.clone(), base.clone(), token.clone(), slots.clone());
            tasks.spawn(async move {
                let _slot = slots.acquire().await?;
                read(&client, &base, token.as_deref(), kind).await
            });
        }
        let mut bytes = 0;
        while let Some(read) = tasks.join_next().await {
            bytes += read??;
        }
        println!("{:.4} {bytes}", begin.elapsed().as_secs_f64());
        Ok(())
    }

    async fn read<C: Connect + Clone + Send + Sync + 'static>(
        client: &Client<C, Empty<bytes::Bytes>>,
        base: &str,
        token: Option<&str>,
        kind: Kind,
    ) -> Result<usize> {
        let accept = match kind.info().wire {
            Wire::Metadata => {
                "application/vnd.kubernetes.protobuf;stream=watch;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
            }
            _ => "application/vnd.kubernetes.protobuf;stream=watch",
        };
        let version = kind.api_version();
        let root = if version.contains('/') { "apis" } else { "api" };
        let query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
        let uri = format!("{base}/{root}/{version}/{}?{query}", kind.info().plural);
        let mut request = http::Request::get(uri).header("accept", accept);
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        let answer = client.request(request.body(Empty::new())?).await?;
        if !answer.status().is_success() {
            bail!("{}: {}", kind.name(), answer.status());
        }
        let mut body = answer.into_body();
        let (mut bytes, mut tail) = (0, Vec::new());
        while let Some(frame) = body.frame().await {
            let chunk = frame?.into_data().ok().context("no data")?;
            bytes += chunk.len();
            // the marker may be cut between two chunks
            tail.extend_from_slice(chunk.get(..chunk.len().min(END.len())).unwrap_or_default());
            let found = |text: &[u8]| text.windows(END.len()).any(|window| window == END);
            let near_the_end = chunk.get(chunk.len().saturating_sub(4096)..).unwrap_or_default();
            if found(near_the_end) || found(&tail) {
                return Ok(bytes);
            }
            tail = chunk.get(chunk.len().saturating_sub(END.len())..).unwrap_or_default().to_vec();
        }
        bail!("{}: the stream ended early", kind.name())
    }
}
