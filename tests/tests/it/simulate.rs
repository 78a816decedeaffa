//! The simulation, as a newcomer runs it.

use cim_tests::programs::program;

fn simulate(store: &str, seed: &str) -> serde_json::Value {
    let output = program("cim-order")
        .args(["simulate", "--orders", "60", "--json", "--seed", seed, "--store", store])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What does not depend on how fast the machine is, or on which desk was faster.
fn lives(summary: &serde_json::Value) -> [&serde_json::Value; 4] {
    ["commands", "stored", "refused", "ended"].map(|key| &summary[key])
}

#[test]
fn a_seed_brings_the_same_lives() {
    let (first, second) = (simulate("memory:", "3"), simulate("memory:", "3"));
    assert_eq!(lives(&first), lives(&second));
    assert_ne!(lives(&first), lives(&simulate("memory:", "4")));
    assert!(first["refused"].as_u64().unwrap() > 0, "{first}");
}

#[test]
fn a_second_run_stores_nothing_new() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("shop.cim");
    let first = simulate(store.to_str().unwrap(), "3");
    let second = simulate(store.to_str().unwrap(), "3");
    assert_eq!(second["stored"], 0);
    assert_eq!(second["repeated"], first["stored"]);
    assert_eq!(second["ended"], first["ended"]);
}
