//! The few fields that checks name, of files that hold more.

use super::certificate;
use super::root::Root;
use crate::inventory::kubelet::KubeletConfig;
use crate::inventory::node_facts::{AuditPolicy, AuditRule, EncryptedResources, Encryption};
use crate::inventory::yaml;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A YAML file. Err: what is wrong with it; None: it is not there.
fn parse(root: &Root, path: &str) -> Result<Option<Value>, String> {
    let bytes = match root.find(path) {
        Ok(None) => return Ok(None),
        Ok(Some(entry)) => entry.read().map_err(|error| error.to_string())?,
        Err(error) => return Err(error.to_string()),
    };
    let bytes = bytes.ok_or("no regular file, or too large")?;
    let text = String::from_utf8(bytes).map_err(|_| "not UTF-8")?;
    // where it is at fault, and not what stands there: that may be a key
    let parsed = yaml::parse(&text).map_err(|error| format!("not YAML, line {}", error.line))?;
    Ok(Some(parsed.value))
}

/// Fields of the kubelet's configuration.
pub(super) fn kubelet(root: &Root, path: &str) -> Result<Option<KubeletConfig>, String> {
    let Some(value) = parse(root, path)? else { return Ok(None) };
    serde_json::from_value(value).map(Some).map_err(|_| "no KubeletConfiguration".to_owned())
}

/// Entries of an encryption configuration: resources, and names of providers.
pub(super) fn encryption(root: &Root, path: &str) -> Result<Option<Encryption>, String> {
    let Some(value) = parse(root, path)? else { return Ok(None) };
    let entries = value.get("resources").and_then(Value::as_array).ok_or("no EncryptionConfiguration")?;
    let names = |value: Option<&Value>| -> Vec<String> {
        let list = value.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let providers = |value: Option<&Value>| -> Vec<String> {
        let list = value.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_object).flat_map(|provider| provider.keys().take(1).cloned()).collect()
    };
    let resources = entries.iter().map(|entry| EncryptedResources {
        resources: names(entry.get("resources")),
        providers: providers(entry.get("providers")),
    });
    Ok(Some(Encryption { path: path.to_owned(), resources: resources.collect() }))
}

/// Rules of an audit policy.
pub(super) fn audit_policy(root: &Root, path: &str) -> Result<Option<AuditPolicy>, String> {
    let Some(mut value) = parse(root, path)? else { return Ok(None) };
    let rules = value.get_mut("rules").map(Value::take).unwrap_or_default();
    let rules: Option<Vec<AuditRule>> = serde_json::from_value(rules).map_err(|_| "no audit Policy")?;
    Ok(Some(AuditPolicy { path: path.to_owned(), rules: rules.unwrap_or_default() }))
}

/// When the certificates that a kubeconfig holds run out.
pub(super) fn expiry_in_kubeconfig(text: &str) -> Option<String> {
    let config = yaml::parse(text).ok()?.value;
    let users = config.get("users")?.as_array()?;
    let data = users.iter().filter_map(|user| user.pointer("/user/client-certificate-data")?.as_str());
    let pems = data.filter_map(|data| String::from_utf8(STANDARD.decode(data.trim()).ok()?).ok());
    pems.filter_map(|pem| certificate::of_pem(&pem)?.expires).min()
}
