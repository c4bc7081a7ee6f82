//! The login program of a context's user with the terminal to itself: in the background it may not ask anything.

use super::config::{self, Flags};
use super::errors::ConnectError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::config::{AuthInfo, ExecConfig};
use serde::Deserialize;
use std::fmt;
use std::process::{Command, Stdio};

/// What a login program gave: for one context, until it is over.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
    /// Whose it is.
    #[serde(skip)]
    context: Option<String>,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // never the rest
        f.debug_struct("Credential").field("context", &self.context).finish_non_exhaustive()
    }
}

impl Credential {
    /// From what a login program wrote (`ExecCredential`).
    ///
    /// # Errors
    /// It is none, in words that do not quote it.
    pub fn read(written: &[u8], context: Option<String>) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Answer {
            status: Option<Credential>,
        }
        let text = std::str::from_utf8(written).map_err(|_| "it wrote no text".to_owned())?;
        // YAML as well, which client-go takes too
        let answer: Answer =
            serde_saphyr::from_str(text).map_err(|_| "what it wrote is no ExecCredential".to_owned())?;
        let credential = answer.status.ok_or("its ExecCredential has no status")?;
        let is_pair = credential.client_certificate_data.is_some() && credential.client_key_data.is_some();
        if credential.token.is_none() && !is_pair {
            return Err("its ExecCredential holds neither a token nor a certificate".to_owned());
        }
        Ok(Self { context, ..credential })
    }

    /// Whether it is for this context.
    pub(super) fn is_of(&self, context: Option<&str>) -> bool {
        self.context.as_deref() == context
    }

    /// Stands in for the program.
    pub(super) fn stand_in(&self, info: &mut AuthInfo) {
        let encoded = |text: &String| STANDARD.encode(text);
        info.exec = None;
        info.token = self.token.clone().map(Into::into);
        info.client_certificate_data = self.client_certificate_data.as_ref().map(encoded);
        info.client_key_data = self.client_key_data.as_ref().map(encoded).map(Into::into);
    }
}

/// The login program of the chosen context's user, as kubectl would start it, and the context. Its standard output is
/// to be kept: the credential stands there.
///
/// # Errors
/// The kubeconfig cannot be used, or its user has none.
pub async fn program(flags: &Flags) -> Result<(Command, Option<String>), ConnectError> {
    let (config, context) = config::load(&Flags { credential: None, ..flags.clone() }).await?;
    let none = || ConnectError::new("the user of this context has no login program", "Log in as your provider says");
    let exec = config.auth_info.exec.as_ref().ok_or_else(none)?;
    let mut command = Command::new(exec.command.as_deref().ok_or_else(none)?);
    command.args(exec.args.iter().flatten());
    for variable in exec.env.iter().flatten() {
        if let (Some(name), Some(value)) = (variable.get("name"), variable.get("value")) {
            command.env(name, value);
        }
    }
    command.env("KUBERNETES_EXEC_INFO", told(exec));
    for name in exec.drop_env.iter().flatten() {
        command.env_remove(name);
    }
    command.stdin(Stdio::inherit()).stderr(Stdio::inherit()).stdout(Stdio::piped());
    Ok((command, context))
}

/// What a program is told: `KUBERNETES_EXEC_INFO`.
fn told(exec: &ExecConfig) -> String {
    let cluster = exec.cluster.as_ref().filter(|_| exec.provide_cluster_info);
    let spec = match cluster.and_then(|cluster| serde_json::to_value(cluster).ok()) {
        Some(cluster) => serde_json::json!({"interactive": true, "cluster": cluster}),
        None => serde_json::json!({"interactive": true}),
    };
    serde_json::json!({"apiVersion": exec.api_version, "kind": "ExecCredential", "spec": spec}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_credential_is_refused_and_not_quoted() {
        let read = |text: &str| Credential::read(text.as_bytes(), None);
        let good = read(
            r#"{"kind":"ExecCredential","status":{"token":"hunter2","expirationTimestamp":"2026-01-01T00:00:00Z"}}"#,
        );
        assert_eq!(good.as_ref().unwrap().token.as_deref(), Some("hunter2"));
        assert!(!format!("{good:?}").contains("hunter2"));
        for bad in [
            "",
            "hunter2",
            "{\"status\": {}}",
            "{\"status\": {\"clientCertificateData\": \"hunter2\"}}",
            "{}",
            "[hunter2",
        ] {
            let error = read(bad).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_certificate_stands_in_as_the_kubeconfig_writes_it() {
        let text = "{status: {clientCertificateData: PEM, clientKeyData: KEY}}";
        let mut info: AuthInfo = serde_json::from_str(r#"{"exec":{"command":"login"}}"#).unwrap();
        Credential::read(text.as_bytes(), Some("prod".to_owned())).unwrap().stand_in(&mut info);
        assert!(info.exec.is_none() && info.token.is_none());
        assert_eq!(info.client_certificate_data.as_deref(), Some("UEVN"));
    }
}
