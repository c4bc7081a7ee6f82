use super::super::flag::{Said, manifest};
use super::super::{Check, Cx, Judge, Run};
use super::on_node;
use crate::inventory::Kind;
use crate::inventory::node_facts::NodeFacts;
use crate::model::{FieldPath, Severity};

/// The first provider of the first entry that covers Secrets is aescbc, kms or secretbox; CIS 1.2.28. `identity` first
/// stores them as they are; aesgcm is not taken for strong, for its key has to be changed often. Only a look at the file
/// tells: the API shows its path alone.
pub static CHECK: Check = Check {
    id: "apiserver.encryption-providers",
    title: "Secrets are encrypted with a strong provider",
    severity: Severity::High,
    over: &[],
    needs: &[Kind::NodeFacts, Kind::Node, Kind::Pod],
    aliases: &["kubescape:C-0142", "kube-bench:1.2.28"],
    why: "The first provider encrypts what is written: with identity first the file is there and nothing is encrypted.",
    remedy: manifest!(
        "kube-apiserver",
        MayBreak,
        "put kms, secretbox or aescbc first for secrets in the file that --encryption-provider-config names"
    ),
    run: Run::Objects(run),
};

const STRONG: [&str; 3] = ["aescbc", "kms", "secretbox"];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    on_node::each(cx, judge, "encryption-provider-config", |facts| facts.encryption.is_some(), judge_node);
}

/// What is wrong on a node that runs an API server, with a file or without one.
pub(in super::super) fn judge_node(facts: &NodeFacts) -> Option<Said> {
    let said = |at: FieldPath, actual: Option<&str>, message: String| Said {
        review: false,
        at,
        actual: actual.into(),
        expected: "aescbc, kms or secretbox first".into(),
        message,
    };
    let root = FieldPath::of("encryption");
    let Some(file) = &facts.encryption else {
        return Some(said(
            root,
            None,
            "the API server has no encryption configuration: Secrets are stored as they are".to_owned(),
        ));
    };
    let Some((index, entry)) = file.resources.iter().enumerate().find(|(_, entry)| entry.covers_secrets()) else {
        return Some(said(root.fields("resources"), None, format!("{} names no provider for Secrets", file.path)));
    };
    let first = entry.providers.first().map(String::as_str);
    if first.is_some_and(|first| STRONG.contains(&first)) {
        return None;
    }
    let at = root.fields("resources").index(index).fields("providers").index(0);
    Some(match first {
        Some("identity") => {
            said(at, first, format!("identity stands first in {}: Secrets are stored as they are", file.path))
        }
        Some(other) => said(at, first, format!("{other} stands first in {}", file.path)),
        None => said(at, None, format!("an entry for Secrets in {} names no provider", file.path)),
    })
}
