//! Looks at nodes from inside the cluster: creates what [`Collector`] describes, reads its logs, and removes it whatever
//! happens. The only thing in plimsoll's sources that changes a cluster, and only when it was asked to.

use super::errors::Problem;
use super::read::{Inner, Session, encode};
use crate::inventory::{Kind, Object};
use crate::sources::collector::Collector;
use bytes::Bytes;
use futures::{FutureExt, StreamExt, stream};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

/// Requests at a time.
const AT_ONCE: usize = 10;
/// Between two looks at the pods: one request tells of all.
const PAUSE: Duration = Duration::from_secs(1);
/// What a container waits for that waiting does not bring.
const HOPELESS: &[&str] = &[
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
];

/// What came of looking at nodes.
#[derive(Debug, Default)]
pub struct Collected {
    /// By node: its document, as text and as an object, or why there is none.
    pub nodes: BTreeMap<String, Result<(String, Object), String>>,
    /// Why nothing could be created, or that it was broken off.
    pub failure: Option<String>,
    /// It was broken off by whoever asked for it.
    pub interrupted: bool,
    /// Why what was created may still be there.
    pub left: Option<String>,
}

impl Session {
    /// Names of the nodes that have a kubelet of their own.
    ///
    /// # Errors
    /// They cannot be listed.
    pub async fn node_names(&self) -> Result<Vec<String>, Problem> {
        self.inner().names_of_nodes().await
    }

    /// Creates the collector, waits for its logs, and removes it: also where `stop` comes first, and where this fails.
    pub async fn collect_nodes(
        &self,
        collector: &Collector,
        stop: impl Future<Output = ()>,
        tell: &(dyn Fn(&str) + Sync),
    ) -> Collected {
        let inner = self.inner();
        let mut collected = Collected::default();
        {
            let work = AssertUnwindSafe(inner.collect_all(collector, &mut collected.nodes, tell)).catch_unwind();
            tokio::select! {
                result = work => collected.failure = match result {
                    Ok(result) => result.err(),
                    Err(_) => Some("this is a defect of plimsoll: the work panicked".to_owned()),
                },
                () = stop => collected.interrupted = true,
            }
        }
        tell(&format!("removing namespace {}", collector.namespace));
        collected.left = inner.remove(&collector.namespace, collector.removal).await.err();
        for node in &collector.nodes {
            let never = || Err("nothing came of it before the end".to_owned());
            collected.nodes.entry(node.clone()).or_insert_with(never);
        }
        collected
    }
}

impl Inner {
    async fn collect_all(
        &self,
        collector: &Collector,
        nodes: &mut BTreeMap<String, Result<(String, Object), String>>,
        tell: &(dyn Fn(&str) + Sync),
    ) -> Result<(), String> {
        let shared =
            collector.objects().into_iter().filter(|object| object.get("kind").is_some_and(|kind| kind != "Job"));
        for object in shared {
            self.create(&object).await.map_err(|problem| format!("{} cannot be created: {problem}", named(&object)))?;
        }
        let create = |node: &String| {
            let (node, job) = (node.clone(), collector.job(node));
            async move { (node, self.create(&job).await) }
        };
        let mut created = stream::iter(&collector.nodes).map(create).buffer_unordered(AT_ONCE);
        while let Some((node, result)) = created.next().await {
            if let Err(problem) = result {
                nodes.insert(node, Err(format!("its Job cannot be created: {problem}")));
            }
        }
        let end = Instant::now() + collector.deadline + Duration::from_secs(20);
        while nodes.len() < collector.nodes.len() && Instant::now() < end {
            tokio::time::sleep(PAUSE).await;
            // one look that fails is not the end: the next may not
            let Ok(pods) = self.pods(&collector.namespace).await else { continue };
            let ready: Vec<_> = pods.iter().filter_map(outcome).filter(|(node, _)| !nodes.contains_key(node)).collect();
            let take = |(node, outcome): (String, Outcome)| async move {
                let result = match outcome {
                    Outcome::Done(pod) => self.log(&collector.namespace, &pod, &node).await,
                    Outcome::Failed(why) => Err(why),
                };
                (node, result)
            };
            let mut logs = stream::iter(ready).map(take).buffer_unordered(AT_ONCE);
            while let Some((node, result)) = logs.next().await {
                nodes.insert(node, result);
            }
            tell(&format!("{} of {} nodes", nodes.len(), collector.nodes.len()));
        }
        if nodes.len() < collector.nodes.len() {
            let events = self.events(&collector.namespace).await;
            for node in collector.nodes.iter().filter(|node| !nodes.contains_key(*node)).cloned().collect::<Vec<_>>() {
                let job = crate::sources::collector::job_name(&node);
                let event = events.iter().find(|(name, _)| name.starts_with(&job)).map(|(_, message)| message.as_str());
                let why = event.unwrap_or("is its kubelet there?");
                nodes.insert(node, Err(format!("no answer within {} s: {why}", collector.deadline.as_secs())));
            }
        }
        Ok(())
    }

