#!/usr/bin/env python3
"""What the macros cost to compile: 20 aggregates of 6 commands and 6 events, against the same
written by hand with serde. Both are checked in turn, in one run; the ratios are those of each pair.

usage: ui-tests/benches/compile.py [--pairs N] [--aggregates N] [--build]
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "target" / "compile-bench"

STEPS = [
    # command, event, fields, from, to
    ("Open", "Opened", "pub owner: String, pub limit_cents: u64", "Draft", "Open"),
    ("Deposit", "Deposited", "pub cents: u64, pub note: Option<String>", "Open", "Open"),
    ("Withdraw", "Withdrawn", "pub cents: u64, pub tags: Vec<String>", "Open", "Open"),
    ("Freeze", "Frozen", "pub reason: String", "Open", "Held"),
    ("Thaw", "Thawed", "", "Held", "Open"),
    ("Close", "Closed", "pub reason: String, pub by: String", "Open", "Ended"),
]


def names(fields):
    return [field.split(":")[0].removeprefix("pub ").strip() for field in fields.split(", ") if field]


def literal(name, fields, value):
    inner = ", ".join(f"{field}: {value}.{field}" for field in names(fields))
    return f"{name} {{ {inner} }}" if fields else name


def struct(attribute, name, fields):
    return f"{attribute}\npub struct {name} {{ {fields} }}\n" if fields else f"{attribute}\npub struct {name};\n"


def with_macros(n):
    a = f"Account{n}"
    out = [f"pub mod account{n} {{\nuse cim_runtime::prelude::*;\n"]
    out.append(f"#[derive(DomainId)]\npub struct {a}Id(String);\n#[value]\npub enum Refused {{ TooMuch {{ limit: u64 }} }}\n")
    out.append(f'#[aggregate(domain = "bank", id = {a}Id)]\n#[derive(Default)]\npub struct {a} {{ cents: u64, limit: u64 }}\n')
    for command, event, fields, _, _ in STEPS:
        out.append(struct(f"#[command({a})]", command, fields))
        unread = "" if event in ("Opened", "Deposited", "Withdrawn") else ", unread"
        out.append(struct(f"#[event({a}{unread})]", event, fields))
    out.append(f"#[state_machine(initial Draft, Open, Held, terminal Ended)]\nimpl {a} {{\n")
    for command, event, fields, start, end in STEPS:
        arrow = start if start == end else f"{start} -> {end}"
        body = literal(event, fields, "cmd")
        argument = "cmd" if fields else "_"
        if command == "Withdraw":
            out.append(f"#[transition({arrow})]\nfn withdraw(&self, cmd: Withdraw) -> Result<Withdrawn, Refused> {{ if cmd.cents > self.cents + self.limit {{ return Err(Refused::TooMuch {{ limit: self.limit }}); }} Ok({body}) }}\n")
        else:
            out.append(f"#[transition({arrow})]\nfn {command.lower()}(&self, {argument}: {command}) -> {event} {{ {body} }}\n")
    out.append("#[apply]\nfn on_opened(&mut self, event: &Opened) { self.limit = event.limit_cents; }\n")
    out.append("#[apply]\nfn on_deposited(&mut self, event: &Deposited) { self.cents += event.cents; }\n")
    out.append("#[apply]\nfn on_withdrawn(&mut self, event: &Withdrawn) { self.cents = self.cents.saturating_sub(event.cents); }\n}\n}\n")
    return "".join(out)


def by_hand(n):
    a = f"Account{n}"
    serde = "#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]"
    out = [f"pub mod account{n} {{\n{serde}\npub struct {a}Id(String);\n{serde}\npub enum Refused {{ NotNow, TooMuch {{ limit: u64 }} }}\n"]
    out.append("#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]\npub enum State { #[default] Draft, Open, Held, Ended }\n")
    out.append(f"#[derive(Default, serde::Serialize, serde::Deserialize)]\npub struct {a} {{ state: State, cents: u64, limit: u64 }}\n")
    for command, event, fields, _, _ in STEPS:
        out.append(struct(serde, command, fields))
        out.append(struct(serde, event, fields))
    out.append(f"{serde}\npub enum Command {{ " + ", ".join(f"{c}({c})" for c, *_ in STEPS) + " }\n")
    out.append(f"{serde}\npub enum Event {{ " + ", ".join(f"{e}({e})" for _, e, *_ in STEPS) + " }\n")
    out.append(f"impl {a} {{\npub fn decide(&self, command: Command) -> Result<Event, Refused> {{ match (self.state, command) {{\n")
    for command, event, fields, start, _ in STEPS:
        argument = "cmd" if fields else "_"
        guard = " if cmd.cents > self.cents + self.limit => Err(Refused::TooMuch { limit: self.limit }),\n"
        if command == "Withdraw":
            out.append(f"(State::{start}, Command::{command}(cmd)){guard}")
        out.append(f"(State::{start}, Command::{command}({argument})) => Ok(Event::{event}({literal(event, fields, 'cmd')})),\n")
    out.append("_ => Err(Refused::NotNow) } }\npub fn evolve(&mut self, event: &Event) { match event {\n")
    effects = {"Opened": "self.limit = event.limit_cents;", "Deposited": "self.cents += event.cents;", "Withdrawn": "self.cents = self.cents.saturating_sub(event.cents);"}
    for _, event, _, _, end in STEPS:
        effect = effects.get(event, "")
        out.append(f"Event::{event}({'event' if effect else '_'}) => {{ {effect} self.state = State::{end}; }}\n")
    out.append("} }\npub fn encode(event: &Event) -> Vec<u8> { serde_json::to_vec(event).unwrap_or_default() }\n")
    out.append("pub fn decode(bytes: &[u8]) -> Option<Event> { serde_json::from_slice(bytes).ok() }\n}\n}\n")
    return "".join(out)


def crate(name, dependencies, source):
    folder = TARGET / name
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text(f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n{dependencies}\n\n[workspace]\n')
    (folder / "src" / "lib.rs").write_text(source)
    lock = ROOT / "Cargo.lock"
    (folder / "Cargo.lock").write_bytes(lock.read_bytes())
    return folder


def compile_time(folder, verb):
    source = folder / "src" / "lib.rs"
    os.utime(source)
    start = time.monotonic()
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET / "target"), "CARGO_INCREMENTAL": "0"}
    subprocess.run(["cargo", verb, "--quiet"], cwd=folder, env=environment, check=True)
    return time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--aggregates", type=int, default=20)
    parser.add_argument("--build", action="store_true", help="build, and not only check")
    arguments = parser.parse_args()
    verb = "build" if arguments.build else "check"
    numbers = range(arguments.aggregates)
    cim = crate("with-macros", f'cim-runtime = {{ path = "{ROOT / "cim-runtime"}" }}', "".join(map(with_macros, numbers)))
    hand = crate("by-hand", 'serde = { version = "1", features = ["derive"] }\nserde_json = "1"', "".join(map(by_hand, numbers)))
    for folder in (cim, hand):
        compile_time(folder, verb)
    ratios = []
    for _ in range(arguments.pairs):
        ours, theirs = compile_time(cim, verb), compile_time(hand, verb)
        ratios.append(ours / theirs)
        print(f"cargo {verb}: cim {ours:.2f} s, by hand with serde {theirs:.2f} s, ratio {ours / theirs:.2f}", flush=True)
    print(f"median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
