//! Two processes on one store: the second is told so.

use cim_runtime::store::EmbeddedStore;
use cim_tests::programs::program;

#[test]
fn the_second_process_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.cim");
    let first = EmbeddedStore::open(&path).unwrap();
    let second = program("cim-order")
        .args(["simulate", "--orders", "1", "--store"])
        .arg(&path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(!second.status.success());
    assert!(said.contains("shop.cim") && said.contains("process"), "{said}");
    drop(first);
    let third = program("cim-order")
        .args(["simulate", "--orders", "1", "--store"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(third.success(), "the store can be opened once the first process has closed it");
}
