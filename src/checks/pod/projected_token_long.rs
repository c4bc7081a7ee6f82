use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// `expirationSeconds` of every projected ServiceAccount token is a day or less. Absent means an hour. For whom a token is
/// meant is not judged: without an audience it is for the API server, which a pod may ask for on purpose.
pub static CHECK: Check = Check {
    id: "pod.projected-token-long",
    title: "Projected ServiceAccount tokens are valid for a day at most",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[],
    why: "A token that was copied out of a pod is good until it expires; the kubelet replaces it in the pod long before, so \
          a short life costs nothing.",
    remedy: Remedy {
        advice: "Set expirationSeconds to 3600, or leave it out.",
        fix: Fix::Set("3600"),
        disruption: Disruption::Restarts,
        try_first: "Check that the program reads the file again: one that reads it once at start fails when it expires.",
    },
    run: Run::EachSpec(run),
};

/// A day, in seconds.
const DAY: i64 = 24 * 60 * 60;

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    for (index, volume) in cx.spec.volumes.iter().enumerate() {
        let sources = volume.source.projected.iter().flat_map(|projected| projected.sources.iter().enumerate());
        for (source, projection) in sources {
            let Some(token) = &projection.service_account_token else { continue };
            let Some(seconds) = token.expiration_seconds.filter(|seconds| *seconds > DAY) else { continue };
            let audience = if token.audience.is_empty() { "the API server" } else { &token.audience };
            let path = FieldPath::of("volumes").named(index, &volume.name).fields("projected.sources").index(source);
            hits.fail(path.fields("serviceAccountToken.expirationSeconds"), seconds, "86400 or less").message(format!(
                "volume {} asks for a token for {audience} valid for {} hours",
                volume.name,
                (seconds + 3599) / 3600
            ));
        }
    }
}
