//! The configuration of a node's kubelet, as `nodes/NAME/proxy/configz` answers: what is in force, flags and drop-in
//! files folded in (pitfall 48).

use super::flags::Flags;
use super::kinds::meta::{Meta, nullable};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `authentication`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Authentication {
    /// `anonymous`.
    #[serde(deserialize_with = "nullable")]
    pub anonymous: Anonymous,
    /// `x509`.
    #[serde(deserialize_with = "nullable")]
    pub x509: X509,
}

/// `authentication.anonymous`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Anonymous {
    /// `enabled`; absent: false, unless there is no configuration file.
    pub enabled: Option<bool>,
}

/// `authentication.x509`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct X509 {
    /// `clientCAFile`.
    #[serde(rename = "clientCAFile", deserialize_with = "nullable")]
    pub client_ca_file: String,
}

/// `authorization`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Authorization {
    /// `mode`; empty: Webhook, unless there is no configuration file.
    #[serde(deserialize_with = "nullable")]
    pub mode: String,
}

/// `kubelet.config.k8s.io/v1beta1 KubeletConfiguration`: the fields that checks read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct KubeletConfig {
    /// `authentication`.
    #[serde(deserialize_with = "nullable")]
    pub authentication: Authentication,
    /// `authorization`.
    #[serde(deserialize_with = "nullable")]
    pub authorization: Authorization,
    /// `readOnlyPort`; absent: 0, closed.
    pub read_only_port: Option<i64>,
    /// `streamingConnectionIdleTimeout`; absent: 4h.
    pub streaming_connection_idle_timeout: Option<String>,
    /// `makeIPTablesUtilChains`; absent: true.
    #[serde(rename = "makeIPTablesUtilChains")]
    pub make_iptables_util_chains: Option<bool>,
    /// `eventRecordQPS`; absent: 50, before 1.27 5.
    #[serde(rename = "eventRecordQPS")]
    pub event_record_qps: Option<i64>,
    /// `tlsCertFile`.
    #[serde(deserialize_with = "nullable")]
    pub tls_cert_file: String,
    /// `tlsPrivateKeyFile`.
    #[serde(deserialize_with = "nullable")]
    pub tls_private_key_file: String,
    /// `tlsCipherSuites`; empty: Go's own.
    #[serde(deserialize_with = "nullable")]
    pub tls_cipher_suites: Vec<String>,
    /// `tlsMinVersion`.
    #[serde(deserialize_with = "nullable")]
    pub tls_min_version: String,
    /// `rotateCertificates`; absent: false.
    pub rotate_certificates: Option<bool>,
    /// `serverTLSBootstrap`; absent: false.
    #[serde(rename = "serverTLSBootstrap")]
    pub server_tls_bootstrap: Option<bool>,
    /// `featureGates`: those that are set.
    #[serde(deserialize_with = "nullable")]
    pub feature_gates: BTreeMap<String, bool>,
    /// `podPidsLimit`; absent: -1, as many as the node has.
    pub pod_pids_limit: Option<i64>,
    /// `seccompDefault`; absent: false.
    pub seccomp_default: Option<bool>,
    /// `staticPodPath`.
    #[serde(deserialize_with = "nullable")]
    pub static_pod_path: String,
}

impl KubeletConfig {
    /// What a kubelet that was started without a configuration file begins with: older defaults, less strict.
    pub fn without_file() -> Self {
        Self {
            authentication: Authentication {
                anonymous: Anonymous { enabled: Some(true) },
                ..Authentication::default()
            },
            authorization: Authorization { mode: "AlwaysAllow".into() },
            read_only_port: Some(10255),
            ..Self::default()
        }
    }

