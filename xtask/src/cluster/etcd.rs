//! Writes past the API server, for what would take it minutes.

use std::io::{Read, Write};
use std::net::TcpStream;

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
