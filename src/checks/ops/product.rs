//! Products that watch over a cluster, known by what their containers run: never by a name alone.

use super::super::{Cx, Judge};
use crate::inventory::kinds::meta::Meta;
use crate::inventory::kinds::pod::PodSpec;
use crate::inventory::{Kind, Medium, image};
use crate::model::{FieldPath, GapReason, Severity};

/// A product: its title, the ends of its images' repositories, and what its check knows besides.
pub(super) struct Product<D: 'static = ()> {
    pub(super) title: &'static str,
    pub(super) images: &'static [&'static str],
    pub(super) detail: D,
}

pub(super) const fn product<D>(title: &'static str, images: &'static [&'static str], detail: D) -> Product<D> {
    Product { title, images, detail }
}

impl<D> Product<D> {
    /// Whether one of the repositories is its own: `mirror.example/falcosecurity/falco` is `falcosecurity/falco`.
    pub(super) fn is_among(&self, repositories: &[String]) -> bool {
        let ends = |repository: &String, image: &str| {
            repository.strip_suffix(image).is_some_and(|before| before.is_empty() || before.ends_with(['/', '.']))
        };
        repositories.iter().any(|repository| self.images.iter().any(|image| ends(repository, image)))
    }
}

/// Repositories of the images that a pod runs.
pub(super) fn repositories(spec: &PodSpec) -> Vec<String> {
    spec.containers.iter().map(|container| image::repository(&container.image)).collect()
}

/// A controller that runs a product.
pub(super) struct Running<'a, D: 'static = ()> {
    pub(super) product: &'static Product<D>,
    pub(super) kind: Kind,
    pub(super) meta: &'a Meta,
    pub(super) spec: &'a PodSpec,
    /// Pods that there should be; of a DaemonSet one a node that it fits.
    pub(super) desired: i32,
    pub(super) ready: i32,
}

/// Controllers of these kinds that run one of the products.
pub(super) fn running<'a, D>(cx: &Cx<'a>, kinds: &[Kind], products: &'static [Product<D>]) -> Vec<Running<'a, D>> {
    let mut found = Vec::new();
    for kind in kinds {
        for row in cx.inventory.controllers_of(*kind).filter(|row| !row.finished) {
            let (Some(spec), detail) = (&row.template, &row.detail) else { continue };
            let repositories = repositories(spec);
            if let Some(product) = products.iter().find(|product| product.is_among(&repositories)) {
                let (desired, ready) = (detail.desired, detail.ready);
                found.push(Running { product, kind: *kind, meta: &row.meta, spec, desired, ready });
            }
        }
    }
    found
}

/// What becomes of what an agent gathers.
pub(super) enum Output {
    /// It is sent away.
    Sent,
    /// It stays where it is: why that is wrong.
    Kept(String),
    /// A person has to look: at what.
    Look(String),
    /// It would stand in what was not read.
    Unread(GapReason, String),
}

/// What a check of agents asks for.
pub(super) struct Agents<D: 'static> {
    pub(super) products: &'static [Product<D>],
    pub(super) expected: &'static str,
    /// Said where none is recognised: where a person may have it all the same.
    pub(super) none: &'static str,
}

impl<D> Agents<D> {
    /// One product that is ready on every node it should be on, and sends what it gathers, is enough. Without one, any
    /// gap leaves it undecided, and each that falls short says why.
    pub(super) fn judge(&self, cx: &Cx<'_>, judge: &mut Judge, output: impl Fn(&Running<'_, D>) -> Output) {
        let sets = running(cx, &[Kind::DaemonSet], self.products);
        let outputs: Vec<Output> = sets.iter().map(output).collect();
        let flaws: Vec<Option<Flaw>> = sets.iter().map(|set| flaw(cx, set, &sets)).collect();
        let good = |(flaw, output): (&Option<Flaw>, &Output)| flaw.is_none() && matches!(output, Output::Sent);
        let path = FieldPath::of("agents");
        if flaws.iter().zip(&outputs).any(good) {
            judge.cluster();
            return;
        }
        if let Some(reason) = cx.gap(Kind::DaemonSet, None) {
            judge.cluster().unread(path, reason, self.expected).message("not every DaemonSet was read");
            return;
        }
        if sets.is_empty() {
            judge.cluster().review(path, 0, self.expected).message(self.none);
        }
        for ((set, flaw), output) in sets.iter().zip(flaws).zip(outputs) {
            let hits = judge.object(Kind::DaemonSet, set.meta);
            let title = set.product.title;
            let ready = FieldPath::of("status.numberReady");
            let template = FieldPath::of("spec.template.spec.containers");
            let desired = FieldPath::of("status.desiredNumberScheduled");
            match (flaw, output) {
                (Some(Flaw::Nowhere), _) => hits
                    .fail(desired, 0, "every node that takes pods")
                    .message(format!("{title} is meant for no node: its node selector fits none")),
                (Some(Flaw::NotReady), _) => hits
                    .fail(ready, set.ready, format!("{}, one a node that it fits", set.desired))
                    .message(format!("{title} is ready on {} of {} nodes", set.ready, set.desired)),
                (Some(Flaw::TooFew(all, nodes)), _) => hits
                    .fail(desired, all, format!("{nodes}, every node that takes pods"))
                    .message(format!("{title} is meant for {all} of {nodes} nodes that take pods")),
                (Some(Flaw::Unread(reason)), _) => hits
                    .unread(ready, reason, "one a node")
                    .message(format!("{title} is there; whether it is ready on every node was not read")),
                (None, Output::Sent) => continue,
                (None, Output::Kept(why)) => hits.fail(template, title, self.expected).message(why),
                (None, Output::Look(what)) => {
                    hits.review(template, title, self.expected).severity(Severity::Low).message(what)
                }
                (None, Output::Unread(reason, what)) => hits.unread(template, reason, self.expected).message(what),
            };
        }
    }
}

/// What keeps an agent from being on every node.
enum Flaw {
    /// Meant for no node.
    Nowhere,
    NotReady,
    /// Meant for so many of so many nodes.
    TooFew(i32, i32),
    Unread(GapReason),
}

/// Several DaemonSets of a product may share the nodes, one a pool or an architecture.
fn flaw<D>(cx: &Cx<'_>, set: &Running<'_, D>, sets: &[Running<'_, D>]) -> Option<Flaw> {
    if cx.inventory.medium == Medium::Files {
        return Some(Flaw::Unread(GapReason::SourceCannotHoldIt));
    }
    if set.desired == 0 {
        return Some(Flaw::Nowhere);
    }
    if set.ready < set.desired {
        return Some(Flaw::NotReady);
    }
    let all: i32 =
        sets.iter().filter(|other| std::ptr::eq(other.product, set.product)).map(|other| other.desired).sum();
    match cx.gap(Kind::Node, None) {
        Some(reason) => Some(Flaw::Unread(reason)),
        None => {
            let nodes = i32::try_from(nodes(cx)).unwrap_or(i32::MAX);
            (all < nodes).then_some(Flaw::TooFew(all, nodes))
        }
    }
}

/// Linux nodes that any pod may be put on: not cordoned, without a taint that keeps pods off.
fn nodes(cx: &Cx<'_>) -> usize {
    let takes_pods = |node: &&crate::inventory::kinds::cluster::Node| {
        let taints = node.spec.taints.iter();
        let open = !taints.into_iter().any(|taint| matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute"));
        open && !node.spec.unschedulable && node.status.node_info.operating_system != "windows"
    };
    cx.inventory.nodes.values().filter(takes_pods).count()
}
