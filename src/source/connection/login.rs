//! The start of a connection: who we are, and the proof of it (Postgres manual, "Message Flow", "Start-up").

use fallible_iterator::FallibleIterator;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::{AuthenticationSaslBody, ERROR_RESPONSE_TAG, Message};
use postgres_protocol::message::frontend;

use super::{Connection, parse, server_error};
use crate::source::SourceError;
use crate::source::endpoint::Endpoint;

const NO_PASSWORD: SourceError = SourceError::Login("the server asks for a password, and the database URL has none");

impl Connection {
    pub(super) async fn log_in(&mut self, endpoint: &Endpoint) -> Result<(), SourceError> {
        let config = endpoint.config();
        let user = config.get_user().unwrap_or_default();
        let mut parameters = vec![
            ("client_encoding", "UTF8"),
            ("user", user),
            ("database", config.get_dbname().unwrap_or(user)),
            ("replication", "database"),
            ("application_name", config.get_application_name().unwrap_or_default()),
        ];
        parameters.extend(config.get_options().map(|options| ("options", options)));
        frontend::startup_message(parameters, &mut self.out).map_err(SourceError::Lost)?;
        self.flush().await?;
        self.authenticate(user, config.get_password()).await?;
        while !matches!(self.message().await?, Message::ReadyForQuery(_)) {}
        Ok(())
    }

    async fn authenticate(&mut self, user: &str, password: Option<&[u8]>) -> Result<(), SourceError> {
        loop {
            match self.message().await? {
                Message::AuthenticationOk => return Ok(()),
                Message::AuthenticationCleartextPassword => self.answer(password.ok_or(NO_PASSWORD)?).await?,
                Message::AuthenticationMd5Password(body) => {
                    let hash = md5_hash(user.as_bytes(), password.ok_or(NO_PASSWORD)?, body.salt());
                    self.answer(hash.as_bytes()).await?;
                }
                Message::AuthenticationSasl(body) => self.scram(&body, password.ok_or(NO_PASSWORD)?).await?,
                _ => {
                    return Err(SourceError::Login(
                        "the server asks for a method that is not supported; those that are: scram-sha-256, md5, \
                         password, trust",
                    ));
                }
            }
        }
    }

    async fn answer(&mut self, password: &[u8]) -> Result<(), SourceError> {
        frontend::password_message(password, &mut self.out).map_err(SourceError::Lost)?;
        self.flush().await
    }

    /// RFC 5802, without channel binding: the client library does not let connectors of others read what binds.
    async fn scram(&mut self, offer: &AuthenticationSaslBody, password: &[u8]) -> Result<(), SourceError> {
        let refused = |_| SourceError::Login("the server's proof of knowing the password does not hold");
        let is_offered = offer.mechanisms().any(|mechanism| Ok(mechanism == SCRAM_SHA_256));
        if !is_offered.unwrap_or(false) {
            return Err(SourceError::Login("the server offers no SASL mechanism that is supported"));
        }
        let mut scram = ScramSha256::new(password, ChannelBinding::unsupported());
        frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), &mut self.out).map_err(SourceError::Lost)?;
        self.flush().await?;
        let Message::AuthenticationSaslContinue(body) = self.message().await? else {
            return Err(SourceError::Protocol("message while logging in"));
        };
        scram.update(body.data()).map_err(refused)?;
        frontend::sasl_response(scram.message(), &mut self.out).map_err(SourceError::Lost)?;
        self.flush().await?;
        let Message::AuthenticationSaslFinal(body) = self.message().await? else {
            return Err(SourceError::Protocol("message while logging in"));
        };
        scram.finish(body.data()).map_err(refused)
    }

    async fn message(&mut self) -> Result<Message, SourceError> {
        let frame = self.frame().await?;
        if frame.tag == ERROR_RESPONSE_TAG {
            return Err(SourceError::Server(server_error(&frame)));
        }
        parse(&frame)
    }
}
