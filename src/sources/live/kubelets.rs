//! The kubelets' own configuration, each asked through the API server: `nodes/NAME/proxy/configz`.

use super::errors::Problem;
use super::read::{Inner, encode, failed};
use super::wire;
use crate::inventory::nodes::runs_kubelet;
use crate::inventory::{Kind, Object, ReadState};
use crate::model::GapReason;
use crate::sources::{Change, Update};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Kubelets asked at a time: each request holds a connection of the API server's own to a node.
const AT_ONCE: usize = 10;
/// The right that it takes.
const RIGHT: &str = "get nodes/proxy";

impl Inner {
    /// Asks every kubelet once. A node that does not answer is kept with the reason; a user who may not ask is told so
    /// by the first, and the others are not asked.
    pub(super) async fn read_kubelets(self: Arc<Self>, out: &mpsc::Sender<Update>) {
        let state = match self.names_of_nodes().await {
            Ok(nodes) => self.ask_kubelets(nodes, out).await,
            Err(problem) => failed(GapReason::NoKubeletAccess, &format!("list nodes: {problem}")),
        };
        let _ = out.send(Update::State(Kind::KubeletConfig, state)).await;
    }

    async fn ask_kubelets(&self, nodes: Vec<String>, out: &mpsc::Sender<Update>) -> ReadState {
        let mut nodes = nodes.into_iter();
        // refusals wake people: one request finds out whether there would be any
        let first = stream::iter(nodes.next()).then(|node| self.ask_kubelet(node));
        let rest = stream::iter(nodes).map(|node| self.ask_kubelet(node)).buffer_unordered(AT_ONCE);
        let mut answers = std::pin::pin!(first.chain(rest));
        let mut allowed = false;
        while let Some((node, answer)) = answers.next().await {
            match &answer {
                Err(Problem::Status(403, _)) if !allowed => {
                    return failed(GapReason::NoKubeletAccess, &format!("{RIGHT}: forbidden for this user"));
                }
                Ok(_) => allowed = true,
                Err(_) => {}
            }
            let document = document(&node, answer);
            let change = match Object::from_json(Kind::KubeletConfig, document) {
                Ok(object) => Change::Put(object),
                Err(error) => Change::Broken { namespace: String::new(), name: node, error: error.to_string() },
            };
            if out.send(Update::Batch(Kind::KubeletConfig, vec![change])).await.is_err() {
                break;
            }
        }
        ReadState::Complete
    }

    async fn ask_kubelet(&self, node: String) -> (String, Result<Value, Problem>) {
        let answer = self.configz(&node).await;
        (node, answer)
    }

    /// What a kubelet answers, without the one field that may hold a credential.
    pub(super) async fn configz(&self, node: &str) -> Result<Value, Problem> {
        let path = format!("/api/v1/nodes/{}/proxy/configz", encode(node));
        let body = self.get_once(&path, "application/json", self.patience_with_kubelets()).await?;
        let mut answer: Value = serde_json::from_slice(&body)
            .map_err(|error| Problem::Broken(format!("what it answers is not JSON: {error}")))?;
        let config = answer.get_mut("kubeletconfig").map(Value::take).filter(Value::is_object);
        let mut config = config.ok_or_else(|| Problem::Broken("its answer holds no kubeletconfig".into()))?;
        if let Some(fields) = config.as_object_mut() {
            fields.remove("staticPodURLHeader");
        }
        Ok(config)
    }

    /// Nodes that have a kubelet of their own; of each the metadata is enough.
    pub(super) async fn names_of_nodes(&self) -> Result<Vec<String>, Problem> {
        // any of the metadata kinds says how metadata is asked for
        let body = self.get("/api/v1/nodes?resourceVersion=0", wire::accept(Kind::CsiDriver, false)).await?;
        let page = wire::page(Kind::CsiDriver, body).map_err(Problem::Broken)?;
        let metas = page.changes.iter().filter_map(|change| match change {
            Change::Put(object) => Some(object.meta()),
            Change::Delete(_) | Change::Broken { .. } | Change::Gone { .. } => None,
        });
        let mut names: Vec<String> =
            metas.filter(|meta| runs_kubelet(&meta.labels)).map(|meta| meta.name.clone()).collect();
        names.sort();
        Ok(names)
    }
}

/// As the inventory keeps it, and as it is shown.
pub(super) fn document(node: &str, answer: Result<Value, Problem>) -> Value {
    let mut document = json!({"apiVersion": Kind::KubeletConfig.api_version(), "kind": Kind::KubeletConfig.name()});
    if let Some(fields) = document.as_object_mut() {
        fields.insert("metadata".into(), json!({"name": node}));
        match answer {
            Ok(config) => fields.insert("kubeletconfig".into(), config),
            Err(problem) => fields.insert("error".into(), one_line(&problem.to_string()).into()),
        };
    }
    document
}

/// A proxy's own words may be a page of HTML.
fn one_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(200).collect()
}
