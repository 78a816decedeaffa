//! Users that come with a `.creds` file, signed for by an operator.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use cim_runtime::store::conformance::SampleStream;
use cim_runtime::store::{JetStreamStore, Role, Store as _, StoreError, StoreErrorKind};
use cim_test_nats::{Operator, Server};
use serde_json::json;
use tempfile::TempDir;

struct Gate {
    server: Server,
    operator: Operator,
    folder: TempDir,
}

impl Gate {
    fn new() -> Self {
        let operator = Operator::new();
        let server = Server::options().setting(&operator.settings()).start();
        Self { server, operator, folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, text: &str) -> PathBuf {
        let file = self.folder.path().join("shop.creds");
        fs::write(&file, text).unwrap();
        file
    }

    async fn open(&self, text: &str) -> Result<JetStreamStore, StoreError> {
        let options = JetStreamStore::options().credentials_file(self.file(text));
        options.connect(&self.server.url()).await
    }

    /// No word of the file is in the error.
    async fn refused(&self, text: &str) -> String {
        let error = self.open(text).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Invalid, "{error}");
        let said = format!("{error} {error:?}");
        for secret in text.lines().filter(|line| line.len() > 40) {
            assert!(!said.contains(secret), "{said}");
        }
        error.to_string()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_credentials_opens_a_store() {
    let gate = Gate::new();
    let creds = gate.operator.credentials("shop", json!({}));
    let store = gate.open(&creds).await.unwrap();
    let mut kettle = SampleStream::new("kettle");
    store.commit(kettle.commit(1)).await.unwrap();
    // A connection that is made anew shows them again.
    let mut gate = gate;
    gate.server.restart();
    store.commit(kettle.commit(1)).await.unwrap();
    assert_eq!(store.read_stream(kettle.name(), 0).await.unwrap().len(), 2);

    let config = format!(
        "[nats]\nurl = \"{}\"\ncreds = \"shop.creds\"\n[event_store]\nstream = \"CIM\"\n",
        gate.server.url()
    );
    let file = gate.folder.path().join("shop.toml");
    fs::write(&file, config).unwrap();
    let config = cim_runtime::config::Config::load(&file).unwrap();
    assert!(config.open_store().await.unwrap().head().await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_are_not_good_are_refused_and_not_shown() {
    let gate = Gate::new();
    let good = gate.operator.credentials("shop", json!({}));
    let (jwt, seed) = good.split_once("-----BEGIN USER").unwrap();
    let other = gate.operator.credentials("other", json!({}));

    let strangers = Operator::new().credentials("shop", json!({}));
    assert!(gate.refused(&strangers).await.contains("refuses our credentials"));
    let expired = gate.operator.expired_credentials("shop", Duration::from_secs(60));
    assert!(gate.refused(&expired).await.contains("expired"));
    // The key of somebody else.
    let (_, other_seed) = other.split_once("-----BEGIN USER").unwrap();
    assert!(gate.refused(&format!("{jwt}-----BEGIN USER{other_seed}")).await.contains("refuses"));
    // Half a file, and no such file at all.
    for half in [jwt, &format!("-----BEGIN USER{seed}"), "", "s3cret"] {
        let said = gate.refused(half).await;
        assert!(said.contains("shop.creds") && !said.contains("s3cret"), "{said}");
    }
    // A key with a letter too many.
    let said = gate.refused(&good.replace("\n------END USER", "X\n------END USER")).await;
    assert!(said.contains("shop.creds"), "{said}");
    let missing = JetStreamStore::options().credentials_file("/nowhere/shop.creds");
    let error = missing.connect(&gate.server.url()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Invalid, "{error}");
    assert!(error.to_string().contains("/nowhere/shop.creds"), "{error}");
    // A folder is no file, either.
    let folder = JetStreamStore::options().credentials_file(gate.folder.path());
    folder.connect(&gate.server.url()).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_expire_meanwhile_are_said_to_be_refused() {
    let gate = Gate::new();
    let creds = gate.operator.short_credentials("shop", Duration::from_secs(2));
    let options = JetStreamStore::options().credentials_file(gate.file(&creds));
    let hasty = options.deadline(Duration::from_millis(500));
    let store = hasty.connect(&gate.server.url()).await.unwrap();
    // The server closes the connection then, and lets it in no more.
    let error = loop {
        match store.head().await {
            Err(error) if error.to_string().contains("authorization violation") => break error,
            Err(error) => assert_eq!(error.kind(), StoreErrorKind::Io, "{error}"),
            Ok(_) => {}
        }
    };
    assert!(error.is_retryable(), "the operator may let it in again");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_permissions_of_a_role_may_stand_in_its_credentials() {
    let gate = Gate::new();
    let admin = gate.open(&gate.operator.credentials("admin", json!({}))).await.unwrap();
    let reader = admin.subjects_of(["sample"]).unwrap().permissions(Role::Reader);
    admin.commit(SampleStream::new("kettle").commit(1)).await.unwrap();
    let claims = json!({"pub": {"allow": reader.publish}, "sub": {"allow": reader.subscribe}});
    let creds = gate.operator.credentials("reader", claims);
    let options = JetStreamStore::options().inbox_prefix(&reader.inbox);
    let options = options.credentials_file(gate.file(&creds));
    let store = options.connect(&gate.server.url()).await.unwrap();
    assert_eq!(store.read_all(0, 10).await.unwrap().len(), 1);
    let error = store.commit(SampleStream::new("forged").commit(1)).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Denied, "{error}");
}
