//! Fixtures of checks that are rows of a table: `tests/sheets/<family>.yaml`, one line a case.
//!
//! A key is the check's id; below it stand `<expectation>[.<case>]: <what there is>`, and what there is becomes a
//! manifest. Of a control-plane component that is its command line; of a kubelet its configuration; of a node its files.
//! `{kubernetes: "1.30", is: …}` sets the version.

use plimsoll::inventory::yaml;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A case: its family, its check's id, its expectation and its manifest.
pub struct Case {
    #[allow(dead_code)] // one of the tests asks
    pub family: String,
    pub check: String,
    pub case: String,
    pub text: String,
}

/// Every case of every sheet.
pub fn all() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sheets");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let family = file.file_stem().unwrap().to_string_lossy().into_owned();
        let sheet = yaml::parse(&fs::read_to_string(&file).unwrap()).unwrap();
        assert!(sheet.warnings.is_empty(), "{family}: {:?}", sheet.warnings);
        for (check, rows) in sheet.value.as_object().unwrap() {
            for (case, is) in rows.as_object().unwrap() {
                let said = is.get("kubernetes").and_then(Value::as_str);
                let head = said.map(|version| format!("# kubernetes: {version}\n")).unwrap_or_default();
                let text = format!("{head}{}", manifest(&family, is.get("is").unwrap_or(is)));
                cases.push(Case { family: family.clone(), check: check.clone(), case: case.clone(), text });
            }
        }
    }
    cases
}

fn manifest(family: &str, is: &Value) -> String {
    let program = match family {
        "apiserver" => "kube-apiserver",
        "kcm" => "kube-controller-manager",
        "scheduler" => "kube-scheduler",
        "etcd" => "etcd",
        "kubelet" => {
            return yaml::print(
                &json!({"apiVersion": "plimsoll/v1", "kind": "KubeletConfig", "metadata": {"name": "worker-1"}, "kubeletconfig": is}),
            );
        }
        _ => return yaml::print(&facts(is)),
    };
    let mut text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {program}-cp-1\n  namespace: kube-system\n  labels: {{component: {program}, \
         tier: control-plane}}\nspec:\n  containers:\n    - name: {program}\n      image: registry.k8s.io/{program}:v1\n      command:\n        - {program}\n"
    );
    for word in is.as_str().unwrap().split_whitespace() {
        // a number would be no text, and a colon at the end a key
        let plain = word.starts_with("--") && !word.ends_with(':');
        let quoted = if plain { word.to_owned() } else { format!("{word:?}") };
        text += &format!("        - {quoted}\n");
    }
    text
}

/// `PATH MODE UID:GID [USER:GROUP]`, `PATH missing`, `PATH error`; a path that ends with a slash is a directory. Other
/// keys are those of the document.
fn facts(is: &Value) -> Value {
    let (mut files, mut missing, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    let lines = is.get("files").unwrap_or(is);
    for line in lines.as_array().into_iter().flatten() {
        let words: Vec<&str> = line.as_str().unwrap().split_whitespace().collect();
        let (path, folder) = (words[0].trim_end_matches('/'), words[0].ends_with('/'));
        match words[1] {
            "missing" => missing.push(json!(path)),
            "error" => errors.push(json!({"path": path, "message": "permission denied"})),
            mode => {
                let (uid, gid) = words[2].split_once(':').unwrap();
                let kind = if folder { "directory" } else { "file" };
                let (uid, gid): (u32, u32) = (uid.parse().unwrap(), gid.parse().unwrap());
                let mut file = json!({"path": path, "type": kind, "mode": mode, "uid": uid, "gid": gid});
                if let Some((user, group)) = words.get(3).and_then(|names| names.split_once(':')) {
                    file["user"] = json!(user);
                    file["group"] = json!(group);
                }
                files.push(file);
            }
        }
    }
    let mut facts = json!({
        "apiVersion": "plimsoll/v1", "kind": "NodeFacts", "metadata": {"name": "cp-1"}, "schemaVersion": 1,
        "collectedAt": "2026-01-01T00:00:00Z", "collectedBy": "plimsoll 0.1.0", "files": files, "missing": missing, "errors": errors,
    });
    for (key, value) in is.as_object().into_iter().flatten().filter(|(key, _)| *key != "files") {
        facts[key] = value.clone();
    }
    facts
}
