//! Where the database is and how to get there: the URL, understood once, and the one place where sockets are opened.
//!
//! Replication, pools and cancel requests all come through here, so that the URL and TLS mean the same to each.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream, lookup_host};
use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, Host, SslMode, SslNegotiation, TargetSessionAttrs};

use super::SourceError;
use super::tls::{Socket, TlsConnector};
use crate::pg::quote_ident;

/// How long connecting may take, unless the URL says otherwise (`connect_timeout`).
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What the server shows of us (`pg_stat_activity`), unless the URL says otherwise.
const APPLICATION_NAME: &str = "diesel_electric";

const SSL_MODE_REMEDY: &str = "use `disable`, `prefer` or `require`; whether the server's certificate is verified is \
                               up to the TLS connector";

/// A database and the way to it.
#[derive(Clone)]
pub(super) struct Endpoint {
    config: Config,
    host: Host,
    port: u16,
    ssl_mode: SslMode,
    tls: Option<Arc<dyn TlsConnector>>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("address", &self.address()).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Reads a URL, or a text of the form `key=value key=value`, as libpq understands them.
    pub(super) fn new(url: &str, tls: Option<Arc<dyn TlsConnector>>) -> Result<Self, SourceError> {
        let mut config: Config = url.parse().map_err(|error| unreadable(url, error))?;
        refuse_unsupported(&config)?;
        if config.get_user().is_none() {
            let user = std::env::var("USER").map_err(|_| SourceError::Incomplete("user"))?;
            config.user(user);
        }
        if config.get_dbname().is_none() {
            let user = config.get_user().unwrap_or_default().to_owned();
            config.dbname(user);
        }
        if config.get_application_name().is_none() {
            config.application_name(APPLICATION_NAME);
        }
        let host = match (config.get_hosts().first(), config.get_hostaddrs().first()) {
            (Some(host), _) => host.clone(),
            (None, Some(address)) => Host::Tcp(address.to_string()),
            (None, None) => return Err(SourceError::Incomplete("host")),
        };
        let ssl_mode = config.get_ssl_mode();
        if ssl_mode == SslMode::Require && tls.is_none() {
            return Err(SourceError::NoConnector);
        }
        // TLS is ours: the client library gets the socket when it is done.
        config.ssl_mode(SslMode::Disable);
        let port = config.get_ports().first().copied().unwrap_or(5432);
        Ok(Self { config, host, port, ssl_mode, tls })
    }

    /// User, password, database and options, for whoever logs in.
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// The role, quoted for SQL.
    pub(super) fn role(&self) -> String {
        quote_ident(self.config.get_user().unwrap_or_default())
    }

    /// The database, quoted for SQL.
    pub(super) fn database(&self) -> String {
        quote_ident(self.config.get_dbname().unwrap_or_default())
    }

    /// How long connecting and logging in may take.
    pub(super) fn connect_timeout(&self) -> Duration {
        self.config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT)
    }

    /// Host and port, for messages.
    pub(super) fn address(&self) -> String {
        match &self.host {
            Host::Tcp(host) => format!("{host}:{}", self.port),
            Host::Unix(folder) => format!("{}:{}", folder.display(), self.port),
        }
    }

    /// Opens a socket, with TLS where it is asked for. Takes no longer than [`Self::connect_timeout`].
    pub(super) async fn open(&self) -> Result<Socket, SourceError> {
        match tokio::time::timeout(self.connect_timeout(), self.open_at_leisure()).await {
            Ok(opened) => opened,
            Err(_) => Err(self.unreachable(io::ErrorKind::TimedOut.into())),
        }
    }

    async fn open_at_leisure(&self) -> Result<Socket, SourceError> {
        match &self.host {
            Host::Unix(folder) => Ok(Box::new(self.open_local(folder).await?)),
            Host::Tcp(host) => {
                let stream = self.open_tcp(host).await?;
                match &self.tls {
                    Some(tls) if self.ssl_mode != SslMode::Disable => self.secure(tls.as_ref(), host, stream).await,
                    _ => Ok(Box::new(stream)),
                }
            }
        }
    }

    async fn open_local(&self, folder: &Path) -> Result<UnixStream, SourceError> {
        let path = folder.join(format!(".s.PGSQL.{}", self.port));
        UnixStream::connect(path).await.map_err(|source| self.unreachable(source))
    }

    async fn open_tcp(&self, host: &str) -> Result<TcpStream, SourceError> {
        let addresses: Vec<SocketAddr> = if let Some(address) = self.config.get_hostaddrs().first() {
            vec![(*address, self.port).into()]
        } else {
            let known = lookup_host((host, self.port)).await;
            known.map_err(|source| SourceError::UnknownHost { host: host.to_owned(), source })?.collect()
        };
        let mut failure = io::ErrorKind::AddrNotAvailable.into();
        for address in addresses {
            match TcpStream::connect(address).await.and_then(|stream| self.tune(stream)) {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = error,
            }
        }
        Err(self.unreachable(failure))
    }

    /// Small messages at once, and a peer that is gone without a word is noticed.
    fn tune(&self, stream: TcpStream) -> io::Result<TcpStream> {
        stream.set_nodelay(true)?;
        let socket = SockRef::from(&stream);
        if self.config.get_keepalives() {
            let mut keepalive = TcpKeepalive::new().with_time(self.config.get_keepalives_idle());
            if let Some(interval) = self.config.get_keepalives_interval() {
                keepalive = keepalive.with_interval(interval);
            }
            if let Some(retries) = self.config.get_keepalives_retries() {
                keepalive = keepalive.with_retries(retries);
            }
            socket.set_tcp_keepalive(&keepalive)?;
        }
        #[cfg(target_os = "linux")]
        if let Some(timeout) = self.config.get_tcp_user_timeout() {
            socket.set_tcp_user_timeout(Some(*timeout))?;
        }
        Ok(stream)
    }

    /// Asks for TLS and shakes hands (Postgres manual, "SSL Session Encryption").
    async fn secure(&self, tls: &dyn TlsConnector, host: &str, mut stream: TcpStream) -> Result<Socket, SourceError> {
        if self.config.get_ssl_negotiation() == SslNegotiation::Postgres {
            let mut request = bytes::BytesMut::new();
            postgres_protocol::message::frontend::ssl_request(&mut request);
            let asked = async {
                stream.write_all(&request).await?;
                stream.read_u8().await
            };
            match asked.await.map_err(|source| self.unreachable(source))? {
                b'S' => {}
                _ if self.ssl_mode == SslMode::Prefer => return Ok(Box::new(stream)),
                _ => return Err(SourceError::TlsRefused),
            }
        }
        tls.secure(host, stream).await.map_err(|error| match error.downcast::<io::Error>() {
            // The connection broke; what a connector refuses comes as invalid data.
            Ok(error) if error.kind() != io::ErrorKind::InvalidData => self.unreachable(*error),
            Ok(error) => SourceError::Tls(error),
            Err(error) => SourceError::Tls(error),
        })
    }

    fn unreachable(&self, source: io::Error) -> SourceError {
        SourceError::Unreachable { address: self.address(), source }
    }
}

