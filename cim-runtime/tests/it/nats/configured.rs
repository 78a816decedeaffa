//! Stores that a configuration names, on servers that want to know who asks.

use std::fs;
use std::path::Path;

use cim_runtime::config::Config;
use cim_runtime::store::StoreErrorKind;
use cim_runtime::store::conformance::SampleStream;
use cim_test_nats::{Host, Server};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

use crate::lamp::*;

/// A configuration of which only `[nats]` has more than the server's address.
fn config(server: &Server, nats: &str) -> Config {
    let url = server.url();
    let text = format!("[nats]\nurl = \"{url}\"\n{nats}\n[event_store]\nstream = \"SHOP\"\n");
    Config::parse(&text).unwrap()
}

async fn works(config: &Config) {
    let store = config.open_store().await.unwrap();
    store.commit(SampleStream::new("kettle").commit(1)).await.unwrap();
    assert!(store.head().await.unwrap().is_some());
}

async fn refused(config: &Config) -> StoreErrorKind {
    config.open_store().await.unwrap_err().kind()
}

#[tokio::test]
async fn a_system_runs_on_the_store_of_its_configuration() {
    let server =
        Server::options().setting("authorization { user: shop, password: s3cret }").start();
    let config = config(&server, "user = \"shop\"\npassword = \"s3cret\"");
    let street = Street::configured(&config).await.unwrap();
    street.send(&LampId::of(1), SwitchOn).await.unwrap();
    let again = Street::configured(&config).await.unwrap();
    assert_eq!(again.load::<Lamp>(&LampId::of(1)).await.unwrap().state(), LampState::Bright);
}

#[tokio::test]
async fn an_nkey_opens_a_store() {
    let key = nkeys::KeyPair::new_user();
    let users = format!("authorization {{ users: [{{ nkey: {} }}] }}", key.public_key());
    let server = Server::options().setting(&users).start();
    let nkey = |key: &nkeys::KeyPair| format!("nkey = \"{}\"", key.seed().unwrap());
    works(&config(&server, &nkey(&key))).await;
    let other = config(&server, &nkey(&nkeys::KeyPair::new_user()));
    assert_eq!(refused(&other).await, StoreErrorKind::Invalid);
}

#[tokio::test]
async fn a_jetstream_domain_is_reached_by_name_and_by_prefix() {
    let server = Server::options().jetstream("domain: hub").start();
    let with = |table: &str| {
        let text = format!("[nats]\nurl = \"{}\"\n[jetstream]\n{table}", server.url());
        Config::parse(&text).unwrap()
    };
    works(&with("domain = \"hub\"")).await;
    let store = with("prefix = \"$JS.hub.API\"").open_store().await.unwrap();
    assert!(store.head().await.unwrap().is_some());
    assert_ne!(with("domain = \"rim\"").open_store().await.unwrap_err().to_string(), "");
}

/// Keys and certificates in a folder: `ca.pem`, and `server` and `client` signed by it.
fn certificates(folder: &Path, host: &Host) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    fs::write(folder.join("ca.pem"), ca.self_signed(&ca_key).unwrap().pem()).unwrap();
    let issuer = Issuer::new(ca, ca_key);
    for (name, usage) in [
        ("server", ExtendedKeyUsagePurpose::ServerAuth),
        ("client", ExtendedKeyUsagePurpose::ClientAuth),
    ] {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![host.address().to_string()]).unwrap();
        params.extended_key_usages = vec![usage];
        let certificate = params.signed_by(&key, &issuer).unwrap();
        fs::write(folder.join(format!("{name}.pem")), certificate.pem()).unwrap();
        fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
    }
}

#[tokio::test]
async fn servers_and_clients_show_their_certificates() {
    let folder = tempfile::tempdir().unwrap();
    let host = Host::claim();
    certificates(folder.path(), &host);
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (ca, cert, key) = (file("ca.pem"), file("server.pem"), file("server.key"));
    let tls =
        format!("tls {{ cert_file: {cert:?}, key_file: {key:?}, ca_file: {ca:?}, verify: true }}");
    let server = Server::options().on(&host).setting(&tls).start();
    fs::write(
        folder.path().join("shop.toml"),
        format!(
            "[nats]\nurl = \"{}\"\nca = \"ca.pem\"\ncert = \"client.pem\"\nkey = \"client.key\"",
            server.url().replace("nats://", "tls://")
        ),
    )
    .unwrap();
    works(&Config::load(folder.path().join("shop.toml")).unwrap()).await;

    // Without a certificate of ours, and without knowing who vouches for the server's.
    let stranger = config(&server, &format!("ca = {ca:?}"));
    let error = stranger.open_store().await.unwrap_err();
    assert!(matches!(error.kind(), StoreErrorKind::Io | StoreErrorKind::Invalid), "{error}");
    let blind = config(&server, "");
    blind.open_store().await.unwrap_err();
}
