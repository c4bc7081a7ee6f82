//! A cluster that does not rest: labels and statuses change, so many a second. Written straight into etcd, as the loads are,
//! so that the API server has only to tell of them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::large::Large;
use super::{get, items};
use crate::cluster::{Cluster, etcd};

/// Objects that change.
pub struct Changes {
    etcd: String,
    /// Keys and values as they are.
    objects: Vec<(String, Value)>,
}

impl Changes {
    /// Takes so many pods, and a Deployment to every ten.
    pub fn read(cluster: &Cluster, load: &Large, pods: usize) -> Result<Self> {
        let mut objects = Vec::new();
        let kinds = [
            ("/api/v1", "pods", "v1", "Pod", pods),
            ("/apis/apps/v1", "deployments", "apps/v1", "Deployment", pods / 10),
        ];
        for (group, plural, version, kind, count) in kinds {
            let list = get(cluster, &format!("{group}/{plural}?limit={}", count.min(load.pods as usize)))?;
            // what a benchmark makes beside the load is its own to change
            for item in items(&list).filter(|item| item["metadata"]["namespace"] != "default") {
                let mut object = item.clone();
                object["apiVersion"] = json!(version);
                object["kind"] = json!(kind);
                let text = |field: &str| object["metadata"][field].as_str().context("an object without a name");
                objects.push((format!("/registry/{plural}/{}/{}", text("namespace")?, text("name")?), object.clone()));
            }
        }
        Ok(Self { etcd: cluster.etcd.clone(), objects })
    }

    /// Changes them one after the other until it is over; gives back how many changes were made.
    pub fn make(&self, a_second: u32, over: &AtomicBool) -> Result<u32> {
        let begin = Instant::now();
        let mut made = 0u32;
        while !over.load(Ordering::Relaxed) {
            let due = (begin.elapsed().as_secs_f64() * f64::from(a_second)) as u32;
            let number = due.saturating_sub(made).min(200);
            let next = self.objects.iter().cycle().skip(made as usize % self.objects.len().max(1));
            let next = next.take(number as usize).zip(made..);
            let entries: Vec<_> = next.map(|((key, object), turn)| (key.clone(), changed(object, turn))).collect();
            etcd::put(&self.etcd, &entries)?;
            made += number;
            pause();
        }
        Ok(made)
    }
}

#[expect(clippy::disallowed_methods, reason = "a rate is what is made; nothing is waited for")]
fn pause() {
    std::thread::sleep(Duration::from_millis(10));
}

/// Every second change is one that no check looks at: a status that is told again.
fn changed(object: &Value, number: u32) -> String {
    let mut object = object.clone();
    if number.is_multiple_of(2) {
        object["metadata"]["labels"]["plimsoll.test/turn"] = json!(number.to_string());
    } else if let Some(condition) = object.pointer_mut("/status/conditions/0") {
        condition["lastTransitionTime"] = json!(format!("2026-01-01T00:{:02}:{:02}Z", number / 60 % 60, number % 60));
    }
    object.to_string()
}
