use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// Secrets in the environment, one key or all of them, optional ones too (pitfall 56); CIS 5.4.1.
pub static CHECK: Check = Check {
    id: "container.secret-env",
    title: "Secrets are mounted as files, not put into the environment",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0207", "kube-linter:read-secret-from-env-var", "kube-bench:5.4.1"],
    why: "The environment is inherited by every child process and ends up in crash reports, debug pages and logs; a \
          changed Secret does not reach it before a restart.",
    remedy: Remedy {
        advice: "Mount the Secret as a volume, or through a CSI driver, and have the program read the file.",
        // the program must learn to read a file: no patch alone does it
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Look for a setting that takes a file name instead, often the same name with _FILE.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    let container = &cx.container.name;
    for (index, variable) in cx.container.env.iter().enumerate() {
        if let Some(secret) = variable.value_from.as_ref().and_then(|from| from.secret_key_ref.as_ref()) {
            hits.fail(
                cx.at("env").named(index, &variable.name).fields("valueFrom.secretKeyRef"),
                format!("{}/{}", secret.reference.name, secret.key),
                "a mounted file",
            )
            .message(format!(
                "container {container} takes {} from key {} of Secret {}",
                variable.name, secret.key, secret.reference.name
            ));
        }
    }
    for (index, source) in cx.container.env_from.iter().enumerate() {
        if let Some(secret) = &source.secret_ref {
            let name = secret.reference.name.as_str();
            hits.fail(cx.at("envFrom").index(index).fields("secretRef"), name, "a mounted file")
                .message(format!("container {container} takes every key of Secret {name} into its environment"));
        }
    }
}
