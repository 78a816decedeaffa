//! What the program says of itself, and to mistakes on its command line.

use crate::world::World;

const COMMANDS: [&str; 13] = [
    "verify",
    "events",
    "show",
    "stats",
    "export",
    "import",
    "copy",
    "repair",
    "dead list",
    "dead retry",
    "dead drop",
    "lock",
    "nats permissions",
];

#[test]
fn every_command_has_examples() {
    let world = World::empty();
    for command in COMMANDS {
        let help = world.cim(&format!("{command} --help")).well();
        let example = format!("  cim {command} ");
        assert!(help.contains("Examples:") && help.contains(&example), "{help}");
        let has_store = !["lock", "copy"].contains(&command);
        assert_eq!(help.contains("--store <URL>"), has_store, "{help}");
    }
}

#[test]
fn a_mistake_on_the_command_line_is_exit_code_2() {
    let world = World::empty();
    for arguments in [
        "",
        "verify",
        "stats --store redis://127.0.0.1",
        "nothing",
        "events --store x --since yesterday",
        "show x --store y",
    ] {
        assert_eq!(world.cim(arguments).code, 2, "{arguments}");
    }
}

#[test]
fn a_store_that_does_not_exist_is_not_created() {
    let world = World::empty();
    let cid = cim_runtime::EventCid::of(b"");
    for arguments in [
        "verify",
        "events",
        "stats",
        "repair",
        "dead list",
        "dead drop --all",
        "export --out x.car",
        &format!("show {cid}"),
    ] {
        for store in ["missing", "file:missing"] {
            let complaint = world.cim(&format!("{arguments} --store {store}")).complaint(2);
            assert!(
                complaint.contains("missing does not exist; nothing was created"),
                "{complaint}"
            );
        }
    }
    std::fs::create_dir(world.path("empty")).unwrap();
    let complaint = world.cim("stats --store empty").complaint(2);
    assert!(complaint.contains("is no store"), "{complaint}");
    assert_eq!(crate::world::names(&world.path("")), ["empty"]);
    assert!(crate::world::names(&world.path("empty")).is_empty());
}

#[test]
fn a_store_that_is_open_elsewhere_is_said_to_be() {
    let (world, _) = World::shop();
    let _open = cim_runtime::store::EmbeddedStore::open(world.path("shop")).unwrap();
    let complaint = world.cim("stats --store shop").complaint(2);
    assert!(complaint.contains("shop"), "{complaint}");
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let (world, _) = World::shop();
    for arguments in ["events --store shop", "verify --store shop", "stats --store missing"] {
        let plain = world.cim(arguments);
        assert!(!(plain.out + &plain.err).contains('\x1b'), "{arguments}");

        let output = world.command(arguments).env("CLICOLOR_FORCE", "1").output().unwrap();
        let coloured = [output.stdout, output.stderr].concat();
        assert!(coloured.contains(&0x1b), "{arguments}");

        let command = &mut world.command(arguments);
        let output = command.env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
        assert!(![output.stdout, output.stderr].concat().contains(&0x1b), "{arguments}");
    }
}