/// Names what the parser of the client library only calls an invalid value.
fn unreadable(url: &str, error: tokio_postgres::Error) -> SourceError {
    match option(url, "sslmode") {
        Some(mode) if !["disable", "prefer", "require"].contains(&mode) => {
            SourceError::Unsupported { option: format!("sslmode={mode}"), remedy: SSL_MODE_REMEDY }
        }
        _ => SourceError::Url(error),
    }
}

/// The value of an option, as it stands in a URL or a list of pairs.
fn option<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = url.rsplit_once(name)?;
    let value = rest.trim_start().strip_prefix('=')?.trim_start().trim_start_matches('\'');
    value.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').next()
}

fn refuse_unsupported(config: &Config) -> Result<(), SourceError> {
    let refuse = |option: &str, remedy| Err(SourceError::Unsupported { option: option.to_owned(), remedy });
    if config.get_hosts().len() > 1 || config.get_hostaddrs().len() > 1 {
        return refuse("host=a,b", "name the one server to follow");
    }
    if config.get_target_session_attrs() != TargetSessionAttrs::Any {
        return refuse("target_session_attrs", "name the one server to follow and leave it out");
    }
    if config.get_channel_binding() == ChannelBinding::Require {
        return refuse("channel_binding=require", "leave it out; TLS with a verified certificate is as safe");
    }
    if config.get_ssl_negotiation() == SslNegotiation::Direct && config.get_ssl_mode() != SslMode::Require {
        return refuse("sslnegotiation=direct", "it needs `sslmode=require`");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        Endpoint::new(url, None).unwrap_err().to_string()
    }

    #[test]
    fn tls_without_a_connector_is_refused_with_both_remedies() {
        let text = refusal("postgres://u@h/d?sslmode=require");
        assert!(text.contains(".tls(connector)") && text.contains("sslmode=disable"), "{text}");
        assert!(Endpoint::new("postgres://u@h/d?sslmode=prefer", None).is_ok());
    }

    #[test]
    fn what_is_not_supported_is_refused_by_name() {
        for (url, name) in [
            ("postgres://u@h/d?sslmode=verify-full", "`sslmode=verify-full`"),
            ("host=h user=u sslmode = 'verify-ca'", "`sslmode=verify-ca`"),
            ("postgres://u@h1,h2/d", "host"),
            ("postgres://u@h/d?target_session_attrs=read-write", "target_session_attrs"),
            ("postgres://u@h/d?channel_binding=require", "channel_binding=require"),
        ] {
            let text = refusal(url);
            assert!(text.contains(name), "{text}");
        }
        assert!(matches!(Endpoint::new("postgres://u@h/d?nonsense=1", None), Err(SourceError::Url(_))));
        assert!(matches!(Endpoint::new("postgres:///d", None), Err(SourceError::Incomplete(_))));
    }

    #[test]
    fn secrets_are_not_shown() {
        let endpoint = Endpoint::new("postgres://u:hunter2@h:99/d", None).unwrap();
        assert_eq!(endpoint.address(), "h:99");
        assert!(!format!("{endpoint:?}").contains("hunter2"));
        let error = Endpoint::new("postgres://u:hunter2@h:99/d?x=1", None).unwrap_err();
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}
