//! Writes past the API server, for what would take it minutes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Requests sent before their answers are read: so few that the answers fit into the socket's buffer.
const BATCH: usize = 64;

/// Puts keys and values through etcd's JSON gateway at `address`.
///
/// Each in a revision of its own. A transaction would be faster, but a watch that is cut within it resumes after it, and
/// misses the rest.
pub(super) fn put(address: &str, entries: &[(String, String)]) -> Result<()> {
    entries.chunks(BATCH).try_for_each(|batch| pipeline(address, batch))
}

/// As [`put`], from several connections: entries are made as they are needed, so that few are held at a time.
pub(super) fn put_all(address: &str, count: u32, make: impl Fn(u32) -> Vec<(String, String)> + Sync) -> Result<()> {
    /// More would only wait for etcd, which uses two cores with these.
    const CONNECTIONS: u32 = 4;
    let next = AtomicU32::new(0);
    thread::scope(|scope| {
        let work = || -> Result<()> {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(());
                }
                put(address, &make(number))?;
            }
        };
        let threads: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| match thread.join() {
            Ok(result) => result,
            Err(_) => bail!("a thread that wrote to etcd panicked"),
        })
    })
}

fn pipeline(address: &str, batch: &[(String, String)]) -> Result<()> {
    let mut stream = TcpStream::connect(address).context("cannot connect to etcd")?;
    for (number, (key, value)) in batch.iter().enumerate() {
        let connection = if number + 1 == batch.len() { "close" } else { "keep-alive" };
        let body = format!(r#"{{"key":"{}","value":"{}"}}"#, STANDARD.encode(key), STANDARD.encode(value));
        let length = body.len();
        write!(
            stream,
            "POST /v3/kv/put HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: {connection}\r\n\r\n{body}"
        )?;
    }
    let mut answers = String::new();
    stream.read_to_string(&mut answers)?;
    if answers.matches("HTTP/1.1 200").count() != batch.len() {
        bail!("etcd refused a write: {answers}");
    }
    Ok(())
}
