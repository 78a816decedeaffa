//! Users by JWT: somebody who signs for them, and the files that they come with.

use std::time::{Duration, SystemTime};

use data_encoding::BASE64URL_NOPAD;
use nkeys::KeyPair;
use serde_json::{Value, json};

/// Signs for an account with JetStream, and its users. A server with its [`settings`](Self::settings)
/// lets in who has a file by [`credentials`](Self::credentials).
///
/// ```
/// use cim_test_nats::{Operator, Server};
/// use serde_json::json;
///
/// let operator = Operator::new();
/// let server = Server::options().setting(&operator.settings()).start();
/// let creds = operator.credentials("shop", json!({}));
/// assert!(creds.contains("BEGIN NATS USER JWT"));
/// ```
pub struct Operator {
    operator: KeyPair,
    system: KeyPair,
    account: KeyPair,
}

// Keys are not shown, not even those of tests.
impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Operator({})", self.operator.public_key())
    }
}

impl Default for Operator {
    fn default() -> Self {
        Self::new()
    }
}

impl Operator {
    /// One with keys of its own.
    pub fn new() -> Self {
        Self {
            operator: KeyPair::new_operator(),
            system: KeyPair::new_account(),
            account: KeyPair::new_account(),
        }
    }

    /// What a server's configuration says of it.
    pub fn settings(&self) -> String {
        let unlimited = [
            "subs",
            "data",
            "payload",
            "imports",
            "exports",
            "conn",
            "leaf",
            "mem_storage",
            "disk_storage",
            "streams",
            "consumer",
        ];
        let mut limits: Value = unlimited.iter().map(|limit| ((*limit).to_owned(), -1)).collect();
        limits["wildcards"] = true.into();
        let account = |key: &KeyPair, name: &str, limits: Value| {
            let jwt =
                signed(&self.operator, key, name, json!({"type": "account", "limits": limits}));
            format!("{}: {jwt}\n", key.public_key())
        };
        let operator = signed(&self.operator, &self.operator, "op", json!({"type": "operator"}));
        // JetStream is not for the system's own account.
        let system: Value = unlimited[..7].iter().map(|limit| ((*limit).to_owned(), -1)).collect();
        format!(
            "operator: {operator}\nsystem_account: {}\nresolver: MEMORY\nresolver_preload: {{\n{}{}}}\n",
            self.system.public_key(),
            account(&self.system, "SYS", system),
            account(&self.account, "SHOP", limits),
        )
    }

    /// The text of a `.creds` file for a user; `claims` are the server's words for what it may do,
    /// such as `{"pub": {"allow": ["a.b"]}}`.
    pub fn credentials(&self, name: &str, claims: Value) -> String {
        self.user(name, claims, None)
    }

    /// The same, which was valid until so long ago.
    pub fn expired_credentials(&self, name: &str, ago: Duration) -> String {
        self.user(name, json!({}), Some(now().saturating_sub(ago.as_secs())))
    }

    /// The same, which is valid for so long from now, to the second.
    pub fn short_credentials(&self, name: &str, valid: Duration) -> String {
        self.user(name, json!({}), Some(now() + valid.as_secs()))
    }

    fn user(&self, name: &str, mut claims: Value, expires: Option<u64>) -> String {
        let user = KeyPair::new_user();
        claims["type"] = "user".into();
        for limit in ["subs", "data", "payload"] {
            claims[limit] = (-1).into();
        }
        let jwt = signed_until(&self.account, &user, name, claims, expires);
        let seed = user.seed().unwrap_or_else(|error| panic!("a key without a seed: {error}"));
        format!(
            "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
             -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
        )
    }
}

fn signed(issuer: &KeyPair, subject: &KeyPair, name: &str, claims: Value) -> String {
    signed_until(issuer, subject, name, claims, None)
}

/// A JSON Web Token as NATS has them: signed by a key of Ed25519, about another such key.
fn signed_until(
    issuer: &KeyPair,
    subject: &KeyPair,
    name: &str,
    mut claims: Value,
    expires: Option<u64>,
) -> String {
    claims["version"] = 2.into();
    let mut token = json!({
        "jti": subject.public_key(),
        "iat": now(),
        "iss": issuer.public_key(),
        "sub": subject.public_key(),
        "name": name,
        "nats": claims,
    });
    if let Some(expires) = expires {
        token["exp"] = expires.into();
    }
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let text = format!("{}.{}", part(&json!({"typ": "JWT", "alg": "ed25519-nkey"})), part(&token));
    let signature = issuer
        .sign(text.as_bytes())
        .unwrap_or_else(|error| panic!("a key that does not sign: {error}"));
    format!("{text}.{}", BASE64URL_NOPAD.encode(&signature))
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map(|since| since.as_secs()).unwrap_or_default()
}
