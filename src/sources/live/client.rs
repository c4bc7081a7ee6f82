//! The HTTP client, as kube builds it but for one thing: what is written is sent at once. Spans for tracing, which nobody here
//! listens to, are left out, as are time-outs of its own for reading and writing: `read.rs` has them.

use hyper_timeout::TimeoutConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kube::client::{Body, ConfigExt};
use kube::{Client, Config, Error};
use tower::{BoxError, ServiceBuilder};

/// A client for a configuration. By Nagle's algorithm the first request of a connection would wait for the server to
/// acknowledge the handshake, which it puts off for 40 ms; kube leaves that on and offers no setting. Through a proxy,
/// where it is one wait of several, kube's own client serves.
pub(super) fn client(config: Config) -> Result<Client, Error> {
    if config.proxy_url.is_some() {
        return Client::try_from(config);
    }
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    let mut connector = TimeoutConnector::new(config.rustls_https_connector_with_connector(connector)?);
    connector.set_connect_timeout(config.connect_timeout);
    let http = hyper_util::client::legacy::Builder::new(TokioExecutor::new()).build::<_, Body>(connector);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(http);
    Ok(Client::new(service, config.default_namespace))
}
