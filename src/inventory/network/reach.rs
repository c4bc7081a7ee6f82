//! Whether a pod may connect to an address outside the cluster: the rules of its policies in the order in which
//! dataplanes ask them.

use super::{Direction, Effect, Network, Policy, Truth};
use crate::inventory::kinds::meta::Map;
use ipnet::IpNet;
use std::net::IpAddr;

/// When a policy is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Before NetworkPolicies: AdminNetworkPolicy, Antrea's tiers.
    Before,
    /// Among them: their rules add up, a deny wins or an order decides; what none allows is denied.
    Among,
    /// After them, for pods that none isolates: baseline policies.
    After,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Allow,
    Deny,
    /// Leaves it to the next stage.
    Pass,
}

/// Where a rule's traffic goes.
#[derive(Clone, Debug)]
pub(super) enum Destination {
    Any,
    Block {
        net: IpNet,
        except: Vec<IpNet>,
    },
    /// May be any address: written in a way that is not read.
    Unread,
}

impl Destination {
    /// A block of addresses, less others; one that does not parse is not read.
    pub(super) fn block<'t>(cidr: &str, except: impl Iterator<Item = &'t str>) -> Self {
        match (net(cidr), except.map(net).collect()) {
            (Some(net), Some(except)) => Self::Block { net, except },
            _ => Self::Unread,
        }
    }

    fn holds(&self, address: IpAddr) -> Truth {
        match self {
            Self::Any => Truth::Yes,
            Self::Block { net, except } => {
                (net.contains(&address) && !except.iter().any(|net| net.contains(&address))).into()
            }
            Self::Unread => Truth::Unknown,
        }
    }
}

/// A block, or a single address.
fn net(cidr: &str) -> Option<IpNet> {
    cidr.parse().ok().or_else(|| cidr.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Whether blocks together hold every address of a family: `0.0.0.0/0`, or its halves.
pub fn is_world<'t>(cidrs: impl Iterator<Item = &'t str>) -> bool {
    let nets: Vec<IpNet> = cidrs.filter_map(net).collect();
    IpNet::aggregate(&nets).iter().any(|net| net.prefix_len() == 0)
}

/// A range of TCP ports.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    first: i64,
    last: i64,
}

impl Ports {
    pub(super) const ALL: Self = Self { first: 0, last: 65535 };

    pub(super) fn range(first: impl Into<i64>, last: impl Into<i64>) -> Self {
        Self { first: first.into(), last: last.into() }
    }

    fn holds(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port.into())
    }
}

/// An egress rule of a policy.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) action: Action,
    /// Within the stage, the lowest first.
    pub(super) order: f64,
    /// Any of these.
    pub(super) to: Vec<Destination>,
    /// Any of these.
    pub(super) ports: Vec<Ports>,
    /// No ports are named.
    pub(super) every_port: bool,
    /// Only under a further condition that is not read.
    pub(super) narrowed: bool,
}

impl Rule {
    fn matches(&self, address: IpAddr, port: u16) -> Truth {
        if !self.every_port && !self.ports.iter().any(|ports| ports.holds(port)) {
            return Truth::No;
        }
        let to = self.to.iter().map(|to| to.holds(address)).max().unwrap_or(Truth::No);
        if self.narrowed { to.and(Truth::Unknown) } else { to }
    }
}

/// Whether a pod may connect to an address.
#[derive(Clone, Copy, Debug)]
pub enum Reach<'n> {
    /// It may: this policy allows it, or none denies it.
    Open(Option<&'n Policy>),
    /// It may not.
    Closed,
    /// This policy may decide otherwise than the others: its selector or a rule is not read.
    Unsure(&'n Policy),
}

/// The answer, unless something that might have been asked before it says otherwise.
fn settle<'n>(doubts: &[(&'n Policy, Action)], answer: Action, by: Option<&'n Policy>) -> Reach<'n> {
    match (doubts.iter().find(|(_, action)| *action != answer), answer) {
        (Some((policy, _)), _) => Reach::Unsure(policy),
        (None, Action::Deny) => Reach::Closed,
        (None, _) => Reach::Open(by),
    }
}

impl Network<'_> {
    /// Whether a pod with these labels may open TCP connections to an address outside the cluster. On the host's network
    /// it may: ask for `hostNetwork` first.
    pub fn egress(&self, namespace: &str, pod: &Map, address: IpAddr, port: u16) -> Reach<'_> {
        let labels = self.namespace_labels(namespace);
        let selected: Vec<(&Policy, Truth)> = self
            .around(namespace)
            .map(|policy| (policy, policy.selects(&labels, pod)))
            .filter(|(_, selects)| *selects != Truth::No)
            .collect();
        // what may be asked before the answer, and might answer otherwise
        let mut doubts: Vec<(&Policy, Action)> = Vec::new();
        for stage in [Stage::Before, Stage::Among, Stage::After] {
            let mut rules: Vec<(&Policy, &Rule, Truth)> = Vec::new();
            for (policy, selects) in selected.iter().filter(|(policy, _)| policy.stage == stage) {
                rules.extend(policy.rules.iter().map(|rule| (*policy, rule, selects.and(rule.matches(address, port)))));
            }
            rules.sort_by(|(_, a, _), (_, b, _)| a.order.total_cmp(&b.order));
            for (policy, rule, matches) in rules {
                match (matches, rule.action) {
                    (Truth::No, _) => {}
                    (Truth::Unknown, action) => doubts.push((policy, action)),
                    // among NetworkPolicies a pass goes on to a tier that is not read
                    (Truth::Yes, Action::Pass) if stage == Stage::Among => return Reach::Unsure(policy),
                    (Truth::Yes, Action::Pass) => break,
                    (Truth::Yes, action) => return settle(&doubts, action, Some(policy)),
                }
            }
            if stage != Stage::Among {
                continue;
            }
            let isolating = |(policy, _): &&(&Policy, Truth)| {
                policy.stage == Stage::Among
                    && matches!(policy.effect(Direction::Egress), Effect::Isolates | Effect::Open)
            };
            for (policy, selects) in selected.iter().filter(isolating) {
                if *selects == Truth::Yes {
                    return settle(&doubts, Action::Deny, None);
                }
                doubts.push((policy, Action::Deny));
            }
        }
        settle(&doubts, Action::Allow, None)
    }
}
