//! An API server that misbehaves as told, on loopback, over plain HTTP.

use prost::Message;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What to answer.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status and a body.
    Full(u16, &'static str, Vec<u8>),
    /// A status, `Retry-After` in seconds, and a body.
    RetryAfter(u16, u32),
    /// Promises more bytes than it sends, then hangs up.
    Half(&'static str, Vec<u8>),
    /// Reads the request and never answers.
    Silence,
    /// A whole answer, packed: its bytes are gzip.
    Packed(&'static str, Vec<u8>),
    /// These bytes, again and again.
    Endless(&'static str, Vec<u8>),
    /// A byte, and after each pause another.
    Drip(&'static str, Duration),
    /// An answer, so much later.
    Late(Duration, Box<Reply>),
}

/// How to answer a request: its path with query, and how often that path was asked before.
type Answer = dyn Fn(&str, usize) -> Reply + Send + Sync;

pub struct FakeServer {
    address: SocketAddr,
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl FakeServer {
    pub fn start(answer: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let answer: Arc<Answer> = Arc::new(answer);
        let log = asked.clone();
        // ends with the test's process: the listener has no other owner
        std::thread::spawn(move || {
            let counts: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
            for stream in listener.incoming().flatten() {
                let (answer, log, counts) = (answer.clone(), log.clone(), counts.clone());
                std::thread::spawn(move || serve(stream, &*answer, &log, &counts));
            }
        });
        Self { address, asked }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn serve(stream: TcpStream, answer: &Answer, log: &Mutex<Vec<String>>, counts: &Mutex<HashMap<String, usize>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let path = first.split_whitespace().nth(1).unwrap_or_default().to_owned();
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header).unwrap_or(0) == 0 || header == "\r\n" {
                break;
            }
        }
        let before = {
            let mut counts = counts.lock().unwrap();
            let count = counts.entry(path.clone()).or_default();
            *count += 1;
            *count - 1
        };
        log.lock().unwrap().push(path.clone());
        let mut reply = answer(&path, before);
        if let Reply::Late(time, after) = reply {
            pause(time);
            reply = *after;
        }
        let sent = match reply {
            Reply::Packed(kind, body) => send(&mut stream, 200, kind, "Content-Encoding: gzip\r\n", body.len(), &body),
            Reply::Endless(kind, body) => {
                let _ = write!(stream, "HTTP/1.1 200 X\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n");
                // until the client gives up and closes
                while stream.write_all(&body).is_ok() {}
                return;
            }
            Reply::Drip(kind, time) => {
                let _ = write!(stream, "HTTP/1.1 200 X\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n");
                while stream.write_all(b"k").is_ok() {
                    pause(time);
                }
                return;
            }
            // nothing is later than late
            Reply::Late(..) => return,
            Reply::Full(status, kind, body) => send(&mut stream, status, kind, "", body.len(), &body),
            Reply::RetryAfter(status, seconds) => {
                send(&mut stream, status, "text/plain", &format!("Retry-After: {seconds}\r\n"), 0, b"")
            }
            Reply::Half(kind, body) => {
                let _ = send(&mut stream, 200, kind, "", body.len() + 1000, &body);
                return;
            }
            Reply::Silence => {
                // until the client gives up and closes
                let mut rest = String::new();
                let _ = reader.read_line(&mut rest);
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "slowness is the fault itself; nothing is waited for")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// Bytes as gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn send(s: &mut TcpStream, status: u16, kind: &str, extra: &str, length: usize, body: &[u8]) -> std::io::Result<()> {
    write!(s, "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{extra}\r\n")?;
    s.write_all(body)?;
    s.flush()
}

pub const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

/// `runtime.Unknown` around bytes, with the magic prefix.
pub fn envelope(raw: Vec<u8>) -> Vec<u8> {
    let unknown = k8s_pb::apimachinery::pkg::runtime::Unknown { raw: Some(raw), ..Default::default() };
    [b"k8s\0".to_vec(), unknown.encode_to_vec()].concat()
}

/// A list without items, of any kind.
pub fn empty_list() -> Reply {
    Reply::Full(200, PROTOBUF, envelope(Vec::new()))
}

/// A status of the API server, in JSON.
pub fn refusal(code: u16, message: &str) -> Reply {
    let body = serde_json::json!({"kind": "Status", "apiVersion": "v1", "code": code, "message": message});
    Reply::Full(code, "application/json", body.to_string().into_bytes())
}

pub fn version() -> Reply {
    Reply::Full(200, "application/json", br#"{"gitVersion":"v1.36.3"}"#.to_vec())
}

/// A healthy, empty cluster that cannot stream lists: `/version`, no groups, empty lists.
pub fn healthy(path: &str) -> Reply {
    match path {
        "/version" => version(),
        "/apis" => Reply::Full(200, "application/json", br#"{"kind":"APIGroupDiscoveryList","items":[]}"#.to_vec()),
        watch if watch.contains("sendInitialEvents") => refusal(422, "sendInitialEvents is forbidden for watch"),
        _ => empty_list(),
    }
}
