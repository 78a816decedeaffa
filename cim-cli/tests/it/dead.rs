//! `cim dead`: what policies could not do, beside programs that do more meanwhile.

use std::time::Duration;

use cim_runtime::prelude::*;
use cim_runtime::system::Workers;
use cim_test_nats::Server;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::world::{Said, World};

const DEADLINE: Duration = Duration::from_secs(60);

#[derive(DomainId)]
pub(crate) struct LampId(String);

#[aggregate(domain = "house", id = LampId)]
#[derive(Default)]
pub(crate) struct Lamp {}

#[command(Lamp)]
pub(crate) struct Wire;

#[command(Lamp)]
pub(crate) struct Light;

#[command(Lamp)]
pub(crate) struct Press {
    pub lamps: Vec<LampId>,
}

#[event(Lamp)]
pub(crate) struct Wired;

#[event(Lamp)]
pub(crate) struct Lit;

#[event(Lamp, unread)]
pub(crate) struct Pressed {
    pub lamps: Vec<LampId>,
}

#[state_machine(initial Loose, Ready)]
impl Lamp {
    #[transition(Loose -> Ready)]
    fn wire(&self, _: Wire) -> Wired {
        Wired
    }

    #[transition(Ready)]
    fn light(&self, _: Light) -> Lit {
        Lit
    }

    #[transition(Loose | Ready)]
    fn press(&self, cmd: Press) -> Pressed {
        Pressed { lamps: cmd.lamps }
    }
}

/// A switch lights its lamps.
#[policy]
pub(crate) fn lighting(event: &Recorded<Pressed>) -> Vec<To<Light>> {
    event.event.lamps.iter().map(|lamp| Light.to(lamp.clone())).collect()
}

/// It says who has pressed it, and knows no more than three lamps.
#[policy]
pub(crate) fn counting(event: &Recorded<Pressed>) -> Result<Option<To<Light>>, String> {
    match event.event.lamps.len() {
        0..=3 => Ok(None),
        many => Err(format!("{many} lamps are too many")),
    }
}

#[system(aggregates(Lamp), policies(lighting, counting))]
pub(crate) struct House;

fn lamp(name: &str) -> LampId {
    name.parse().unwrap()
}

fn press(lamps: &[&str]) -> Press {
    Press { lamps: lamps.iter().map(|name| lamp(name)).collect() }
}

/// The program, as it runs until it is dropped.
struct Running {
    house: Handle<House>,
    workers: Workers,
}

impl Running {
    async fn start(url: &str) -> Self {
        let house = House::open(url).await.unwrap();
        let workers = house.start().await.unwrap();
        Self { house, workers }
    }

    async fn wire(&self, name: &str) {
        self.house.send(&lamp(name), Wire).await.unwrap();
    }

    async fn version(&self, name: &str) -> u64 {
        self.house.load::<Lamp>(&lamp(name)).await.unwrap().version()
    }

    async fn settled(&self) {
        self.workers.settled().await.unwrap();
    }
}

/// Runs the program on a store in a folder, which is closed when this returns.
fn running(url: &str, work: impl AsyncFnOnce(&Running)) {
    // A runtime that ends waits for those who are still at work.
    Runtime::new().unwrap().block_on(async {
        let running = Running::start(url).await;
        work(&running).await;
        running.settled().await;
        running.workers.stop().await;
    });
}

/// Presses a switch of two lamps, of which none is wired yet, and one of four.
async fn refused(running: &Running) {
    running.house.send(&lamp("switch"), press(&["a", "b"])).await.unwrap();
    running.house.send(&lamp("board"), press(&["c", "c", "c", "c"])).await.unwrap();
    running.settled().await;
}

