//! A proxy on loopback between plimsoll and the real API server, which does to answers what networks and busy servers do.
//!
//! Behind it stands `kubectl proxy`, so that what passes here is plain HTTP/1.1, one request a connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use xtask::cluster::Cluster;

/// What happens to an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// It begins so much later.
    Delay(Duration),
    /// This status comes instead, with `Retry-After` in seconds.
    Status(u16, Option<u32>),
    /// The connection ends after so many bytes of the body.
    Cut(usize),
    /// The connection is reset (RST, not FIN) after so many bytes of the body.
    Reset(usize),
    /// Nothing more comes after so many bytes of the body, and the connection stays.
    HalfOpen(usize),
    /// From this byte of the body on all bits are turned.
    WrongBytes(usize),
    /// So many bytes at a time, with a pause between.
    Trickle(usize, Duration),
}

/// A fault for those requests whose path holds a text, so many times.
struct Rule {
    path: String,
    fault: Fault,
    times: usize,
}

#[derive(Default)]
struct Shared {
    rules: Vec<Rule>,
    /// Paths with their queries.
    asked: Vec<String>,
    /// How often a fault was put in.
    struck: usize,
    open: Vec<TcpStream>,
}

/// The proxy. Dropping it ends `kubectl proxy`.
pub struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    kubectl: Child,
}

impl FaultProxy {
    pub fn start(cluster: &Cluster) -> Self {
        let mut kubectl = cluster.kubectl();
        kubectl.args(["proxy", "--port=0", "--address=127.0.0.1", "--keepalive=1s"]);
        let mut kubectl = kubectl.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(kubectl.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let behind: SocketAddr = line.trim().rsplit(' ').next().unwrap().parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared: Arc<Mutex<Shared>> = Arc::default();
        let of = shared.clone();
        // ends with the test's process
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = of.clone();
                std::thread::spawn(move || {
                    let _ = serve(stream, behind, &shared);
                });
            }
        });
        Self { address, shared, kubectl }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next answers to requests whose path holds the text suffer this.
    pub fn put(&self, path: &str, fault: Fault, times: usize) {
        self.shared.lock().unwrap().rules.push(Rule { path: path.to_owned(), fault, times });
    }

    /// No faults any more; what hangs is let go.
    pub fn heal(&self) {
        let mut shared = self.shared.lock().unwrap();
        shared.rules.clear();
        for stream in shared.open.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub fn asked(&self) -> Vec<String> {
        self.shared.lock().unwrap().asked.clone()
    }

    pub fn struck(&self) -> usize {
        self.shared.lock().unwrap().struck
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        let _ = self.kubectl.kill();
        let _ = self.kubectl.wait();
    }
}

fn serve(stream: TcpStream, behind: SocketAddr, shared: &Mutex<Shared>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line == "\r\n" {
            break;
        }
        // one request a connection: the end of the answer is the end of the connection
        if !lower.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let path = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let fault = {
        let mut shared = shared.lock().unwrap();
        let found = shared.rules.iter_mut().find(|rule| rule.times > 0 && path.contains(&rule.path));
        let fault = found.map(|rule| {
            rule.times -= 1;
            rule.fault.clone()
        });
        shared.struck += usize::from(fault.is_some());
        shared.asked.push(path);
        fault
    };
    let mut client = stream;
    match fault {
        Some(Fault::Status(status, after)) => {
            let after = after.map(|seconds| format!("Retry-After: {seconds}\r\n")).unwrap_or_default();
            let body = format!(r#"{{"kind":"Status","apiVersion":"v1","code":{status},"message":"the test says so"}}"#);
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\n");
            return write!(client, "{head}{after}Content-Length: {length}\r\n\r\n{body}");
        }
        Some(Fault::Delay(time)) => pause(time),
        _ => {}
    }
    let mut upstream = TcpStream::connect(behind)?;
    write!(upstream, "{head}Connection: close\r\n\r\n")?;
    upstream.write_all(&body)?;
    if matches!(fault, Some(Fault::HalfOpen(_))) {
        shared.lock().unwrap().open.push(client.try_clone()?);
    }
    pass(&mut upstream, &mut client, fault.as_ref())
}

/// Passes an answer on; the fault counts from the end of its head.
fn pass(upstream: &mut TcpStream, client: &mut TcpStream, fault: Option<&Fault>) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut buffer = [0; 16 << 10];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match upstream.read(&mut buffer)? {
            0 => return client.write_all(&head),
            n => head.extend_from_slice(&buffer[..n]),
        }
    }
    let end = head.windows(4).position(|end| end == b"\r\n\r\n").unwrap_or_default() + 4;
    client.write_all(&head[..end])?;
    let (mut passed, mut chunk) = (0, head[end..].to_vec());
    loop {
        let limit = match fault {
            Some(Fault::Cut(at) | Fault::Reset(at) | Fault::HalfOpen(at)) => Some(*at),
            _ => None,
        };
        if let Some(at) = limit.filter(|at| passed + chunk.len() >= *at) {
            client.write_all(&chunk[..at - passed])?;
            return match fault {
                Some(Fault::Reset(_)) => socket2::SockRef::from(&*client).set_linger(Some(Duration::ZERO)),
                Some(Fault::HalfOpen(_)) => {
                    // until the other side gives up
                    let _ = client.read(&mut buffer);
                    client.shutdown(Shutdown::Both)
                }
                _ => client.shutdown(Shutdown::Both),
            };
        }
        if let Some(Fault::WrongBytes(from)) = fault {
            let first = from.saturating_sub(passed).min(chunk.len());
            chunk[first..].iter_mut().for_each(|byte| *byte = !*byte);
        }
        passed += chunk.len();
        match fault {
            Some(Fault::Trickle(size, time)) => {
                for part in chunk.chunks(*size) {
                    client.write_all(part)?;
                    pause(*time);
                }
            }
            _ => client.write_all(&chunk)?,
        }
        match upstream.read(&mut buffer)? {
            0 => return client.shutdown(Shutdown::Both),
            n => chunk = buffer[..n].to_vec(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "slowness is the fault itself; nothing is waited for")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}
