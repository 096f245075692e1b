//! Any TLS connector made for `tokio_postgres`, behind one object.

use std::fmt;

use futures_util::future::{BoxFuture, FutureExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};

/// What a connection reads from and writes to.
pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// An open socket, encrypted or not.
pub(crate) type Socket = Box<dyn Io>;

/// A way to encrypt a socket.
pub(crate) trait TlsConnector: Send + Sync {
    /// Shakes hands with the server of this name.
    fn secure(&self, host: &str, stream: TcpStream) -> BoxFuture<'static, Result<Socket, BoxError>>;
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A connector of `tokio_postgres`' making.
#[derive(Clone)]
pub(crate) struct MadeTls<T>(pub(crate) T);

impl<T> fmt::Debug for MadeTls<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MadeTls")
    }
}

impl<T> TlsConnector for MadeTls<T>
where
    T: MakeTlsConnect<TcpStream> + Clone + Send + Sync,
    T::Stream: Send + 'static,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<TcpStream>>::Future: Send + 'static,
{
    fn secure(&self, host: &str, stream: TcpStream) -> BoxFuture<'static, Result<Socket, BoxError>> {
        match self.0.clone().make_tls_connect(host) {
            Err(error) => futures_util::future::err(error.into()).boxed(),
            Ok(connector) => {
                let handshake = connector.connect(stream);
                async move {
                    match handshake.await {
                        Ok(secured) => Ok(Box::new(secured) as Socket),
                        Err(error) => Err(error.into()),
                    }
                }
                .boxed()
            }
        }
    }
}
