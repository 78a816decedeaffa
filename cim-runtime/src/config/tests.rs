use super::*;

#[track_caller]
fn refused(text: &str) -> String {
    Config::parse(text).unwrap_err().to_string()
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn everything_may_be_left_out() {
    assert_eq!(Config::parse("").unwrap(), Config::default());
    assert_eq!(Config::parse("[nats]\n[event_store]").unwrap(), Config::default());
}

#[test]
fn every_key_is_read() {
    let config = Config::parse(
        r#"
        [nats]
        url = "nats://one,two"
        user = "shop"
        password = "s3cret"
        ca = "ca.pem"
        cert = "shop.pem"
        key = "shop.key"
        inbox = "_INBOX_shop"
        [jetstream]
        domain = "hub"
        replicas = 5
        traceparent = true
        [event_store]
        stream = "SHOP"
        durability = "power-loss-safe"
        sync_always = true
        monitoring = "http://one:8222,http://two:8222"
        deadline_seconds = 20
        snapshot_threshold = 50
        max_events_per_aggregate = 10_000
        "#,
    )
    .unwrap();
    assert_eq!(config.nats.password, Some(Secret::new("s3cret")));
    assert_eq!(config.nats.key, Some(PathBuf::from("shop.key")));
    assert_eq!((config.jetstream.replicas, config.jetstream.traceparent), (Some(5), true));
    assert_eq!(config.event_store.durability, Some(Durability::PowerLossSafe));
    assert_eq!(config.event_store.max_events_per_aggregate, Some(10_000));
    assert!(config.event_store.sync_always && config.event_store.monitoring.is_some());
    assert_eq!(config.nats.inbox.as_deref(), Some("_INBOX_shop"));
}

#[test]
fn no_secret_is_shown() {
    for key in ["password", "token", "nkey"] {
        let user = if key == "password" { "user = \"shop\"\n" } else { "" };
        let text = format!("[nats]\n{user}{key} = \"s3cret\"\n");
        let config = Config::parse(&text).unwrap();
        assert!(!format!("{config:?}").contains("s3cret"), "{config:?}");
        // What is wrong on the same line does not bring it out either.
        let error = refused(&format!("[nats]\n{user}{key} = \"s3cret\" x"));
        assert!(!error.contains("s3cret"), "{error}");
        let error = refused(&format!("[nats]\n{user}{key} = [\"s3cret\"]"));
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn a_misspelt_name_is_told_with_the_nearest() {
    assert_eq!(refused("[nat]"), "there is no table [nat]: did you mean [nats]?");
    assert_eq!(
        refused("[nats]\npasword = \"x\""),
        "[nats] has no key `pasword`: did you mean `password`?"
    );
    assert_eq!(
        refused("[jetstream]\nzzzzzz = 1"),
        "[jetstream] has no key `zzzzzz`: there are `domain`, `prefix`, `replicas`, `traceparent`"
    );
    assert_eq!(refused("nats = 1"), "`nats` is a table: write `[nats]`");
}

#[test]
fn a_value_of_another_kind_is_refused() {
    let problem = "[event_store] snapshot_threshold must be a whole number";
    assert_eq!(refused("[event_store]\nsnapshot_threshold = \"often\""), problem);
    assert_eq!(refused("[event_store]\nsnapshot_threshold = -1"), problem);
    assert_eq!(
        refused("[event_store]\nsync_always = 1"),
        "[event_store] sync_always must be true or false"
    );
    let problem = refused("[event_store]\ndurability = \"very\"");
    assert!(problem.contains("`very`") && problem.contains("`power-loss-safe`"), "{problem}");
}

#[test]
fn what_contradicts_itself_is_refused() {
    for (text, word) in [
        ("[nats]\nuser = \"a\"\ntoken = \"b\"", "keep one"),
        ("[nats]\npassword = \"a\"", "no user"),
        ("[nats]\ncert = \"a\"", "both"),
        ("[jetstream]\ndomain = \"a\"\nprefix = \"b\"", "keep one"),
        ("[jetstream]\nreplicas = 6", "1 to 5"),
        ("[nats]\nurl = \"nats://a\"\n[event_store]\nurl = \"b\"", "one place"),
        ("[event_store]\nsnapshot_threshold = 0", "1 at least"),
        ("[event_store]\nmax_events_per_aggregate = 0", "no limit"),
        ("[event_store]\ndeadline_seconds = 0", "1 at least"),
    ] {
        let problem = refused(text);
        assert!(problem.contains(word), "{text}: {problem}");
    }
}

#[test]
fn variables_go_before_the_file() {
    let text = "[nats]\nurl = \"nats://file\"\n[event_store]\nsnapshot_threshold = 1";
    let config = Config::parse_with(
        text,
        variables(&[
            ("CIM_NATS_URL", "nats://variable"),
            ("CIM_EVENT_STORE_SNAPSHOT_THRESHOLD", "7"),
            ("CIM_EVENT_STORE_SYNC_ALWAYS", "true"),
            ("CIM_NATS_TOKEN", "123"),
            ("CIM_LOCK", "write"),
            ("CIM_NATS_SERVER", "/bin/nats-server"),
            ("PATH", "/bin"),
        ]),
    )
    .unwrap();
    assert_eq!(config.nats.url.as_deref(), Some("nats://variable"));
    assert_eq!(config.nats.token, Some(Secret::new("123")));
    assert_eq!(config.event_store.snapshot_threshold, Some(7));
    assert!(config.event_store.sync_always);
}

#[test]
fn a_variable_that_means_nothing_is_refused() {
    let refused = |pair| Config::parse_with("", variables(&[pair])).unwrap_err().to_string();
    assert_eq!(
        refused(("CIM_NATS_ULR", "x")),
        "the variable CIM_NATS_ULR means nothing: did you mean CIM_NATS_URL?"
    );
    assert_eq!(
        refused(("CIM_JETSTREAM_REPLICAS", "three")),
        "the variable CIM_JETSTREAM_REPLICAS must be a whole number"
    );
}

#[test]
fn files_are_beside_the_configuration() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("shop.toml");
    let text = "[nats]\ncreds = \"shop.creds\"\n[event_store]\nindex = \"index\"";
    std::fs::write(&path, text).unwrap();
    let config = Config::load(&path).unwrap();
    assert_eq!(config.nats.creds, Some(dir.path().join("shop.creds")));
    assert_eq!(config.event_store.index, Some(dir.path().join("index")));

    let missing = Config::load(dir.path().join("none.toml")).unwrap_err().to_string();
    assert!(missing.contains("none.toml: could not be read"), "{missing}");
    std::fs::write(&path, "[nats]\nurl = ").unwrap();
    let broken = Config::load(&path).unwrap_err().to_string();
    assert!(broken.contains("shop.toml: "), "{broken}");
}

#[tokio::test]
async fn a_store_is_opened_by_its_configuration() {
    let config = Config::parse("[event_store]\nurl = \"memory:\"").unwrap();
    assert_eq!(config.open_store().await.unwrap().head().await.unwrap(), None);
    let error = Config::default().open_store().await.unwrap_err().to_string();
    assert!(error.contains("CIM_EVENT_STORE_URL"), "{error}");
}
