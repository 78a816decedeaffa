//! A log of an order process becomes commands; what is wrong with it is reported, by line.

use std::fs;
use std::path::Path;

use cim_tests::programs::program;

const HEADER: &str = "ocel:eid,ocel:activity,ocel:timestamp,ocel:type:customers,ocel:type:items,\
                      ocel:type:orders,ocel:type:packages,ocel:type:products,weight,price\n";

/// A small life of one order: 2 items, 1 package.
const LIFE: &[&str] = &[
    "1.0,place order,2019-05-20 07:07:47.000Z, ,\"['i1','i2']\",\"['o1']\", , ,3.5,24.96",
    "2.0,confirm order,2019-05-20 08:00:00.000Z, , ,\"['o1']\", , ,3.5,24.96",
    "3.0,item out of stock,2019-05-20 09:00:00.000Z, ,\"['i2']\", , , ,1.0,5.0",
    "4.0,pick item,2019-05-20 10:00:00.000Z, ,\"['i1']\", , , ,1.0,19.96",
    "5.0,reorder item,2019-05-20 11:00:00.000Z, ,\"['i2']\", , , ,1.0,5.0",
    "6.0,pick item,2019-05-20 12:00:00.000Z, ,\"['i2']\", , , ,1.0,5.0",
    "7.0,payment reminder,2019-05-21 07:00:00.000Z, , ,\"['o1']\", , ,3.5,24.96",
    "8.0,pay order,2019-05-21 08:00:00.000Z, , ,\"['o1']\", , ,3.5,24.96",
    "9.0,create package,2019-05-21 09:00:00.000Z, ,\"['i1','i2']\", ,\"['p1']\", ,3.5,24.96",
    "10.0,send package,2019-05-21 10:00:00.000Z, , , ,\"['p1']\", ,3.5,24.96",
    "11.0,failed delivery,2019-05-21 11:00:00.000Z, , , ,\"['p1']\", ,3.5,24.96",
    "12.0,package delivered,2019-05-21 12:00:00.000Z, , , ,\"['p1']\", ,3.5,24.96",
];

struct Imported {
    summary: serde_json::Value,
    reports: String,
}

fn import(folder: &Path, rows: &[&str]) -> Imported {
    let file = folder.join("log.csv");
    fs::write(&file, format!("{HEADER}{}\n", rows.join("\n"))).unwrap();
    let output = program("cim-order")
        .arg("import")
        .arg(&file)
        .args(["--json", "--store"])
        .arg(folder.join("shop.cim"))
        .output()
        .unwrap();
    let reports = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{reports}");
    let summary = serde_json::from_slice(&output.stdout).unwrap();
    Imported { summary, reports }
}

#[test]
fn each_step_of_an_object_is_one_event() {
    let folder = tempfile::tempdir().unwrap();
    let Imported { summary, reports } = import(folder.path(), LIFE);
    assert_eq!(reports, "");
    assert_eq!(
        summary,
        serde_json::json!({
            "rows": 12, "commands": 16, "stored": 16, "repeated": 0, "refused": 0, "skipped": 0,
            "events": {
                "OrderPlaced": 1, "OrderConfirmed": 1, "PaymentReminded": 1, "OrderPaid": 1,
                "ItemRequested": 2, "ItemOutOfStock": 1, "ItemReordered": 1, "ItemPicked": 2,
                "ItemPacked": 2, "PackageCreated": 1, "PackageSent": 1, "DeliveryFailed": 1,
                "PackageDelivered": 1,
            },
        })
    );
}

#[test]
fn a_second_run_stores_nothing_new() {
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), LIFE);
    let Imported { summary, reports } = import(folder.path(), LIFE);
    assert_eq!(reports, "");
    assert_eq!(summary["stored"], 0);
    assert_eq!(summary["repeated"], 16);
    assert_eq!(summary["refused"], 0);
}

#[test]
fn an_import_that_was_cut_short_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), &LIFE[..7]);
    let Imported { summary, .. } = import(folder.path(), LIFE);
    assert_eq!((&summary["repeated"], &summary["stored"]), (&8.into(), &8.into()), "{summary}");
}

#[test]
fn what_is_wrong_with_a_row_is_reported_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = LIFE.to_vec();
    // Out of order: the payment before the confirmation. The file's first line is the header.
    rows.insert(1, "20.0,pay order,2019-05-20 07:30:00.000Z, , ,\"['o1']\", , ,3.5,24.96");
    rows.insert(2, "21.0,eat order,2019-05-20 07:31:00.000Z, , ,\"['o1']\", , ,3.5,24.96");
    rows.insert(3, "22.0,pick item,yesterday, ,\"['i1']\", , , ,1.0,5.0");
    rows.insert(4, "23.0,pick item,2019-05-20 07:32:00.000Z, ,\"['i1',]\", , , ,1.0,5.0");
    rows.insert(5, "24.0,pick item");
    rows.insert(6, "25.0,pick item,2019-05-20 07:33:00.000Z, ,\"['i9']\", , , ,1.0,5.0");
    rows.insert(7, "26.0,pay order,2019-05-20 07:34:00.000Z, , ,\"['o1']\", , ,3.5,5.001");
    let Imported { summary, reports } = import(folder.path(), &rows);
    assert_eq!(summary["stored"], 16, "{reports}");
    assert_eq!(summary["refused"], 2, "{reports}");
    assert_eq!(summary["skipped"], 5, "{reports}");
    assert_eq!(summary["rows"], 19, "{reports}");
    let expected = [
        "line 3: shop.order/o1: `PayOrder` is not taken in state `Placed`, which takes ConfirmOrder, CancelOrder",
        "line 4: the activity `eat order` is unknown",
        "line 5: `yesterday` is not a time",
        "line 6: `['i1',]` is not a list of items",
        "line 7: the row has 2 cells, the header 10",
        "line 8: shop.item/i9: `PickItem` is not taken in state `Unknown`, which takes RequestItem",
        "line 9: `5.001` is not a price in cents",
    ];
    assert_eq!(reports.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_file_that_is_no_log_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.csv");
    fs::write(&file, "a,b\n1,2\n").unwrap();
    let output = program("cim-order")
        .arg("import")
        .arg(&file)
        .args(["--store", "memory:"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("other.csv: the log has no column `ocel:eid`"), "{said}");
}
