//! What kubescape's sensor reports of a node, as a `NodeFacts` document: this also shows how such evidence comes in.

use base64::Engine as _;
use plimsoll::inventory::yaml;
use serde_json::{Value, json};

/// Whether it is what the sensor saw of a node.
pub fn is_of_node(object: &Value) -> bool {
    object["apiVersion"].as_str().is_some_and(|version| version.starts_with("hostdata.kubescape.cloud/"))
}

/// YAML in base64.
fn content(value: &Value) -> Option<Value> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(value["content"].as_str()?).unwrap();
    Some(yaml::parse(&String::from_utf8(bytes).unwrap().replace('\r', "")).unwrap().value)
}

fn file(of: &Value, kind: &str) -> Option<Value> {
    let owner = &of["ownership"];
    let name = |field: &str| owner[field].as_str().filter(|name| !name.is_empty());
    // its cases mean the names, whatever the numbers beside them say
    let number = |field: &str, by: &str| match name(by) {
        Some("root") => json!(0),
        Some(_) => json!(1000),
        None => owner[field].clone(),
    };
    let mode = format!("{:04o}", of["permissions"].as_u64()?);
    Some(json!({
        "path": of["path"], "type": kind, "mode": mode, "uid": number("uid", "username"), "gid": number("gid", "groupname"),
        "user": name("username"), "group": name("groupname"),
    }))
}

/// What its sensor saw of a node, as a document of ours; anything else is an object already.
pub fn object(value: &Value) -> Value {
    let data = &value["data"];
    let mut files = Vec::new();
    let mut processes = Vec::new();
    let mut process = |name: &str, line: &Value, more: &[(&str, &Value)]| {
        let mut args: Vec<String> = line.as_str().unwrap_or(name).split_whitespace().map(str::to_owned).collect();
        if args.first().is_none_or(|first| first.starts_with('-')) {
            args.insert(0, name.to_owned());
        }
        let named = more.iter().filter_map(|(flag, file)| Some(format!("--{flag}={}", file["path"].as_str()?)));
        args.extend(named);
        processes.push(json!({"name": name, "args": args}));
    };
    let mut facts = json!({
        "apiVersion": "plimsoll/v1", "kind": "NodeFacts", "metadata": {"name": "node"}, "schemaVersion": 1,
        "collectedAt": "2026-01-01T00:00:00Z", "collectedBy": "kubescape", "missing": ["/etc/kubernetes", "/var/lib/cni/networks"],
    });
    match value["kind"].as_str().unwrap() {
        "ControlPlaneInfo" => {
            let (server, manager, scheduler) =
                (&data["APIServerInfo"], &data["controllerManagerInfo"], &data["schedulerInfo"]);
            process("kube-apiserver", &server["cmdLine"], &[]);
            process("kube-controller-manager", &manager["cmdLine"], &[("kubeconfig", &manager["configFile"])]);
            process("kube-scheduler", &scheduler["cmdLine"], &[("kubeconfig", &scheduler["configFile"])]);
            process("etcd", &Value::Null, &[("data-dir", &data["etcdDataDir"])]);
            let plain = [&server["specsFile"], &manager["specsFile"], &manager["configFile"], &scheduler["specsFile"]];
            let more = [&scheduler["configFile"], &data["etcdConfigFile"], &data["adminConfigFile"]];
            files.extend(plain.into_iter().chain(more).filter_map(|of| file(of, "file")));
            files.extend([&data["etcdDataDir"], &data["PKIDir"]].into_iter().filter_map(|of| file(of, "directory")));
            files.extend(data["PKIFiles"].as_array().into_iter().flatten().filter_map(|of| file(of, "file")));
            let encryption = &server["encryptionProviderConfigFile"];
            if let Some(config) = content(encryption) {
                let providers = |entry: &Value| -> Vec<String> {
                    let list = entry["providers"].as_array().unwrap();
                    list.iter().flat_map(|p| p.as_object().unwrap().keys().cloned().collect::<Vec<_>>()).collect()
                };
                let entries = config["resources"].as_array().unwrap().iter();
                let entries = entries.map(|e| json!({"resources": e["resources"], "providers": providers(e)}));
                facts["encryption"] = json!({"path": encryption["path"], "resources": entries.collect::<Vec<_>>()});
            }
        }
        "KubeletInfo" => {
            let ca = &data["clientCAFile"];
            process("kubelet", &data["cmdLine"], &[("kubeconfig", &data["kubeConfigFile"]), ("client-ca-file", ca)]);
            files.extend([&data["kubeConfigFile"], ca].into_iter().filter_map(|of| file(of, "file")));
            for unit in data["serviceFiles"].as_array().into_iter().flatten() {
                let mut unit = file(unit, "file").unwrap();
                unit["path"] = json!("/etc/systemd/system/kubelet.service");
                files.push(unit);
            }
            facts["missing"] = json!(["/etc/systemd/system/kubelet.service.d"]);
            if let Some(mut config) = content(&data["configFile"]) {
                // one case has a number for a path, which no kubelet takes
                if let Some(number) = config["tlsCertFile"].as_u64() {
                    config["tlsCertFile"] = json!(number.to_string());
                }
                facts["kubeletConfig"] = config;
            }
        }
        "KubeProxyInfo" => {
            process("kube-proxy", &data["cmdLine"], &[("kubeconfig", &data["kubeConfigFile"])]);
            files.extend(file(&data["kubeConfigFile"], "file"));
        }
        // what it saw of a network plugin shows in the API as its DaemonSet
        "CNIInfo" if data["CNINames"].is_array() => {
            let names = data["CNINames"].as_array().unwrap().iter();
            return json!({"apiVersion": "v1", "kind": "List", "items": names.map(plugin).collect::<Vec<_>>()});
        }
        "CNIInfo" => {
            files.push(json!({"path": "/etc/cni/net.d", "type": "directory", "mode": "0755", "uid": 0, "gid": 0}));
            files.extend(data["CNIConfigFiles"].as_array().unwrap().iter().filter_map(|of| file(of, "file")));
        }
        _ => return value.clone(),
    }
    facts["files"] = files.into();
    facts["processes"] = processes.into();
    facts
}

fn plugin(name: &Value) -> Value {
    let daemon_set = match name.as_str().unwrap() {
        "aws" => "aws-node",
        "Flannel" => "kube-flannel-ds",
        "Calico" => "calico-node",
        other => panic!("which DaemonSet is {other}?"),
    };
    json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": daemon_set, "namespace": "kube-system"},
        "spec": {"template": {"spec": {"containers": [{"name": "agent", "image": "registry.example/agent"}]}}},
    })
}