fn numbers(said: &Said) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    said.json().iter().map(|line| (text(&line["policy"]), text(&line["number"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(policy, number)| ((*policy).into(), (*number).into())).collect()
}

#[test]
fn what_was_not_done_is_listed_and_done_when_the_program_starts() {
    let world = World::empty();
    let url = world.path("house").display().to_string();
    running(&url, refused);
    let list = || world.cim("dead list --store house --json");
    let letters = list();
    assert_eq!(
        numbers(&letters),
        pairs(&[
            ("counting", "2.0"),
            ("lighting", "1.0"),
            ("lighting", "1.1"),
            ("lighting", "2.0"),
            ("lighting", "2.1"),
            ("lighting", "2.2"),
            ("lighting", "2.3"),
        ])
    );
    let mut letter = letters.json().remove(2);
    let cid = letter["event"]["/"].take();
    assert!(cid.as_str().unwrap().starts_with("bafy"), "{cid}");
    assert!(letter["reason"].take().as_str().unwrap().contains("Loose"));
    let expected = json!({
        "policy": "lighting", "number": "1.1", "event": {"/": null}, "event_type": "Pressed",
        "aggregate": "house.lamp", "id": "b", "command": "Light", "reason": null, "attempts": 1,
        "retry": false,
    });
    assert_eq!(letter, expected);
    let text = world.cim("dead list --store house").well();
    for part in ["lighting      1.0  Pressed → house.lamp/a Light", "counting      2.0  Pressed  "]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(text.contains("    4 lamps are too many\n"), "{text}");

    let of_one = world.cim("dead list --store house --policy counting --json");
    assert_eq!(numbers(&of_one), pairs(&[("counting", "2.0")]));
    let said = world.cim("dead drop --store house --policy lighting 2.0 2.1 2.2 2.3").well();
    assert_eq!(said, "4 dead letters dropped\n");
    let said = world.cim("dead retry --store house 1.0").well();
    assert_eq!(said, "1 dead letter to be sent again when the program starts\n");
    let retried: Vec<_> = list().json().iter().map(|line| line["retry"].clone()).collect();
    assert_eq!(retried, [json!(false), json!(true), json!(false)]);
    assert!(world.cim("dead list --store house").well().contains("to be sent again"));

    Runtime::new().unwrap().block_on(async {
        House::open(&url).await.unwrap().send(&lamp("a"), Wire).await.unwrap();
    });
    running(&url, async |running| {
        running.settled().await;
        assert_eq!((running.version("a").await, running.version("b").await), (2, 0));
        running.wire("b").await;
    });
    assert_eq!(numbers(&list()), pairs(&[("counting", "2.0"), ("lighting", "1.1")]));
    // The event is taken again, and the policy fails at it again.
    let said = world.cim("dead retry --store house --all --json");
    assert_eq!(numbers(&said), pairs(&[("counting", "2.0"), ("lighting", "1.1")]));
    running(&url, async |running| {
        running.settled().await;
        assert_eq!((running.version("a").await, running.version("b").await), (2, 2));
    });
    assert_eq!(numbers(&list()), pairs(&[("counting", "2.0")]));
    assert_eq!(list().json()[0]["retry"], json!(false));
    world.cim("dead drop --store house --all").well();
    assert_eq!(world.cim("dead list --store house").well(), "no dead letters\n");
}

#[test]
fn a_mistake_changes_nothing_and_says_what_to_do() {
    let world = World::empty();
    let url = world.path("house").display().to_string();
    running(&url, async |running| {
        refused(running).await;
        let complaint = world.cim("dead retry --store house --all").complaint(2);
        let remedy = "when that process has ended, or by itself, with `workers.dead_letters(…)`";
        assert!(complaint.contains(remedy), "{complaint}");
    });
    let list = || world.cim("dead list --store house").well();
    let before = list();
    for (arguments, code, says) in [
        ("retry --store house 1.0 7.0", 1, "no dead letter 7.0, and nothing was changed"),
        ("drop --store house --policy counting 1.0", 1, "no dead letter 1.0 of `counting`"),
        ("drop --store house 2.0", 2, "`--policy counting` or `--policy lighting`"),
        ("list --store house --policy light", 1, "those with rows are: counting, lighting"),
    ] {
        let complaint = world.cim(&format!("dead {arguments}")).complaint(code);
        assert!(complaint.contains(says), "{complaint}");
    }
    for arguments in ["retry --store house", "drop --store house x", "drop --store house --all 1"] {
        assert_eq!(world.cim(&format!("dead {arguments}")).code, 2, "{arguments}");
    }
    assert_eq!(list(), before);
}

#[test]
fn a_store_without_policies_has_no_dead_letters_and_gets_no_rows() {
    let (world, _) = World::shop();
    let before = crate::world::names(&world.path("shop"));
    assert_eq!(world.cim("dead list --store shop").well(), "no dead letters\n");
    let complaint = world.cim("dead drop --store shop --policy any --all").complaint(1);
    assert!(complaint.contains("no policy has run there yet"), "{complaint}");
    assert_eq!(crate::world::names(&world.path("shop")), before);

    let server = Server::start();
    world.cim(&format!("copy --from shop --to {}/SHOP", server.url())).well();
    let store = format!("--store {}/SHOP", server.url());
    assert_eq!(world.cim(&format!("dead list {store}")).well(), "no dead letters\n");
    let found = Runtime::new().unwrap().block_on(async {
        let client = async_nats::connect(server.url()).await.unwrap();
        async_nats::jetstream::new(client).get_stream("KV_SHOP_projections").await
    });
    assert!(found.is_err(), "a bucket was made");
}

#[test]
fn beside_a_server_the_program_that_runs_sends_them() {
    let (world, runtime, server) = (World::empty(), Runtime::new().unwrap(), Server::start());
    let url = format!("{}/HOUSE", server.url());
    let running = runtime.block_on(async {
        let running = Running::start(&url).await;
        refused(&running).await;
        running.wire("a").await;
        running.settled().await;
        running
    });
    let list = || world.cim(&format!("dead list --store {url} --policy lighting --json"));
    let letters = numbers(&list());
    assert_eq!(letters.len(), 6);
    let said = world.cim(&format!("dead retry --store {url} {}", letters[0].1)).well();
    assert_eq!(said, "1 dead letter to be sent again by the program that runs\n");
    // Nothing else happens, and yet it is sent.
    runtime.block_on(async {
        let sent = async {
            while running.version("a").await < 2 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(DEADLINE, sent).await.expect("it was not sent");
    });
    world.cim(&format!("dead drop --store {url} --policy lighting {}", letters[1].1)).well();
    runtime.block_on(async {
        // The program knows of it before it writes again.
        running.wire("b").await;
        running.house.send(&lamp("switch"), press(&["a", "b", "d"])).await.unwrap();
        running.settled().await;
        assert_eq!((running.version("a").await, running.version("b").await), (3, 2));
    });
    assert_eq!(numbers(&list()).len(), 4 + 1);
    runtime.block_on(running.workers.stop());
}
