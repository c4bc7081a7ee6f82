use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use super::host::{self, within};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// No hostPath volume is a place where a cloud's tools keep credentials, in any home: `.aws`, `.azure`, `.config/gcloud`,
/// `/gcloud`, and what they write there. These names say what they hold, whichever cloud the nodes run on. The folders above
/// `/etc/kubernetes/azure.json` count on nodes of Azure, which have that file: their `spec.providerID` says so.
pub static CHECK: Check = Check {
    id: "pod.cloud-credentials-host-path",
    title: "Pods do not read cloud credentials from their node",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: &[Kind::Node],
    aliases: &["kubescape:C-0020"],
    why: "With the node's or a user's cloud credentials a container acts in the cloud account, outside the cluster and \
          outside its audit log.",
    remedy: Remedy {
        advice: "Drop the volume and give the workload an identity of its own: IAM roles for service accounts, EKS Pod \
                 Identity, GKE or AKS workload identity.",
        // the identity has to be made in the cloud first
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "List the cloud calls that the program makes; grant its own identity those, and replace the key that was \
                    readable.",
    },
    run: Run::EachAlike(run),
};

/// Where a cloud's tools keep credentials.
struct Store {
    /// A folder: in any home where it begins with a dot, else at the root.
    folder: &'static str,
    /// Files and folders of it that hold credentials.
    files: &'static [&'static str],
    folders: &'static [&'static str],
}

const STORES: [Store; 4] = [
    Store { folder: ".aws", files: &["credentials", "config"], folders: &["sso", "cli", "login"] },
    Store {
        folder: ".azure",
        files: &["credentials", "accessTokens.json", "msal_token_cache.json", "service_principal_entries.json"],
        folders: &[],
    },
    Store { folder: ".config/gcloud", files: GCLOUD, folders: &["legacy_credentials"] },
    Store { folder: "/gcloud", files: GCLOUD, folders: &["legacy_credentials"] },
];

const GCLOUD: &[&str] = &["application_default_credentials.json", "credentials.db", "access_tokens.db"];

/// What the node itself acts in Azure with.
const AZURE_NODE: &str = "/etc/kubernetes/azure.json";

impl Store {
    fn holds(&self, path: &str) -> bool {
        let rest = if self.folder.starts_with('/') {
            path.strip_prefix(self.folder)
        } else {
            path.split_once(&format!("/{}", self.folder)).map(|(_, rest)| rest)
        };
        match rest.and_then(|rest| if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }) {
            None => false,
            Some("") => true,
            Some(rest) => self.files.contains(&rest) || self.folders.iter().any(|folder| within(rest, folder)),
        }
    }
}

fn run(cx: &Cx<'_>, _: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    for volume in host::paths(pod) {
        const EXPECTED: &str = "no cloud credentials of the node";
        let (name, written, path) = (volume.name, volume.written, volume.path.as_str());
        if path == AZURE_NODE || STORES.iter().any(|store| store.holds(path)) {
            hits.fail(volume.at(), written, EXPECTED)
                .message(format!("volume {name} is {written} of the node, where cloud credentials are kept"));
        } else if within(AZURE_NODE, path) {
            if cx.nodes().on_azure {
                hits.fail(volume.at(), written, EXPECTED).message(format!(
                    "volume {name} is {written} of the node: on nodes of Azure {AZURE_NODE} is inside, with which the \
                     node acts in the cloud"
                ));
            } else if let Some(reason) = cx.gap(Kind::Node, None) {
                hits.unread(volume.at(), reason, EXPECTED).message(format!(
                    "volume {name} is {written} of the node, and nodes were not read: on those of Azure it holds credentials"
                ));
            }
        }
    }
}
