//! The bytes alone: the requests of a scan that `plimsoll scan --request-log` wrote down, with the same headers and as
//! many at a time, over plain hyper, bodies thrown away. `cargo xtask bench` holds plimsoll's time against this one's.
//! Argument: the log. Prints seconds, bytes and requests.
#![allow(clippy::print_stdout, missing_docs)]

#[cfg(feature = "live")]
fn main() -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(raw::run())
}

#[cfg(not(feature = "live"))]
fn main() {}

#[cfg(feature = "live")]
mod raw {
    use anyhow::{Context, Result, bail};
    use http_body_util::{BodyExt, Empty};
    use hyper_util::client::legacy::Client;
    use hyper_util::client::legacy::connect::{Connect, HttpConnector};
    use hyper_util::rt::TokioExecutor;
    use kube::client::ConfigExt;
    use std::sync::Arc;
    use std::time::Instant;
    use tokio::sync::Semaphore;

    const END: &[u8] = b"k8s.io/initial-events-end";

    /// A request as the log has it.
    struct Request {
        path: String,
        accept: String,
        encoding: String,
    }

    pub(super) async fn run() -> Result<()> {
        let log = std::env::args().nth(1).context("raw_read LOG")?;
        let log = std::fs::read_to_string(&log).with_context(|| format!("cannot read {log}"))?;
        let (at_once, chains) = chains(&log)?;
        let requests: usize = chains.iter().map(Vec::len).sum();
        let begin = Instant::now();
        let config = kube::Config::infer().await?;
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        // as plimsoll does
        connector.set_nodelay(true);
        let connector = config.rustls_https_connector_with_connector(connector)?;
        let client: Client<_, Empty<bytes::Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
        // kube keeps a kubeconfig's token secret even from its own user: the bench hands it over
        let token = std::env::var("PLIMSOLL_BENCH_TOKEN").ok().map(|token| format!("Bearer {token}"));
        let shared = Arc::new((client, config.cluster_url.to_string(), token, Semaphore::new(at_once)));
        let mut tasks = tokio::task::JoinSet::new();
        for chain in chains {
            let shared = shared.clone();
            tasks.spawn(async move {
                let (client, base, token, slots) = &*shared;
                let _slot = slots.acquire().await?;
                let mut bytes = 0;
                for request in &chain {
                    bytes += read(client, base.trim_end_matches('/'), token.as_deref(), request).await?;
                }
                Ok::<usize, anyhow::Error>(bytes)
            });
        }
        let mut bytes = 0;
        while let Some(read) = tasks.join_next().await {
            bytes += read??;
        }
        println!("{:.4} {bytes} {requests}", begin.elapsed().as_secs_f64());
        Ok(())
    }

    /// How many at a time, and the requests in their order; pages of one list follow each other.
    fn chains(log: &str) -> Result<(usize, Vec<Vec<Request>>)> {
        let mut lines = log.lines();
        let at_once = lines.next().and_then(|line| line.strip_prefix("at once\t")?.parse().ok());
        let mut chains: Vec<Vec<Request>> = Vec::new();
        for line in lines {
            let mut fields = line.split('\t').map(str::to_owned);
            let (Some(path), Some(accept), Some(encoding)) = (fields.next(), fields.next(), fields.next()) else {
                bail!("not a line of a log of requests: {line:?}");
            };
            let list = |path: &str| path.split("&continue=").next().map(str::to_owned);
            let of = chains.iter_mut().find(|chain| {
                path.contains("&continue=") && chain.first().is_some_and(|first| list(&first.path) == list(&path))
            });
            let request = Request { path, accept, encoding };
            match of {
                Some(chain) => chain.push(request),
                None => chains.push(vec![request]),
            }
        }
        Ok((at_once.context("the log does not say how many requests are under way at once")?, chains))
    }

    async fn read<C: Connect + Clone + Send + Sync + 'static>(
        client: &Client<C, Empty<bytes::Bytes>>,
        base: &str,
        token: Option<&str>,
        asked: &Request,
    ) -> Result<usize> {
        let mut request = http::Request::get(format!("{base}{}", asked.path)).header("accept", &asked.accept);
        if !asked.encoding.is_empty() {
            request = request.header("accept-encoding", &asked.encoding);
        }
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        let answer = client.request(request.body(Empty::new())?).await?;
        // what plimsoll may not read, this may not either
        let watch = answer.status().is_success() && asked.path.contains("watch=true");
        let mut body = answer.into_body();
        let (mut bytes, mut tail) = (0, Vec::new());
        while let Some(frame) = body.frame().await {
            let chunk = frame?.into_data().ok().context("no data")?;
            bytes += chunk.len();
            if !watch {
                continue;
            }
            // the marker may be cut between two chunks
            tail.extend_from_slice(chunk.get(..chunk.len().min(END.len())).unwrap_or_default());
            let found = |text: &[u8]| text.windows(END.len()).any(|window| window == END);
            let near_the_end = chunk.get(chunk.len().saturating_sub(4096)..).unwrap_or_default();
            if found(near_the_end) || found(&tail) {
                return Ok(bytes);
            }
            tail = chunk.get(chunk.len().saturating_sub(END.len())..).unwrap_or_default().to_vec();
        }
        if watch { bail!("{}: the stream ended early", asked.path) } else { Ok(bytes) }
    }
}
