use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// No element of `command` or `args` calls sudo, alone or as a command of a shell's line.
pub static CHECK: Check = Check {
    id: "container.sudo",
    title: "Containers start without sudo",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0062"],
    why: "sudo in the start command means that the image lets its user become root: so can whoever breaks in.",
    remedy: Remedy {
        advice: "Start the program as the user that it needs, by runAsUser, and take sudo out of the image.",
        // what the command becomes without it is the author's to say
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Find what needs root: a port below 1024 or files of another owner mostly, which a capability or fsGroup \
                    solves.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    for (field, words) in [("command", &cx.container.command), ("args", &cx.container.args)] {
        for (index, word) in words.iter().enumerate().filter(|(_, word)| calls_sudo(word)) {
            // the rest of the line is not shown: it may hold a password
            let shown = if word == "sudo" { "sudo" } else { "sudo …" };
            hits.fail(cx.at(field).index(index), shown, "a command without sudo")
                .message(format!("container {} calls sudo in its {field}", cx.container.name));
        }
    }
}

/// Whether a word is sudo, or a shell's line with it as one of its commands.
fn calls_sudo(line: &str) -> bool {
    line.split([';', '&', '|', '\n', '(']).any(|command| {
        let first = command.split_whitespace().next().unwrap_or_default();
        first.rsplit('/').next() == Some("sudo")
    })
}
