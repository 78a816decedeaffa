#!/usr/bin/env python3
"""Which lines of the domains and of the macros' compiler are run by tests.

    tests/coverage.py [--below PERCENT]     builds, runs the tests, and prints a table
    tests/coverage.py --again               the table once more, without running anything
    tests/coverage.py --missing FILE        the lines of a file that no test runs

It needs the tools of the compiler that builds: `rustup component add llvm-tools`. Everything lies in
`target/coverage`, which is a target folder of its own: remove it when
much has changed, as programs of before would count, too.

Programs that tests start count, and so does what the macros do within the compiler, also where their
fixtures do not compile. A program that a test kills counts nothing. Lines with an attribute are not
counted: what a macro writes for one stands there, of which the compiler counts the way out on an error.
"""

import argparse
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "target" / "coverage"
PROFILES = FOLDER / "profiles"
MERGED = FOLDER / "merged.profdata"

# What is measured, and the packages whose tests run it.
MEASURED = ["cim-macros/core", "domains/order", "domains/person", "domains/program"]
TESTED = ["cim-macros-core", "cim-order", "cim-person", "cim-program", "cim-tests", "cim-ui-tests"]


def tool(name):
    """A tool of the toolchain that is used here."""
    lib = run(["rustc", "--print", "target-libdir"], capture_output=True, text=True).stdout.strip()
    path = pathlib.Path(lib).parent / "bin" / name
    if not path.exists():
        sys.exit(f"error: {name} is missing: run `rustup component add llvm-tools`")
    return str(path)


def run(command, **options):
    return subprocess.run(command, cwd=ROOT, check=True, **options)


def test():
    """Builds and runs the tests, and merges what they and their programs leave; false if one fails."""
    profdata = tool("llvm-profdata")
    PROFILES.mkdir(parents=True, exist_ok=True)
    for old in PROFILES.glob("*.profraw"):
        old.unlink()
    environment = os.environ | {
        "CARGO_TARGET_DIR": str(FOLDER),
        "CARGO_INCREMENTAL": "0",
        # The second is for trybuild: the macros that its fixtures use are to be measured, too.
        "RUSTFLAGS": "-C instrument-coverage --cfg trybuild_no_target",
        # One file for each program and each of eight at a time, to which all of its runs add.
        "LLVM_PROFILE_FILE": str(PROFILES / "%8m.profraw"),
    }
    packages = [word for package in TESTED for word in ("--package", package)]
    tests = ["cargo", "test", "--no-fail-fast", "--lib", "--bins", "--tests", *packages]
    passed = subprocess.run(tests, cwd=ROOT, env=environment).returncode == 0
    raw = sorted(map(str, PROFILES.glob("*.profraw")))
    run([profdata, "merge", "--sparse", "--failure-mode=warn", "-o", str(MERGED), *raw])
    return passed


def objects():
    """The programs that were run, and the macros' own library, as options."""
    built = [path for folder in ("debug", "debug/deps") for path in (FOLDER / folder).iterdir()]
    found = [path for path in built if path.suffix == "" and path.is_file() and os.access(path, os.X_OK)]
    found += FOLDER.glob("debug/deps/libcim_macros-*.so")
    found += FOLDER.glob("tests/trybuild/**/deps/libcim_macros-*.so")
    return [word for path in sorted(found) for word in ("--object", str(path))]


def lines():
    """Of each file that is measured: how often each of its lines was run."""
    command = [tool("llvm-cov"), "export", "--format=lcov", f"--instr-profile={MERGED}", *objects()]
    found = {}
    for record in run(command, capture_output=True, text=True).stdout.split("end_of_record"):
        fields = [line.partition(":")[::2] for line in record.splitlines()]
        path = pathlib.Path(next((rest for word, rest in fields if word == "SF"), "/"))
        if any(path.is_relative_to(ROOT / folder / "src") for folder in MEASURED):
            text = path.read_text().splitlines()
            counts = [map(int, rest.split(",")[:2]) for word, rest in fields if word == "DA"]
            is_code = lambda number: not text[number - 1].strip().startswith("#[")
            file = {number: times for number, times in counts if is_code(number)}
            found[str(path.relative_to(ROOT))] = file
    return found


def show(below):
    """The table; false if less than so much is run of what is measured."""
    files, enough = lines(), True
    for folder in MEASURED:
        inside = {path: of for path, of in files.items() if path.startswith(f"{folder}/src/")}
        percent = print_line("", [times for of in inside.values() for times in of.values()], folder)
        enough = enough and percent >= below
        for path, of in sorted(inside.items(), key=lambda item: part(item[1].values())):
            if part(of.values()) < 90:
                print_line("    ", of.values(), path)
    return enough


def part(times):
    """How many of a hundred lines were run."""
    return 100 * sum(1 for one in times if one) / max(len(times), 1)


def print_line(indent, times, name):
    run_once = sum(1 for one in times if one)
    print(f"{indent}{part(times):6.2f} %  {run_once:6} of {len(times):6} lines  {name}")
    return part(times)


def missing(file):
    """Prints the lines that no test runs, with their numbers."""
    text = (ROOT / file).read_text().splitlines()
    for number, times in sorted(lines()[file].items()):
        if not times:
            print(f"{number:5} {text[number - 1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--again", action="store_true", help="what was measured last")
    parser.add_argument("--below", type=float, default=0, help="fail if any is below this percentage")
    parser.add_argument("--missing", metavar="FILE", help="the lines of a file that no test runs")
    arguments = parser.parse_args()
    if arguments.missing:
        missing(arguments.missing)
        return
    passed = arguments.again or test()
    enough = show(arguments.below)
    if not passed:
        sys.exit("error: tests fail, see above: what they would have run is missing in the table")
    if not enough:
        sys.exit(f"error: less than {arguments.below} % of the lines are run")


if __name__ == "__main__":
    main()
