use super::super::{Check, ContainerCx, Hits, Run};
use super::credential;
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// A literal value in the environment that looks like a credential, by name and value or by the value's shape
/// (pitfall 55). The value is compared and forgotten: no finding carries it.
pub static CHECK: Check = Check {
    id: "container.env-literal-credential",
    title: "No credentials are written into the environment",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[
        "kubescape:C-0012",
        "kubescape:C-0259",
        "polaris:sensitiveContainerEnvVar",
        "kube-linter:env-var-secret",
    ],
    why: "A value in a manifest is read by everyone who may read the workload or its repository, and stays in the \
          history of both.",
    remedy: Remedy {
        advice: "Move the value to a Secret or an external store, mount it as a file, and replace the credential: it has \
                 been readable.",
        // the Secret's name and place are not known from here
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Create the Secret and point one replica at it; revoke the old credential when nothing uses it.",
    },
    run: Run::EachContainer(run),
};

/// What stands for a value that must not be shown.
const MASK: &str = "***";

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    for (index, variable) in cx.container.env.iter().enumerate() {
        if let Some(confidence) = credential::judge(&variable.name, &variable.value) {
            hits.fail(
                cx.at("env").named(index, &variable.name).fields("value"),
                MASK,
                "a reference to where it is kept",
            )
            .message(format!(
                "{} of container {} looks like a credential (confidence {})",
                variable.name,
                cx.container.name,
                confidence.as_str()
            ));
        }
    }
}
