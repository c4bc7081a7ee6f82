//! Whether containers have a limit or a request, and who else could give them one (pitfall 13): the pod as a whole, a
//! LimitRange of the namespace, or whatever changes pods when they are created.

use super::super::{Alike, ContainerCx, Cx, Hits, SpecCx};
use crate::inventory::kinds::limits::LimitRange;
use crate::inventory::kinds::meta::Quantity;
use crate::inventory::kinds::pod::{ContainerKind, PodSpec, Resources};
use crate::inventory::{Kind, Medium};
use crate::model::GapReason;
use serde_json::Value;
use std::sync::Arc;

/// What a check asks for.
pub(super) struct Figure {
    /// `cpu` or `memory`.
    pub(super) resource: &'static str,
    /// `limits` or `requests`.
    pub(super) field: &'static str,
    /// What a finding expects.
    pub(super) expected: &'static str,
}

impl Figure {
    /// Judges the containers that run on: regular ones and native sidecars. Init containers end, and ephemeral ones cannot
    /// have either.
    pub(super) fn judge(&self, cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
        if pod.version.at_least(34) && self.is_in(pod.spec.resources.as_ref()) {
            return;
        }
        for container in pod.containers().filter(runs_on).filter(|c| !self.is_in(c.container.resources.as_ref())) {
            hits.about(Some(&container.container.name));
            self.lacking(cx, workload, &container, hits);
        }
    }

    /// A container's spec does not say it: what runs is final, a template and a manifest are not.
    fn lacking(&self, cx: &Cx<'_>, workload: &Alike<'_>, container: &ContainerCx<'_>, hits: &mut Hits) {
        let Self { resource, field, expected } = *self;
        let name = container.container.name.as_str();
        let word = if resource == "cpu" { "CPU" } else { resource };
        let what = format!("{word} {}", field.trim_end_matches('s'));
        let path = container.at("resources").fields(field).fields(resource);
        let range = self.range(cx, workload.namespace());
        let live = cx.inventory.medium == Medium::Cluster;
        let is_own = |spec: &Arc<PodSpec>| std::ptr::eq(&**spec, container.pod.spec);
        let mut others = workload.running().filter(|spec| !is_own(spec)).peekable();
        if live && workload.running().any(is_own) {
            let more = range.map(|range| format!("; LimitRange {} gives new pods one", range.meta.name));
            hits.fail(path, self.value(container), expected)
                .message(format!("container {name} runs without a {what}{}", more.unwrap_or_default()));
            return;
        }
        let shows = |spec: &Arc<PodSpec>| {
            let pod = SpecCx { spec, version: container.pod.version };
            pod.containers().any(|c| c.container.name == name && self.is_in(c.container.resources.as_ref()))
        };
        // whatever gives its pods one gives it to the next
        let none = others.peek().is_none();
        if range.is_some() || (!none && others.all(shows)) {
            return;
        }
        // pods that run without one show that nothing gives it
        let open = none || !live;
        match cx.gap(Kind::LimitRange, Some(workload.namespace())).filter(|_| open) {
            // a manifest is judged as it is written: it has none, whatever the namespace will make of it
            Some(GapReason::SourceCannotHoldIt) if !live => {
                hits.fail(path, self.value(container), expected).message(format!(
                    "container {name} has no {what}, unless a LimitRange of its namespace gives it one"
                ));
            }
            Some(reason) => {
                hits.unread(path, reason, expected).message(format!(
                    "container {name} names no {what}, and the LimitRanges of its namespace were not read: one may give it"
                ));
            }
            None => {
                hits.fail(path, self.value(container), expected).message(format!("container {name} has no {what}"));
            }
        }
    }

    /// Whether a spec says it; a limit stands in for the request that is not there. Zero is none.
    fn is_in(&self, resources: Option<&Resources>) -> bool {
        let given = resources.and_then(|given| self.named(given).or_else(|| given.limit(self.resource)));
        given.is_some_and(|quantity| !quantity.is_zero())
    }

    /// What stands in the field itself.
    fn named<'r>(&self, resources: &'r Resources) -> Option<&'r Quantity> {
        if self.field == "limits" { resources.limit(self.resource) } else { resources.request(self.resource) }
    }

    /// What the container's field holds: nothing, or a zero.
    fn value(&self, container: &ContainerCx<'_>) -> Value {
        let resources = container.container.resources.as_ref();
        resources.and_then(|given| self.named(given)).map_or(Value::Null, |quantity| quantity.text.as_str().into())
    }

    /// The LimitRange that gives new containers of a namespace one.
    fn range<'a>(&self, cx: &Cx<'a>, namespace: &str) -> Option<&'a LimitRange> {
        if cx.inventory.limit_ranges.is_empty() {
            return None;
        }
        let first = (namespace.into(), "".into());
        let here = cx.inventory.limit_ranges.range(first..).map(|(_, range)| range);
        here.take_while(|range| range.meta.namespace == namespace).find(|range| {
            range.spec.limits.iter().any(|item| {
                let given =
                    if self.field == "limits" { item.limit(self.resource) } else { item.request(self.resource) };
                given.is_some_and(|quantity| !quantity.is_zero())
            })
        })
    }
}

/// Whether a container stays for as long as its pod does.
pub(super) fn runs_on(container: &ContainerCx<'_>) -> bool {
    match container.list {
        ContainerKind::Regular => true,
        ContainerKind::Init => container.container.restart_policy.as_deref() == Some("Always"),
        ContainerKind::Ephemeral => false,
    }
}
