use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::{Kind, credential};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

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

/// Where such values stand in an object, in any list of environment variables: what is never shown of it.
pub fn credentials(object: &Value) -> Vec<FieldPath> {
    fn walk(value: &Value, at: &FieldPath, found: &mut Vec<FieldPath>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| walk(value, &at.clone().key(key), found)),
            Value::Array(list) => {
                for (index, item) in list.iter().enumerate() {
                    let at = at.clone().index(index);
                    let text = |key: &str| item.get(key).and_then(Value::as_str);
                    if let (Some(name), Some(value)) = (text("name"), text("value"))
                        && credential::judge(name, value).is_some()
                    {
                        found.push(at.clone().fields("value"));
                    }
                    walk(item, &at, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(object, &FieldPath::root(), &mut found);
    found
}

/// What stands for a value that must not be shown.
const MASK: &str = "***";

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    for (index, variable) in cx.container.env.iter().enumerate() {
        if let Some(confidence) = credential::judge(&variable.name, &variable.value) {
            let hit = hits.fail(
                cx.at("env").named(index, &variable.name).fields("value"),
                MASK,
                "a reference to where it is kept",
            );
            hit.message(format!(
                "{} of container {} looks like a credential (confidence {})",
                variable.name,
                cx.container.name,
                confidence.as_str()
            ));
            if confidence == credential::Confidence::Low {
                hit.severity(Severity::Medium);
            }
        }
    }
}
