//! Who we are to a server of NATS, and which servers we trust.

use std::fmt;
use std::path::PathBuf;

use async_nats::ConnectOptions;

use super::Address;
use crate::config::Nats;

/// What the subjects of answers begin with, unless told otherwise.
const INBOX: &str = "_INBOX";

/// Who we are to the server.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Credentials {
    User { user: String, password: String },
    Token(String),
    NKey { seed: String },
    File(PathBuf),
}

// No secret may reach a log by way of Debug.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credentials::User { .. } => "User",
            Credentials::Token(_) => "Token",
            Credentials::NKey { .. } => "NKey",
            Credentials::File(_) => "File",
        })
    }
}

/// What a server is shown, and what is asked of it, before anything else.
#[derive(Debug, Clone, Default)]
pub(crate) struct Login {
    pub(crate) credentials: Option<Credentials>,
    /// What the subjects of answers begin with.
    pub(crate) inbox: Option<String>,
    /// Who vouches for servers, besides those that the system trusts: a PEM file.
    pub(crate) root_certificates: Option<PathBuf>,
    /// Our own certificate, and its key.
    pub(crate) certificate: Option<(PathBuf, PathBuf)>,
}

impl Login {
    /// The login of a configuration.
    pub(crate) fn of(nats: &Nats) -> Self {
        let credentials = match nats {
            Nats { creds: Some(path), .. } => Some(Credentials::File(path.clone())),
            Nats { nkey: Some(seed), .. } => {
                Some(Credentials::NKey { seed: seed.reveal().to_owned() })
            }
            Nats { token: Some(token), .. } => Some(Credentials::Token(token.reveal().to_owned())),
            Nats { user: Some(user), password, .. } => {
                let password = password.as_ref().map_or("", |password| password.reveal());
                Some(Credentials::User { user: user.clone(), password: password.to_owned() })
            }
            _ => None,
        };
        Self {
            credentials,
            inbox: nats.inbox.clone(),
            root_certificates: nats.ca.clone(),
            certificate: nats.cert.clone().zip(nats.key.clone()),
        }
    }

    /// The same at an address: what that says goes before.
    #[must_use]
    pub(crate) fn at(self, address: &Address) -> Self {
        Self {
            credentials: address.credentials.clone().or(self.credentials),
            inbox: address.setting("inbox").map(str::to_owned).or(self.inbox),
            ..self
        }
    }

    /// What the subjects of answers begin with.
    pub(crate) fn inbox(&self) -> &str {
        self.inbox.as_deref().unwrap_or(INBOX)
    }

    /// The options of a connection; or what is wrong with the file of credentials.
    pub(crate) async fn options(&self) -> Result<ConnectOptions, String> {
        let mut options = ConnectOptions::new().name("cim").custom_inbox_prefix(self.inbox());
        if let Some(path) = &self.root_certificates {
            options = options.add_root_certificates(path.clone());
        }
        if let Some((certificate, key)) = &self.certificate {
            options = options.add_client_certificate(certificate.clone(), key.clone());
        }
        Ok(match self.credentials.clone() {
            None => options,
            Some(Credentials::User { user, password }) => options.user_and_password(user, password),
            Some(Credentials::Token(token)) => options.token(token),
            Some(Credentials::NKey { seed }) => options.nkey(seed),
            Some(Credentials::File(path)) => {
                let options = options.credentials_file(&path).await;
                options.map_err(|error| {
                    format!("the credentials in {} cannot be used: {error}", path.display())
                })?
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_says_goes_before() {
        let nats = Nats {
            user: Some("bob".to_owned()),
            inbox: Some("_BOB".to_owned()),
            ..Nats::default()
        };
        let bob = Login::of(&nats);
        let here = bob.clone().at(&Address::parse("nats://one").unwrap());
        let (user, password) = ("bob".to_owned(), String::new());
        assert_eq!(here.credentials, Some(Credentials::User { user, password }));
        assert_eq!(here.inbox(), "_BOB");
        let there = bob.at(&Address::parse("nats://t0ken@one?inbox=_ME").unwrap());
        assert_eq!(there.credentials, Some(Credentials::Token("t0ken".to_owned())));
        assert_eq!((there.inbox(), Login::default().inbox()), ("_ME", "_INBOX"));
    }
}
