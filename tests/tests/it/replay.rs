//! The same log, lived through again in every store.

use std::fs;

use cim_test_nats::Server;
use cim_tests::programs::program;

const LOG: &str = "\
ocel:eid,ocel:activity,ocel:timestamp,ocel:type:customers,ocel:type:items,ocel:type:orders,ocel:type:packages,ocel:type:products,weight,price
1.0,place order,2019-05-20 07:07:47.000Z, ,\"['i1','i2']\",\"['o1']\", , ,3.5,24.96
2.0,confirm order,2019-05-20 08:00:00.000Z, , ,\"['o1']\", , ,3.5,24.96
3.0,item out of stock,2019-05-20 09:00:00.000Z, ,\"['i2']\", , , ,1.0,5.0
4.0,pick item,2019-05-20 10:00:00.000Z, ,\"['i1']\", , , ,1.0,19.96
5.0,reorder item,2019-05-20 11:00:00.000Z, ,\"['i2']\", , , ,1.0,5.0
6.0,payment reminder,2019-05-21 07:00:00.000Z, , ,\"['o1']\", , ,3.5,24.96
7.0,pick item,2019-06-20 12:00:00.000Z, ,\"['i2']\", , , ,1.0,5.0
8.0,create package,2019-06-21 09:00:00.000Z, ,\"['i1','i2']\", ,\"['p1']\", ,3.5,24.96
9.0,pay order,2019-06-25 08:00:00.000Z, , ,\"['o1']\", , ,3.5,24.96
";

#[test]
fn the_same_log_brings_the_same_blocks_in_every_store() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.csv");
    fs::write(&log, LOG).unwrap();
    let server = Server::start();
    let file = folder.path().join("shop.cim").display().to_string();
    let mut summaries = Vec::new();
    for store in ["memory:", &file, &server.url()] {
        let output = program("cim-order")
            .arg("replay")
            .arg(&log)
            .args(["--json", "--store", store])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{store}: {said}");
        summaries.push(serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap());
    }
    // Two weeks after it is confirmed, and again, the order is not paid.
    let events = serde_json::json!({
        "OrderPlaced": 1, "OrderConfirmed": 1, "PaymentReminded": 2, "OrderPaid": 1,
        "ItemRequested": 2, "ItemOutOfStock": 1, "ItemReordered": 1, "ItemPicked": 2,
        "ItemPacked": 2, "PackageCreated": 1, "PackageSent": 1,
    });
    assert_eq!(summaries[0]["events"], events);
    assert_eq!(
        (&summaries[0]["inputs"], &summaries[0]["revenue_cents"]),
        (&7.into(), &2496.into())
    );
    assert_eq!(summaries[0], summaries[1]);
    assert_eq!(summaries[0], summaries[2]);
}
