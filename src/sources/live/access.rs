//! Preflight: what this user may read, asked beside the reads and never gating them.

use super::errors::Problem;
use super::read::Session;
use crate::inventory::Kind;
use k8s_openapi::api::authorization::v1::{ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec};
use kube::Api;
use kube::api::PostParams;
use std::collections::BTreeSet;

/// What a user may do with a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The kind.
    pub kind: Kind,
    /// May list it, everywhere (or in the namespace asked about).
    pub list: bool,
    /// May watch it.
    pub watch: bool,
}

/// Asks the API server (SelfSubjectAccessReview) for list and watch on each kind. The real answer of a read beats it.
///
/// # Errors
/// The first question that was not answered.
pub async fn preflight(
    session: &Session,
    kinds: &BTreeSet<Kind>,
    namespace: Option<&str>,
) -> Result<Vec<Access>, Problem> {
    let api: Api<SelfSubjectAccessReview> = Api::all(session.client().clone());
    let ask = |kind: Kind, verb: &'static str| {
        let info = kind.info();
        let attributes = ResourceAttributes {
            group: Some(info.group.to_owned()),
            resource: Some(info.plural.to_owned()),
            verb: Some(verb.to_owned()),
            namespace: namespace.filter(|_| info.namespaced).map(str::to_owned),
            ..ResourceAttributes::default()
        };
        let spec = SelfSubjectAccessReviewSpec { resource_attributes: Some(attributes), ..Default::default() };
        let review = SelfSubjectAccessReview { spec, ..Default::default() };
        let api = api.clone();
        async move {
            let answer = api.create(&PostParams::default(), &review).await.map_err(|e| Problem::from_kube(&e))?;
            Ok::<bool, Problem>(answer.status.is_some_and(|status| status.allowed))
        }
    };
    let mut rows = Vec::new();
    for kind in kinds {
        let (list, watch) = futures::future::try_join(ask(*kind, "list"), ask(*kind, "watch")).await?;
        rows.push(Access { kind: *kind, list, watch });
    }
    Ok(rows)
}
