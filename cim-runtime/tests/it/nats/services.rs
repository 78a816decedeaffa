//! A domain that is served: every answer, as JSON and typed, and what happens to services.

use std::sync::Arc;
use std::time::Duration;

use async_nats::RequestErrorKind;
use async_nats::service::{Info, PingResponse, Stats};
use cim_runtime::prelude::*;
use cim_runtime::service::{
    Client, Connection, ServeOptions, Service, ServiceError, ServiceErrorKind,
};
use cim_runtime::store::{MemoryStore, Role, StoreSubjects};
use cim_runtime::{SendError, Uuid};
use cim_test_nats::{Cut, Proxy, Server};
use serde_json::{Value as Json, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::client_of;

#[derive(DomainId)]
pub struct JarId(String);

/// A jar of sweets.
#[aggregate(domain = "kitchen", id = JarId)]
#[derive(Default)]
pub struct Jar {
    sweets: u32,
    pub label: Label,
}

#[value]
pub enum JarRefused {
    Overfull { room: u32 },
}

#[command(Jar)]
pub struct Fill {
    pub sweets: u32,
}
#[command(Jar)]
pub struct Shake;
#[command(Jar)]
pub struct Seal;

#[event(Jar)]
pub struct Filled {
    pub sweets: u32,
}
#[event(Jar)]
pub struct Shaken;
#[event(Jar)]
pub struct Sealed;

#[state_machine(initial Open, Shut, region label: Label in Open)]
impl Jar {
    #[transition(Open)]
    fn fill(&self, cmd: Fill) -> Result<Filled, JarRefused> {
        match 100_u32.checked_sub(self.sweets) {
            Some(room) if room < cmd.sweets => Err(JarRefused::Overfull { room }),
            _ => Ok(Filled { sweets: cmd.sweets }),
        }
    }

    #[transition(Open | Shut)]
    fn shake(&self, _: Shake) -> Option<Shaken> {
        (self.sweets > 0).then_some(Shaken)
    }

    #[transition(Open -> Shut)]
    fn seal(&self, _: Seal) -> Sealed {
        Sealed
    }

    #[transition(Shut -> Open)]
    fn unseal(&self, _: Unseal) -> Unsealed {
        assert!(self.sweets != 13, "a bug in a decision");
        Unsealed
    }

    #[apply]
    fn filled(&mut self, event: &Filled) {
        self.sweets += event.sweets;
    }
}

#[command(Jar)]
pub struct Unseal;
#[event(Jar)]
pub struct Unsealed;

#[value]
#[derive(Default)]
pub struct Label {
    text: String,
}

#[command(Label)]
pub struct Inscribe {
    pub text: String,
    pub by: Option<String>,
}
#[event(Label)]
pub struct Inscribed {
    pub text: String,
}

#[state_machine(initial Blank, terminal Written)]
impl Label {
    #[transition(Blank -> Written)]
    fn inscribe(&self, cmd: Inscribe) -> Inscribed {
        Inscribed { text: cmd.text }
    }

    #[apply]
    fn inscribed(&mut self, event: &Inscribed) {
        self.text.clone_from(&event.text);
    }
}

#[derive(Tables)]
pub struct Shelf {
    jars: Table<JarId, u32>,
}

/// How many sweets are in a jar.
#[value]
pub struct SweetsIn {
    pub jar: JarId,
}

/// All jars.
#[value]
pub struct Jars;

/// A text of this length.
#[value]
pub struct Long {
    pub len: u32,
}

#[projection]
impl Shelf {
    #[on]
    fn filled(&mut self, event: &Recorded<Filled>) {
        *self.jars.get_or_default(&event.id()) += event.event.sweets;
    }

    #[query]
    fn sweets(&self, question: SweetsIn) -> Option<u32> {
        self.jars.get(&question.jar)
    }

    #[query]
    fn jars(&self, _: Jars) -> Vec<(JarId, u32)> {
        self.jars.iter().collect()
    }

    #[query]
    fn long(&self, question: Long) -> String {
        "x".repeat(question.len as usize)
    }
}

#[system(aggregates(Jar), projections(Shelf))]
pub struct Kitchen;

/// A kitchen in memory, served.
async fn serve(server: &Server) -> (Handle<Kitchen>, Service) {
    serve_with(server, ServeOptions::default()).await
}

async fn serve_with(server: &Server, options: ServeOptions) -> (Handle<Kitchen>, Service) {
    let kitchen = Handle::<Kitchen>::over(Arc::new(MemoryStore::new()));
    let service = kitchen.serve(&client_of(server).await.into(), options).await.unwrap();
    (kitchen, service)
}

async fn typed(server: &Server) -> Client<Kitchen> {
    Client::connect(&server.url()).await.unwrap()
}

fn jar() -> JarId {
    "blue".parse().unwrap()
}

/// What a client in another language sees: the code of an error, if it is one, and the body.
async fn ask(nats: &async_nats::Client, subject: &str, request: &str) -> (Option<u16>, Json) {
    let answer = nats.request(subject.to_owned(), request.to_owned().into()).await.unwrap();
    let body: Json = serde_json::from_slice(&answer.payload).unwrap();
    let headers = answer.headers.unwrap_or_default();
    let code = headers.get("Nats-Service-Error-Code").map(|code| code.as_str().parse().unwrap());
    let said = headers.get("Nats-Service-Error").map(|said| said.as_str());
    assert_eq!(said, code.and(body["message"].as_str()), "headers and body differ");
    (code, body)
}

async fn answer(nats: &async_nats::Client, subject: &str, request: Json) -> Json {
    let (code, body) = ask(nats, subject, &request.to_string()).await;
    assert_eq!(code, None, "{body}");
    body
}

/// The error of a service in an error of a command.
fn failed<M: cim_runtime::machine::Machine>(error: SendError<M>) -> ServiceError {
    match error {
        SendError::Error(Error::Service(error)) => error,
        other => panic!("another error: {other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_outcome_of_a_command_has_its_json() {
    let server = Server::start();
    let (kitchen, _service) = serve(&server).await;
    let nats = client_of(&server).await;
    let id = Uuid::from_u128(7).to_string();
    let fill = json!({
        "id": "blue", "command": {"sweets": 60}, "actor": "ada", "command_id": id,
    });

    let stored = answer(&nats, "kitchen.cmd.jar.Fill", fill.clone()).await;
    let event = &kitchen.history::<Jar>(&jar(), 0).await.unwrap()[0];
    let expected = json!({
        "outcome": "stored", "version": 1, "position": 1, "command_id": id, "correlation": id,
        "events": [{"type": "Filled", "cid": event.cid.to_string()}], "attempts": 1,
    });
    assert_eq!(stored, expected);
    assert_eq!(event.actor.as_str(), "ada");

    let repeated = answer(&nats, "kitchen.cmd.jar.Fill", fill).await;
    assert_eq!(repeated["outcome"], "repeated");
    assert_eq!(repeated["events"], stored["events"]);

    let more = json!({"id": "blue", "command": {"sweets": 50}});
    let refused = answer(&nats, "kitchen.cmd.jar.Fill", more).await;
    let expected = json!({
        "outcome": "refused", "refusal": {"Overfull": {"room": 40}},
        "message": "refused: Overfull { room: 40 }",
    });
    assert_eq!(refused, expected);

    let empty = answer(&nats, "kitchen.cmd.jar.Shake", json!({"id": "empty"})).await;
    assert_eq!(empty, json!({"outcome": "unchanged", "version": 0}));

    let cause = json!({"correlation": id, "event": event.cid.to_string()});
    let seal = json!({"id": "blue", "because_of": cause});
    let sealed = answer(&nats, "kitchen.cmd.jar.Seal", seal).await;
    assert_eq!((&sealed["outcome"], &sealed["correlation"]), (&json!("stored"), &json!(id)));

    let not_now = answer(&nats, "kitchen.cmd.jar.Seal", json!({"id": "blue"})).await;
    let expected = json!({
        "outcome": "not_now", "state": "Shut", "allowed": ["Shake", "Unseal"],
        "message": "`Seal` is not taken in state `Shut`, which takes Shake, Unseal",
    });
    assert_eq!(not_now, expected);

    let inscribe = json!({"id": "blue", "command": {"text": "mint"}});
    let closed = answer(&nats, "kitchen.cmd.jar.Inscribe", inscribe).await;
    let expected = json!({
        "outcome": "not_now", "state": "Shut", "allowed": [], "closed": "Label",
        "message": "`Inscribe` is not taken: state `Shut` closes the region `Label`",
    });
    assert_eq!(closed, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_outcome_of_a_command_has_its_type() {
    let server = Server::start();
    let (kitchen, _service) = serve(&server).await;
    let client = typed(&server).await;
    let id = Uuid::from_u128(7);

    let once = client.acting_as("ada").with_command_id(id);
    let Sent::Stored(receipt) = once.send(&jar(), Fill { sweets: 60 }).await.unwrap() else {
        panic!("it was sent for the first time");
    };
    let event = &kitchen.history::<Jar>(&jar(), 0).await.unwrap()[0];
    assert_eq!((receipt.head(), receipt.event_types[0].as_ref()), (event.cid, "Filled"));
    assert_eq!((receipt.command_id, receipt.version, receipt.attempts), (id, 1, 1));
    assert_eq!(event.actor.as_str(), "ada");
    let again = once.send(&jar(), Fill { sweets: 60 }).await.unwrap();
    assert!(matches!(&again, Sent::Repeated(same) if same.events == receipt.events), "{again:?}");

    let refused = client.send(&jar(), Fill { sweets: 50 }).await.unwrap_err();
    assert!(matches!(refused, SendError::Refused(JarRefused::Overfull { room: 40 })), "{refused}");
    let empty = client.send(&"empty".parse().unwrap(), Shake).await.unwrap();
    assert_eq!(empty, Sent::Unchanged { version: 0 });

    let inscribe = Inscribe { text: "mint".to_owned(), by: None };
    let inscribed = client.because_of(&receipt).send(&jar(), inscribe.clone()).await.unwrap();
    assert_eq!(inscribed.receipt().unwrap().correlation, receipt.correlation);
    let written = client.send(&jar(), inscribe.clone()).await.unwrap_err();
    let SendError::NotNow { state: LabelState::Written, command: "Inscribe", allowed } = written
    else {
        panic!("another outcome: {written}");
    };
    assert_eq!(allowed, [""; 0]);

    client.send(&jar(), Seal).await.unwrap();
    let not_now = client.send(&jar(), Seal).await.unwrap_err();
    let SendError::NotNow { state: JarState::Shut, command: "Seal", allowed } = not_now else {
        panic!("another outcome: {not_now}");
    };
    assert_eq!(allowed, ["Shake", "Unseal"]);
    let closed = client.send(&jar(), inscribe).await.unwrap_err();
    assert!(matches!(closed, SendError::Closed { state: "Shut", command: "Inscribe" }), "{closed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_after_a_command_knows_it() {
    let server = Server::start();
    let (kitchen, _service) = serve(&server).await;
    let (nats, client) = (client_of(&server).await, typed(&server).await);

    // Nobody has started the projection: another process may have.
    let hasty = client.within(Duration::from_millis(50));
    let error = hasty.ask(Jars).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains("does not run"), "{error}");

    let _workers = kitchen.start().await.unwrap();
    for round in 1..=20 {
        let sent = client.send(&jar(), Fill { sweets: 1 }).await.unwrap();
        let sweets = client.ask(SweetsIn { jar: jar() }).after(&sent).await.unwrap();
        assert_eq!(sweets, Some(round));
    }
    assert_eq!(client.ask(Jars).await.unwrap(), [(jar(), 20)]);

    let question = json!({"question": {"jar": "blue"}, "after": 20});
    let sweets = answer(&nats, "kitchen.qry.shelf.SweetsIn", question).await;
    assert_eq!(sweets, json!({"answer": 20}));
    let nothing = json!({"question": {"jar": "red"}});
    let sweets = answer(&nats, "kitchen.qry.shelf.SweetsIn", nothing).await;
    assert_eq!(sweets, json!({"answer": null}));
    let (code, jars) = ask(&nats, "kitchen.qry.shelf.Jars", "").await;
    assert_eq!((code, jars), (None, json!({"answer": [["blue", 20]]})));

    let late = r#"{"after": 21, "within_ms": 20}"#;
    let (code, behind) = ask(&nats, "kitchen.qry.shelf.Jars", late).await;
    assert_eq!((code, &behind["retryable"]), (Some(503), &json!(true)));
    let said = behind["message"].as_str().unwrap();
    assert!(said.contains("at position 20 and was to reach 21"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_malformed_is_named() {
    let server = Server::start();
    let (_kitchen, _service) = serve(&server).await;
    let nats = client_of(&server).await;
    for (subject, request, said) in [
        ("cmd.jar.Fill", "", "`id` is missing: the id of the aggregate, as a text"),
        ("cmd.jar.Fill", "{", "the request is not DAG-JSON: EOF"),
        ("cmd.jar.Fill", r#"{"id": ""}"#, "`command.sweets` is missing: it is u32"),
        ("cmd.jar.Fill", r#"{"id": "", "command": {"sweets": 1}}"#, "`id` is none: an id is empty"),
        (
            "cmd.jar.Fill",
            r#"{"id": "1", "command": {"sweetes": 1}}"#,
            "`command` has no field `sweetes`: did you mean `sweets`?",
        ),
        (
            "cmd.jar.Fill",
            r#"{"id": "1", "command": {"sweets": 4294967296}}"#,
            "`command.sweets` is u32, and 4294967296 does not fit",
        ),
        (
            "cmd.jar.Seal",
            r#"{"id": "1", "command": {"now": true}}"#,
            "`command` has no field `now`: it has none",
        ),
        (
            "cmd.jar.Seal",
            r#"{"id": "1", "actr": "ada"}"#,
            "the request has no key `actr`: did you mean `actor`?",
        ),
        (
            "qry.shelf.SweetsIn",
            r#"{"question": {"jar": 1}}"#,
            "`question.jar` is text; found a whole number",
        ),
        ("qry.shelf.Jars", r#"{"id": "1"}"#, "the request has no key `id`: there are"),
    ] {
        let (code, body) = ask(&nats, &format!("kitchen.{subject}"), request).await;
        assert_eq!((code, &body["outcome"]), (Some(400), &json!("error")), "{request}: {body}");
        assert_eq!(body["retryable"], false);
        let message = body["message"].as_str().unwrap();
        assert!(message.starts_with(said), "{request}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bug_in_the_domain_is_an_answer() {
    let server = Server::start();
    let (_kitchen, _service) = serve(&server).await;
    let client = typed(&server).await;
    client.send(&jar(), Fill { sweets: 13 }).await.unwrap();
    client.send(&jar(), Seal).await.unwrap();
    let error = failed(client.send(&jar(), Unseal).await.unwrap_err());
    assert_eq!(error.kind(), ServiceErrorKind::Failed);
    assert!(error.to_string().contains("panicked"), "{error}");
    // It goes on.
    assert!(matches!(client.send(&jar(), Shake).await, Ok(Sent::Stored(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_found_and_counts() {
    let server = Server::start();
    let options = ServeOptions::default().version("1.2.3").description("jars of sweets");
    let (_kitchen, service) = serve_with(&server, options).await;
    let nats = client_of(&server).await;
    for request in [r#"{"id": "1", "command": {"sweets": 1}}"#, "{}"] {
        ask(&nats, "kitchen.cmd.jar.Fill", request).await;
    }
    let ask = async |subject: String| nats.request(subject, "".into()).await.unwrap().payload;
    for subject in ["$SRV.PING".to_owned(), "$SRV.PING.kitchen".to_owned()] {
        let ping: PingResponse = serde_json::from_slice(&ask(subject).await).unwrap();
        assert_eq!((&*ping.name, &*ping.id, &*ping.version), ("kitchen", service.id(), "1.2.3"));
        assert_eq!(ping.kind, "io.nats.micro.v1.ping_response");
    }
    let info = ask(format!("$SRV.INFO.kitchen.{}", service.id())).await;
    let info: Info = serde_json::from_slice(&info).unwrap();
    assert_eq!(
        (&*info.description, &*info.kind),
        ("jars of sweets", "io.nats.micro.v1.info_response")
    );
    let found: Vec<_> = info.endpoints.iter().map(|endpoint| endpoint.subject.as_str()).collect();
    let expected = [
        "kitchen.cmd.jar.Fill",
        "kitchen.cmd.jar.Shake",
        "kitchen.cmd.jar.Seal",
        "kitchen.cmd.jar.Unseal",
        "kitchen.cmd.jar.Inscribe",
        "kitchen.qry.shelf.SweetsIn",
        "kitchen.qry.shelf.Jars",
        "kitchen.qry.shelf.Long",
    ];
    assert_eq!(found, expected);
    assert_eq!(service.subjects().collect::<Vec<_>>(), expected);
    let fill = &info.endpoints[0];
    assert_eq!((&*fill.name, &*fill.queue_group), ("jar-Fill", "q"));
    assert_eq!(fill.metadata["command"], "{sweets: u32}");

    let stats = ask("$SRV.STATS.kitchen".to_owned()).await;
    let stats: Stats = serde_json::from_slice(&stats).unwrap();
    let fill = &stats.endpoints[0];
    assert_eq!((fill.requests, fill.errors), (2, 1));
    let last = fill.last_error.as_ref().unwrap();
    assert_eq!(
        (last.code, &*last.status),
        (400, "`id` is missing: the id of the aggregate, as a text")
    );
    assert!(
        !fill.processing_time.is_zero() && fill.average_processing_time * 2 <= fill.processing_time
    );
    assert_eq!(stats.endpoints[1].requests, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_what_nobody_serves_is_told_at_once() {
    let server = Server::start();
    let client = typed(&server).await;
    let error = failed(client.send(&jar(), Seal).await.unwrap_err());
    assert_eq!(error.kind(), ServiceErrorKind::NotServed);
    assert!(error.to_string().contains("nobody serves `kitchen.cmd.jar.Seal`"), "{error}");
    let error = client.ask(Jars).await.unwrap_err();
    assert!(error.to_string().contains("nobody serves `kitchen.qry.shelf.Jars`"), "{error}");
    assert!(error.is_retryable());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_whose_answer_is_lost_takes_effect_once() {
    let server = Server::start();
    let (kitchen, _service) = serve(&server).await;
    let proxy = Proxy::before(&server);
    let client = Client::<Kitchen>::connect(&proxy.url()).await.unwrap();
    proxy.cut_once(Cut::BeforeTheClient("stored"));
    let sent = client.send(&jar(), Fill { sweets: 7 }).await.unwrap();
    assert!(matches!(sent, Sent::Repeated(_)), "{sent:?}");
    assert_eq!(kitchen.load::<Jar>(&jar()).await.unwrap().version(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_nobody_answers_is_told_with_its_id() {
    let mut server = Server::start();
    let (_kitchen, _service) = serve(&server).await;
    let client = typed(&server).await.within(Duration::from_millis(300));
    client.send(&jar(), Fill { sweets: 1 }).await.unwrap();
    server.kill();
    let error = failed(client.send(&jar(), Fill { sweets: 1 }).await.unwrap_err());
    assert_eq!(error.kind(), ServiceErrorKind::Unknown, "{error}");
    assert!(!error.is_retryable() && error.command_id().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_does_not_pass_on_is_an_error_with_the_limit() {
    let server = Server::options().setting("max_payload: 4096").start();
    let (kitchen, _service) = serve(&server).await;
    let _workers = kitchen.start().await.unwrap();
    let client = typed(&server).await;
    let large = Inscribe { text: "x".repeat(5000), by: None };
    let error = failed(client.send(&jar(), large).await.unwrap_err());
    assert_eq!(error.kind(), ServiceErrorKind::TooLarge);
    assert!(error.to_string().contains("4096"), "{error}");
    assert_eq!(kitchen.load::<Jar>(&jar()).await.unwrap().version(), 0);

    assert_eq!(client.ask(Long { len: 4000 }).await.unwrap().len(), 4000);
    let error = client.ask(Long { len: 5000 }).await.unwrap_err();
    let said = error.to_string();
    assert!(said.contains("the answer takes 5013 bytes") && said.contains("4096"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_takes_so_many_requests_and_no_more() {
    let server = Server::start();
    let options = ServeOptions::default().at_once(1).waiting(0);
    let (kitchen, _service) = serve_with(&server, options).await;
    let _workers = kitchen.start().await.unwrap();
    let nats = client_of(&server).await;
    let waiting = tokio::spawn({
        let nats = nats.clone();
        async move {
            // Until it is the one that is worked on.
            loop {
                let (code, body) = ask(&nats, "kitchen.qry.shelf.Jars", r#"{"after": 1}"#).await;
                if code.is_none() {
                    return body;
                }
            }
        }
    });
    let shake = r#"{"id": "empty"}"#;
    let busy = loop {
        let (code, body) = ask(&nats, "kitchen.cmd.jar.Shake", shake).await;
        if code.is_some() {
            break (code, body);
        }
    };
    assert_eq!((busy.0, &busy.1["retryable"]), (Some(503), &json!(true)));
    assert!(busy.1["message"].as_str().unwrap().contains("send again"));
    // A client that tries again is answered once there is room.
    let client = typed(&server).await;
    let filling = tokio::spawn(async move { client.send(&jar(), Shake).await });
    kitchen.send(&jar(), Fill { sweets: 1 }).await.unwrap();
    assert_eq!(waiting.await.unwrap(), json!({"answer": [["blue", 1]]}));
    filling.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_stops_answers_what_has_come() {
    let server = Server::start();
    let (kitchen, service) = serve(&server).await;
    let (answered, mut count) = watch::channel(0_u64);
    let answered = Arc::new(answered);
    let mut callers = JoinSet::new();
    for caller in 0..32 {
        let (nats, answered) = (client_of(&server).await, Arc::clone(&answered));
        callers.spawn(async move {
            let request = json!({"id": caller.to_string(), "command": {"sweets": 0}}).to_string();
            let mut mine = 0;
            loop {
                let subject = "kitchen.cmd.jar.Fill";
                match nats.request(subject, request.clone().into()).await {
                    Ok(_) => mine += 1,
                    // Anything else would be a request that was taken, and not answered.
                    Err(error) => {
                        assert_eq!(error.kind(), RequestErrorKind::NoResponders, "{error}");
                        return mine;
                    }
                }
                answered.send_modify(|count| *count += 1);
            }
        });
    }
    count.wait_for(|count| *count > 500).await.unwrap();
    service.stop().await.unwrap();
    let total: u64 = callers.join_all().await.iter().sum();
    let stored = kitchen.store().read_all(0, usize::MAX).await.unwrap().len() as u64;
    assert_eq!(stored, total, "each command that was stored was answered");
    let gone = client_of(&server).await.request("$SRV.PING.kitchen", "".into()).await;
    assert_eq!(gone.unwrap_err().kind(), RequestErrorKind::NoResponders);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_served_is_told() {
    let server = Server::start();
    let kitchen = Handle::<Kitchen>::over(Arc::new(MemoryStore::new()));
    let connection: Connection = client_of(&server).await.into();
    let error = kitchen.serve(&connection, ServeOptions::default().version("1")).await.unwrap_err();
    assert!(error.to_string().contains("such as 1.2.0"), "{error}");
    let strict = strict();
    let connection = Connection::to(&address(&strict, Role::Reader)).await.unwrap();
    let error = kitchen.serve(&connection, ServeOptions::default()).await.unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains("kitchen.cmd.jar.Fill") && said.contains("cim nats permissions"),
        "{said}"
    );
    let error = Connection::to(&strict.url()).await.unwrap_err();
    assert!(error.to_string().contains("do not let us in"), "{error}");
}

/// A server whose users are the roles of a store; their passwords are their names.
fn strict() -> Server {
    let subjects = StoreSubjects::new("KITCHEN", ["kitchen"]).unwrap();
    let users = Role::ALL.map(|role| {
        let permissions = subjects.permissions(role);
        json!({"user": role.name(), "password": role.name(), "permissions": {
            "publish": {"allow": permissions.publish}, "subscribe": {"allow": permissions.subscribe},
            "allow_responses": permissions.responses,
        }})
    });
    Server::options().setting(&format!("authorization: {{ users: {} }}", json!(users))).start()
}

fn address(server: &Server, role: Role) -> String {
    let inbox = StoreSubjects::new("KITCHEN", ["kitchen"]).unwrap().permissions(role).inbox;
    format!("{}?inbox={inbox}", server.url().replace("//", &format!("//{role}:{role}@")))
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_serve_and_clients_ask_with_the_permissions_of_their_roles() {
    let server = strict();
    let kitchen = Handle::<Kitchen>::over(Arc::new(MemoryStore::new()));
    let _workers = kitchen.start().await.unwrap();
    let connection = Connection::to(&address(&server, Role::Writer)).await.unwrap();
    let service = kitchen.serve(&connection, ServeOptions::default()).await.unwrap();
    let client = Client::<Kitchen>::connect(&address(&server, Role::Client)).await.unwrap();
    let sent = client.send(&jar(), Fill { sweets: 3 }).await.unwrap();
    let reader = Client::<Kitchen>::connect(&address(&server, Role::Reader)).await.unwrap();
    assert_eq!(reader.ask(Jars).after(&sent).await.unwrap(), [(jar(), 3)]);
    service.stop().await.unwrap();
}
