//! A line on loopback that is as far and as thin as it is told to be: every byte comes later by half a round trip, and all
//! connections share the bytes a second. What passes is not looked at, so that TLS goes through.

use anyhow::Result;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// As much of one connection as is on its way: what a line of a second's length holds.
const QUEUE: usize = 512;
/// As much of one connection as waits at a router, so that connections take turns.
const CHUNK: usize = 8 << 10;

/// The line. It ends with the process.
pub struct Link {
    address: SocketAddr,
}

/// One direction: when it is free again.
struct Way {
    free: Mutex<Instant>,
    bytes_a_second: f64,
    late: Duration,
}

impl Way {
    /// When these bytes have left, if it is their turn now.
    fn departure(&self, bytes: usize) -> Instant {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        *free = (*free).max(Instant::now()) + Duration::from_secs_f64(bytes as f64 / self.bytes_a_second);
        *free
    }
}

impl Link {
    /// A line to a server.
    pub fn start(server: SocketAddr, round_trip: Duration, bits_a_second: u64) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let way = || {
            let bytes_a_second = bits_a_second as f64 / 8.0;
            Arc::new(Way { free: Mutex::new(Instant::now()), bytes_a_second, late: round_trip / 2 })
        };
        let (up, down) = (way(), way());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (up, down) = (up.clone(), down.clone());
                thread::spawn(move || connect(client, server, round_trip, &up, &down));
            }
        });
        Ok(Self { address })
    }

    /// Where it is dialled.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

fn connect(client: TcpStream, server: SocketAddr, round_trip: Duration, up: &Arc<Way>, down: &Arc<Way>) {
    // loopback opens at once; a far server takes a round trip
    pause_until(Instant::now() + round_trip);
    let Ok(server) = TcpStream::connect(server) else { return };
    let (Ok(client_too), Ok(server_too)) = (client.try_clone(), server.try_clone()) else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    thread::scope(|scope| {
        scope.spawn(|| pass(client, server, up));
        scope.spawn(|| pass(server_too, client_too, down));
    });
}

/// Passes bytes on, each when it would arrive.
fn pass(mut from: TcpStream, mut to: TcpStream, way: &Arc<Way>) {
    let (sender, chunks) = sync_channel::<(Instant, Vec<u8>)>(QUEUE);
    thread::scope(|scope| {
        scope.spawn(move || {
            for (arrival, chunk) in chunks {
                pause_until(arrival);
                if to.write_all(&chunk).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Write);
        });
        let mut buffer = [0; CHUNK];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let chunk = buffer.get(..length).unwrap_or_default().to_vec();
            let departure = way.departure(length);
            if sender.send((departure + way.late, chunk)).is_err() {
                break;
            }
            pause_until(departure);
        }
        let _ = from.shutdown(Shutdown::Read);
        drop(sender);
    });
}

#[expect(clippy::disallowed_methods, reason = "slowness is what it is for; nothing is waited for")]
fn pause_until(time: Instant) {
    thread::sleep(time.saturating_duration_since(Instant::now()));
}
