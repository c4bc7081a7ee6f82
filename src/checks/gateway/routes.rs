//! Routes of the Gateway API and the listeners that they are attached to.

use crate::inventory::json::{list, text};
use crate::inventory::kinds::custom::Custom;
use crate::inventory::{Inventory, Kind};
use serde_json::Value;

/// The kinds of routes.
pub(super) const ROUTES: [Kind; 5] = [Kind::HttpRoute, Kind::GrpcRoute, Kind::TcpRoute, Kind::TlsRoute, Kind::UdpRoute];

/// Routes that name a listener of a Gateway, or the Gateway as a whole, as their parent. Whether the listener lets them
/// attach is not asked.
pub(super) fn attached<'a>(
    inventory: &'a Inventory,
    gateway: &'a Custom,
    listener: &'a Value,
) -> impl Iterator<Item = (Kind, &'a Custom)> {
    let routes = ROUTES.into_iter().flat_map(|kind| inventory.customs_of(kind).map(move |route| (kind, route)));
    routes.filter(move |(_, route)| {
        list(&route.spec, "parentRefs").iter().any(|parent| {
            let namespace = match text(parent, "namespace") {
                "" => route.meta.namespace.as_str(),
                written => written,
            };
            let port = parent.get("port").is_none_or(|port| Some(port) == listener.get("port"));
            let section =
                text(parent, "sectionName").is_empty() || text(parent, "sectionName") == text(listener, "name");
            matches!(text(parent, "kind"), "" | "Gateway")
                && text(parent, "name") == gateway.meta.name
                && namespace == gateway.meta.namespace
                && port
                && section
        })
    })
}

/// Whether a rule of an HTTPRoute sends its requests to HTTPS, or only answers the challenges of a certificate authority.
pub(super) fn leads_to_tls(rule: &Value) -> bool {
    let redirect = list(rule, "filters")
        .iter()
        .any(|filter| filter.pointer("/requestRedirect/scheme").is_some_and(|scheme| scheme == "https"));
    let matches = list(rule, "matches");
    let challenge = |m: &Value| {
        m.pointer("/path/value")
            .and_then(Value::as_str)
            .is_some_and(|path| path.starts_with("/.well-known/acme-challenge/"))
    };
    redirect || (!matches.is_empty() && matches.iter().all(challenge))
}
