use super::super::flag::{FLAG, Flag, Instead, Must, manifest};
use super::super::{Check, Run};
use crate::inventory::Kind;
use crate::inventory::control_plane::Component;
use crate::model::Severity;

/// Flags of kube-scheduler: CIS 1.4.
pub static TABLE: &[Check] = &[
    Check {
        id: "scheduler.profiling",
        title: "The scheduler offers no profiles of itself",
        severity: Severity::Low,
        aliases: &["kubescape:C-0151", "kube-bench:1.4.1"],
        why: "Profiles show what a process does inside, and taking them costs it time.",
        remedy: manifest!("kube-scheduler", Restarts, "set --profiling=false"),
        run: Run::Row(&Flag {
            flags: &["profiling"],
            must: Must::Be(false, true),
            // the scheduler ignores its flag beside a configuration file
            instead: &[Instead {
                flag: "config",
                since: 0,
                wins: true,
                look: "enableProfiling stands in a file that the API does not show, and the flag is ignored",
            }],
            ..SCHEDULER
        }),
        ..ROW
    },
    Check {
        id: "scheduler.bind-address",
        title: "The scheduler listens on loopback alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0152", "kube-bench:1.4.2"],
        why: "Its metrics and health say much about the cluster; nothing outside of the node has to reach them.",
        remedy: manifest!("kube-scheduler", MayBreak, "set --bind-address=127.0.0.1"),
        run: Run::Row(&Flag { flags: &["bind-address"], must: Must::Loopback, ..SCHEDULER }),
        ..ROW
    },
];

const ROW: Check = Check { over: &[Kind::Pod], needs: &[Kind::Node], ..Check::EMPTY };
const SCHEDULER: Flag = Flag { of: Component::Scheduler, ..FLAG };
