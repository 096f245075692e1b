//! The limits: an Actix server without anything of ours.

use std::fs::File;
use std::future::{Ready, ready};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::{App, HttpResponse, HttpServer, web};
use bytes::Bytes;
use tokio::sync::watch;

use crate::commands::{say, serve_waiting};
use crate::rig::{ANSWERS_AT_ONCE, listener};

/// What a server of files reads at once.
const PART_BYTES: usize = 64 * 1024;

/// The role of a process: a server of shared bytes. It prints its address. For each size there are `/bytes/SIZE`, which
/// answers at once, `/file/SIZE`, which reads a file for it, and `/hold/SIZE`, which answers at the next `/bump`. The
/// command `waiting N` waits for so many that are held.
pub(crate) async fn serve(sizes: &[String]) {
    let sizes: Vec<usize> = sizes.iter().map(|size| size.parse().expect("a size")).collect();
    let news = Arc::new(watch::Sender::new(0_u64));
    let (listener, address) = listener();
    let shared = news.clone();
    let server = HttpServer::new(move || {
        let bump = shared.clone();
        let mut app = App::new().route("/bump", web::get().to(move || bumped(&bump)));
        for &size in &sizes {
            let (bytes, held) = (Bytes::from(vec![b'x'; size]), shared.clone());
            let (body, file) = (bytes.clone(), Arc::new(file(&bytes)));
            app = app
                .route(&format!("/file/{size}"), web::get().to(move || read(file.clone(), size)))
                .route(&format!("/bytes/{size}"), web::get().to(move || answer(body.clone())))
                .route(&format!("/hold/{size}"), web::get().to(move || hold(held.subscribe(), bytes.clone())));
        }
        app
    });
    let server = server.workers(1).keep_alive(Duration::from_secs(600)).max_connections(ANSWERS_AT_ONCE);
    let server = server.disable_signals().h1_allow_half_closed(false).listen(listener).expect("a server").run();
    let handle = server.handle();
    tokio::spawn(server);
    say(&address);
    serve_waiting(|| news.receiver_count()).await;
    handle.stop(false).await;
}

fn answer(body: Bytes) -> Ready<HttpResponse> {
    ready(HttpResponse::Ok().body(body))
}

/// A file that is gone with the process.
fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("a file that can be written");
    file
}

fn read(file: Arc<File>, size: usize) -> Ready<HttpResponse> {
    ready(HttpResponse::Ok().body(FileBody { file, size, read: 0 }))
}

/// As files are usually sent: by `pread`, part by part.
struct FileBody {
    file: Arc<File>,
    size: usize,
    read: usize,
}

impl MessageBody for FileBody {
    type Error = std::io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.size as u64)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.read == self.size {
            return Poll::Ready(None);
        }
        let mut part = vec![0; PART_BYTES.min(self.size - self.read)];
        let read = self.file.read_exact_at(&mut part, self.read as u64);
        self.read += part.len();
        Poll::Ready(Some(read.map(|()| part.into())))
    }
}

async fn hold(mut news: watch::Receiver<u64>, body: Bytes) -> HttpResponse {
    news.changed().await.expect("the sender stays");
    HttpResponse::Ok().body(body)
}

fn bumped(news: &watch::Sender<u64>) -> Ready<HttpResponse> {
    news.send_modify(|count| *count += 1);
    ready(HttpResponse::Ok().finish())
}