    /// With the flags of its command line, which win over the file.
    #[must_use]
    pub fn with_flags(mut self, flags: &Flags) -> Self {
        let switch = |name: &str, field: &mut Option<bool>| {
            *field = flags.get(name).map_or(*field, |given| given.bool());
        };
        let number = |name: &str, field: &mut Option<i64>| {
            *field = flags.get(name).map_or(*field, |given| given.integer());
        };
        let text = |name: &str, field: &mut String| {
            if let Some(given) = flags.get(name) {
                given.text().clone_into(field);
            }
        };
        switch("anonymous-auth", &mut self.authentication.anonymous.enabled);
        text("authorization-mode", &mut self.authorization.mode);
        text("client-ca-file", &mut self.authentication.x509.client_ca_file);
        number("read-only-port", &mut self.read_only_port);
        if let Some(given) = flags.get("streaming-connection-idle-timeout") {
            self.streaming_connection_idle_timeout = Some(given.text().to_owned());
        }
        switch("make-iptables-util-chains", &mut self.make_iptables_util_chains);
        number("event-qps", &mut self.event_record_qps);
        text("tls-cert-file", &mut self.tls_cert_file);
        text("tls-private-key-file", &mut self.tls_private_key_file);
        if flags.has("tls-cipher-suites") {
            self.tls_cipher_suites = flags.list("tls-cipher-suites").map(|(suite, _)| suite.to_owned()).collect();
        }
        text("tls-min-version", &mut self.tls_min_version);
        switch("rotate-certificates", &mut self.rotate_certificates);
        switch("rotate-server-certificates", &mut self.server_tls_bootstrap);
        for (gate, _) in flags.list("feature-gates") {
            if let Some((gate, value)) = gate.split_once('=')
                && let Ok(value) = value.trim().parse()
            {
                self.feature_gates.insert(gate.trim().to_owned(), value);
            }
        }
        number("pod-max-pids", &mut self.pod_pids_limit);
        switch("seccomp-default", &mut self.seccomp_default);
        text("pod-manifest-path", &mut self.static_pod_path);
        self
    }
}

/// What came of asking a kubelet. A node of which nothing is kept was not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KubeletState {
    /// Its configuration.
    Read(Box<KubeletConfig>),
    /// It was asked and did not say; why.
    Failed(String),
}

/// The kubelet of a node: the document `plimsoll/v1 KubeletConfig`, named like its node, with what configz answers
/// (`kubeletconfig`) or why it did not (`error`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Document")]
pub struct Kubelet {
    /// The node's name.
    pub meta: Meta,
    /// What came of asking it.
    pub state: KubeletState,
}

#[derive(Deserialize)]
struct Document {
    metadata: Meta,
    kubeletconfig: Option<KubeletConfig>,
    error: Option<String>,
}

impl TryFrom<Document> for Kubelet {
    type Error = &'static str;

    fn try_from(document: Document) -> Result<Self, &'static str> {
        let state = match (document.kubeletconfig, document.error) {
            (Some(config), None) => KubeletState::Read(Box::new(config)),
            (None, Some(error)) => KubeletState::Failed(error),
            _ => return Err("expected either kubeletconfig, as configz answers, or error"),
        };
        Ok(Self { meta: document.metadata, state })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FieldPath;
    use serde_json::json;

    #[test]
    fn configz_is_read_as_it_answers() {
        let document = json!({"metadata": {"name": "n"}, "kubeletconfig": {
            "authentication": {"x509": {"clientCAFile": "/ca"}, "anonymous": {"enabled": false}}, "authorization": {"mode": "Webhook"},
            "makeIPTablesUtilChains": true, "eventRecordQPS": 50, "featureGates": null, "serverTLSBootstrap": true,
            "streamingConnectionIdleTimeout": "4h0m0s", "podPidsLimit": -1, "memorySwap": {}}});
        let kubelet: Kubelet = serde_json::from_value(document).unwrap();
        let KubeletState::Read(config) = kubelet.state else { unreachable!() };
        assert_eq!(config.authentication.x509.client_ca_file, "/ca");
        assert_eq!(
            (config.event_record_qps, config.read_only_port, config.server_tls_bootstrap),
            (Some(50), None, Some(true))
        );
        let failed: Kubelet = serde_json::from_value(json!({"metadata": {"name": "n"}, "error": "timed out"})).unwrap();
        assert_eq!(failed.state, KubeletState::Failed("timed out".into()));
        assert!(serde_json::from_value::<Kubelet>(json!({"metadata": {"name": "n"}})).is_err());
    }

    #[test]
    fn flags_win_over_the_file() {
        let words: Vec<String> = [
            "kubelet",
            "--config=/c",
            "--anonymous-auth=true",
            "--feature-gates=A=true,RotateKubeletServerCertificate=false",
        ]
        .map(str::to_owned)
        .to_vec();
        let flags = Flags::of_words(&words, "args", &FieldPath::root(), "kubelet").unwrap();
        let file: KubeletConfig =
            serde_json::from_value(json!({"authentication": {"anonymous": {"enabled": false}}})).unwrap();
        let config = file.with_flags(&flags);
        assert_eq!(config.authentication.anonymous.enabled, Some(true));
        assert_eq!(config.feature_gates.get("RotateKubeletServerCertificate"), Some(&false));
        assert_eq!(KubeletConfig::without_file().read_only_port, Some(10255));
    }
}