    async fn create(&self, object: &Value) -> Result<(), Problem> {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let version = text("/apiVersion");
        let root = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
        let path = match text("/kind") {
            "Namespace" => format!("{root}/namespaces"),
            kind => {
                let plural = match kind {
                    "NetworkPolicy" => "networkpolicies".to_owned(),
                    kind => format!("{}s", kind.to_lowercase()),
                };
                format!("{root}/namespaces/{}/{plural}", encode(text("/metadata/namespace")))
            }
        };
        self.send(Method::POST, &path, Some(object)).await.map(drop)
    }

    async fn pods(&self, namespace: &str) -> Result<Vec<Value>, Problem> {
        let path = format!("/api/v1/namespaces/{}/pods", encode(namespace));
        self.items(&path).await
    }

    /// What happened to objects of a namespace: names and messages, the latest first.
    async fn events(&self, namespace: &str) -> Vec<(String, String)> {
        let path = format!("/api/v1/namespaces/{}/events", encode(namespace));
        let events = self.items(&path).await.unwrap_or_default();
        let warnings = events.iter().rev().filter(|event| event.get("type").is_some_and(|kind| kind == "Warning"));
        let text = |event: &Value, pointer: &str| Some(event.pointer(pointer)?.as_str()?.to_owned());
        warnings.filter_map(|event| Some((text(event, "/involvedObject/name")?, text(event, "/message")?))).collect()
    }

    async fn items(&self, path: &str) -> Result<Vec<Value>, Problem> {
        let body = self.send(Method::GET, path, None).await?;
        let mut list: Value = serde_json::from_slice(&body).map_err(|error| Problem::Broken(error.to_string()))?;
        Ok(list.get_mut("items").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default())
    }

    /// The document that a pod wrote, if it is one, and of its own node.
    async fn log(&self, namespace: &str, pod: &str, node: &str) -> Result<(String, Object), String> {
        let path = format!("/api/v1/namespaces/{}/pods/{}/log", encode(namespace), encode(pod));
        let body = self
            .send(Method::GET, &path, None)
            .await
            .map_err(|problem| format!("its log cannot be read: {problem}"))?;
        let text = String::from_utf8_lossy(&body).into_owned();
        let value: Value = serde_json::from_str(&text)
            .map_err(|error| format!("its log of {} bytes is no document of facts: {error}", body.len()))?;
        if value.get("kind").is_none_or(|kind| kind != Kind::NodeFacts.name()) {
            return Err("its log is no document of facts: is /plimsoll-node in the image?".to_owned());
        }
        let object = Object::from_json(Kind::NodeFacts, value).map_err(|error| format!("its log: {error}"))?;
        if object.meta().name != node {
            return Err(format!("its log speaks of another node, {}", object.meta().name));
        }
        Ok((text, object))
    }

    /// Removes the namespace with everything in it, and waits until it is gone.
    async fn remove(&self, namespace: &str, patience: Duration) -> Result<(), String> {
        let path = format!("/api/v1/namespaces/{}", encode(namespace));
        let left = |why: String| {
            format!("namespace {namespace} may still be there ({why}): kubectl delete namespace {namespace}")
        };
        let end = Instant::now() + patience;
        let foreground = json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Foreground"});
        let mut said = String::new();
        let mut asked = false;
        while Instant::now() < end {
            let answer = if asked {
                self.send(Method::GET, &path, None).await
            } else {
                self.send(Method::DELETE, &path, Some(&foreground)).await
            };
            match answer {
                Err(Problem::Status(404, _)) => return Ok(()),
                Err(Problem::Status(403, why)) if !asked => return Err(left(why)),
                Err(problem) => said = problem.to_string(),
                Ok(_) => asked = true,
            }
            tokio::time::sleep(PAUSE / 4).await;
        }
        Err(left(if said.is_empty() { "it is being removed".to_owned() } else { said }))
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Bytes, Problem> {
        let body = body.map(|body| body.to_string().into_bytes());
        tokio::time::timeout(self.patience(), self.send_once(method, path, body))
            .await
            .unwrap_or_else(|_| Err(Problem::TimedOut(format!("no answer within {:?}", self.patience()))))
    }
}

fn named(object: &Value) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    format!("{} {}", text("/kind"), text("/metadata/name"))
}

/// Where a pod stands, once that is the end.
enum Outcome {
    Done(String),
    Failed(String),
}

fn outcome(pod: &Value) -> Option<(String, Outcome)> {
    let text = |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let node = text(pod, "/metadata/annotations/plimsoll~1node")?;
    let name = text(pod, "/metadata/name")?;
    let container = pod.pointer("/status/containerStatuses/0");
    let state = |of: &str, field: &str| container.and_then(|c| text(c, &format!("/state/{of}/{field}")));
    let waiting = state("waiting", "reason").filter(|reason| HOPELESS.contains(&reason.as_str()));
    let outcome = match text(pod, "/status/phase")?.as_str() {
        "Succeeded" => Outcome::Done(name),
        "Failed" => {
            let code =
                container.and_then(|c| c.pointer("/state/terminated/exitCode")).map(|code| format!("exit code {code}"));
            let why = [text(pod, "/status/message"), state("terminated", "reason"), code];
            Outcome::Failed(format!("its pod failed: {}", why.into_iter().flatten().collect::<Vec<_>>().join(", ")))
        }
        _ => {
            let message = state("waiting", "message").unwrap_or_default();
            Outcome::Failed(format!("its pod does not start: {} {message}", waiting?).trim_end().to_owned())
        }
    };
    Some((node, outcome))
}
