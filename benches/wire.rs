//! A frugal HTTP client: ten thousand connections, a measured cost, no copies.

use std::cell::RefCell;
use std::io::ErrorKind;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

thread_local! {
    /// All connections of a thread read into it, one at a time.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; 256 * 1024]);
}

/// A connection that is kept alive.
pub(crate) struct Connection {
    stream: TcpStream,
    /// Of the last answer.
    head: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        Self { stream, head: Vec::new() }
    }

    pub(crate) async fn send(&mut self, path: &str) {
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        self.stream.write_all(request.as_bytes()).await.expect("the server listens");
    }

    /// Reads an answer to its end, which must be a 200; `body` gets its parts.
    pub(crate) async fn receive(&mut self, mut body: impl FnMut(&[u8])) {
        self.head.clear();
        let mut missing = None;
        while missing != Some(0) {
            self.stream.readable().await.expect("an answer");
            SCRATCH.with_borrow_mut(|scratch| {
                let part = match self.stream.try_read(scratch) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                    read => scratch.get(..read.expect("an answer")).unwrap_or_default(),
                };
                assert!(!part.is_empty(), "the server goes on");
                let found = match missing {
                    Some(missing) => Some((missing, part)),
                    None => take_head(&mut self.head, part),
                };
                let Some((length, part)) = found else { return };
                missing = Some(length.checked_sub(part.len()).expect("no more than was announced"));
                body(part);
            });
        }
    }

    /// A header of the last answer.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

/// Adds the part to the head; once that is complete, returns the length of the body, and what the part holds of it.
fn take_head<'p>(head: &mut Vec<u8>, part: &'p [u8]) -> Option<(usize, &'p [u8])> {
    const LONGEST: usize = 4096;
    let before = head.len();
    head.extend(part.iter().take(LONGEST));
    let Some(end) = memchr::memmem::find(head, b"\r\n\r\n") else {
        assert!(head.len() < LONGEST, "a head ends somewhere");
        return None;
    };
    head.truncate(end);
    assert!(head.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(head));
    let length = header(head, "content-length").and_then(|length| length.parse().ok()).expect("a body of known length");
    Some((length, part.get(end + 4 - before..).unwrap_or_default()))
}

fn header<'h>(head: &'h [u8], name: &str) -> Option<&'h str> {
    let lines = std::str::from_utf8(head).ok()?.split("\r\n").skip(1);
    let mut fields = lines.filter_map(|line| line.split_once(": "));
    fields.find_map(|(field, value)| field.eq_ignore_ascii_case(name).then_some(value))
}
