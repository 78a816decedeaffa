//! Finds the server's programs, and installs them where they are not there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where Debian puts them: each version in a folder of its own.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The programs of one version.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    pub(crate) initdb: PathBuf,
    pub(crate) postgres: PathBuf,
}

/// The programs.
///
/// # Panics
///
/// When there are none and none can be installed; the text says how to get them.
pub(crate) fn programs() -> &'static Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        if let Some(named) = std::env::var_os("CIM_POSTGRES_BIN") {
            let named = PathBuf::from(named);
            return Programs::of(&named).unwrap_or_else(|| {
                panic!(
                    "CIM_POSTGRES_BIN is {}, which has no `initdb` and `postgres`",
                    named.display()
                )
            });
        }
        found().unwrap_or_else(installed)
    })
}

impl Programs {
    /// Those of a folder.
    fn of(folder: &Path) -> Option<Self> {
        let (initdb, postgres) = (folder.join("initdb"), folder.join("postgres"));
        (initdb.exists() && postgres.exists()).then_some(Self { initdb, postgres })
    }
}

/// Those on the `PATH`, or the newest of Debian's.
fn found() -> Option<Programs> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).find_map(|folder| Programs::of(&folder));
    on_path.or_else(|| {
        let versions = fs::read_dir(DEBIAN).ok()?.filter_map(|entry| {
            let folder = entry.ok()?;
            let version: u32 = folder.file_name().to_str()?.parse().ok()?;
            Some((version, Programs::of(&folder.path().join("bin"))?))
        });
        versions.max_by_key(|(version, _)| *version).map(|(_, programs)| programs)
    })
}

fn installed() -> Programs {
    let lock = std::env::temp_dir().join("cim-postgres.lock");
    let lock = File::create(&lock)
        .and_then(|file| file.lock().map(|()| file))
        .unwrap_or_else(|error| panic!("cannot lock {}: {error}", lock.display()));
    // Another test may have done it while this one waited.
    let programs = found().or_else(|| {
        install();
        found()
    });
    drop(lock);
    programs.unwrap_or_else(|| missing("`apt-get install postgresql` has brought no programs"))
}

fn install() {
    if !rustix::process::geteuid().is_root() {
        missing("only root can install it");
    }
    // The lists of what there is may be as old as the machine; if they cannot be had, the old ones may
    // still do.
    let update = apt_get(&["update"]);
    let install = apt_get(&["install", "--yes", "--no-install-recommends", "postgresql"]);
    if let Err(problem) = install {
        missing(update.as_ref().err().unwrap_or(&problem));
    }
}

fn apt_get(arguments: &[&str]) -> Result<(), String> {
    let apt = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(std::process::Stdio::null())
        .output();
    let said = match apt {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    Err(format!("`apt-get {}` failed: {said}", arguments.join(" ")))
}

fn missing(problem: &str) -> ! {
    panic!(
        "this test needs PostgreSQL, which is not here: {problem}\nInstall it (Debian: `apt-get \
         install postgresql`) and put `initdb` and `postgres` on the PATH, or name their folder in \
         CIM_POSTGRES_BIN"
    )
}
