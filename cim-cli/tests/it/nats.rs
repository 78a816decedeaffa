//! The program on stores in JetStream.

use cim_test_nats::Server;
use serde_json::json;

use crate::shop::Shop;
use crate::world::World;

#[test]
fn a_store_is_copied_to_a_server_and_back() {
    let mut shop = Shop::default();
    let commits: Vec<_> = (0..300)
        .map(|i| shop.commit(&(i % 9).to_string(), &["OrderPlaced", "OrderPaid"][..1 + i % 2]))
        .collect();
    let world = World::with(&commits);
    let server = Server::start();
    let url = format!("{}/SHOP", server.url());

    let copied = world.cim(&format!("copy --from shop --to {url} --json")).object();
    assert_eq!(copied, json!({"events": 450, "commits": 300, "streams": 9}));
    world.cim(&format!("verify --store {url}")).well();
    let stats = world.cim(&format!("stats --store {url} --json")).object();
    assert_eq!((&stats["events"], &stats["commits"]), (&json!(450), &json!(300)));
    let found = &stats["store"];
    assert_eq!((&found["stream"], &found["durability"]), (&json!("SHOP"), &json!("dev")));
    assert_eq!((&found["messages"], &found["replicas"]), (&json!(300), &json!(1)));
    let shown = world.cim(&format!("stats --store {url}")).well();
    assert!(shown.contains("nats-server 2.") && shown.contains("events   450"), "{shown}");

    let again = world.cim(&format!("copy --from shop --to {url} --json")).object();
    assert_eq!(again, json!({"events": 0, "commits": 0, "streams": 9}));

    world.cim(&format!("copy --from {url} --to back")).well();
    world.cim(&format!("export --store {url} --out 2.car")).well();
    world.cim("export --store shop --out 1.car").well();
    world.cim("export --store back --out 3.car").well();
    let read = |name| std::fs::read(world.path(name)).unwrap();
    assert!(read("1.car") == read("2.car") && read("2.car") == read("3.car"));
}

#[test]
fn events_on_a_server_are_listed_shown_and_imported() {
    let (world, commits) = World::shop();
    let server = Server::start();
    let url = server.url();
    world.cim("export --store shop --out shop.car").well();
    let imported = world.cim(&format!("import shop.car --store {url} --json")).object();
    assert_eq!(imported["events"], 4);
    let types = world.cim(&format!("events --store {url} --type OrderSent --json")).json();
    assert_eq!(types.len(), 1);
    let cid = commits[2].head();
    let shown = world.cim(&format!("show {cid} --store {url}")).well();
    assert!(shown.contains("OrderSent"), "{shown}");
    let complaint = world.cim(&format!("repair --store {url}")).complaint(2);
    assert!(complaint.contains("nothing to repair"), "{complaint}");
}

#[test]
fn a_stream_that_is_not_there_is_not_created() {
    let world = World::empty();
    let server = Server::start();
    let url = format!("{}/NONE", server.url());
    for command in ["stats", "verify", "events", "export --out x.car"] {
        let complaint = world.cim(&format!("{command} --store {url}")).complaint(2);
        assert!(complaint.contains("no stream NONE") && complaint.contains("nothing was created"));
    }
}

#[test]
fn a_password_in_an_address_is_not_shown() {
    let world = World::empty();
    let server =
        Server::options().setting("authorization { user: shop, password: s3cret }").start();
    let at = |login: &str| server.url().replace("//", &format!("//{login}@"));
    for (login, what) in [("shop:s3cret", "no stream CIM"), ("shop:s3cret-wrong", "***@")] {
        let complaint = world.cim(&format!("stats --store {}", at(login))).complaint(2);
        assert!(complaint.contains(what) && !complaint.contains("s3cret"), "{complaint}");
    }
    let (world, _) = World::shop();
    let said = world.cim(&format!("copy --from shop --to {}", at("shop:s3cret")));
    assert!(!(said.out + &said.err).contains("s3cret"));
}
