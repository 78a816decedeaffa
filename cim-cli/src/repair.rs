//! `cim repair`: makes a damaged store usable again, and says what it cost.

use cim_runtime::store::{Lost, RepairReport};
use serde::Serialize;

use crate::failure::Failure;
use crate::open::{self, StoreUrl};
use crate::output::{ERROR, FAINT, GOOD, Output, count};

/// Mend a damaged store as far as it can be
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every sound event is kept that follows its stream without a hole; what stands behind a lost event in
the same stream is lost with it. Damaged files are set aside, never deleted.

Examples:
  cim repair --store shop.cim
  cim repair --store shop.cim --json | jq .lost

Exit code 0 says that the store is sound now, also when events were lost: they are listed.")]
pub(crate) struct Repair {
    #[command(flatten)]
    store: StoreUrl,
}

impl Repair {
    pub(crate) fn run(self, out: &mut Output) -> Result<(), Failure> {
        let url = self.store.as_str();
        open::must_exist(url)?;
        let Some(directory) = self.store.directory()? else {
            return Err(Failure::trouble(format!(
                "{url} is no directory: there is nothing to repair"
            )));
        };
        let report =
            cim_runtime::store::repair(directory).map_err(|error| Failure::store(url, &error))?;
        if out.is_json() { json(&report, out) } else { text(&report, out) }
    }
}

fn json(report: &RepairReport, out: &mut Output) -> Result<(), Failure> {
    #[derive(Serialize)]
    struct Repaired {
        kept: u64,
        lost: Vec<LostRange>,
        set_aside: Vec<String>,
    }

    #[derive(Serialize)]
    struct LostRange {
        first: u64,
        last: u64,
        stream: Option<String>,
        reason: String,
    }

    let range = |lost: &Lost| LostRange {
        first: *lost.positions.start(),
        last: *lost.positions.end(),
        stream: lost.stream.as_ref().map(|stream| stream.to_string()),
        reason: lost.reason.clone(),
    };
    out.object(&Repaired {
        kept: report.kept,
        lost: report.lost.iter().map(range).collect(),
        set_aside: report.set_aside.iter().map(|path| path.display().to_string()).collect(),
    })
}

fn text(report: &RepairReport, out: &mut Output) -> Result<(), Failure> {
    let kept = count(report.kept, "event");
    if report.lost.is_empty() && report.set_aside.is_empty() {
        return out.line(format_args!("{GOOD}sound{GOOD:#}: nothing to repair, {kept}"));
    }
    for lost in &report.lost {
        let (first, last) = (lost.positions.start(), lost.positions.end());
        let positions = match last - first {
            0 => format!("position {first}"),
            _ => format!("positions {first} to {last}"),
        };
        let stream = lost.stream.as_ref().map(|stream| format!(" of {stream}")).unwrap_or_default();
        out.line(format_args!("{ERROR}lost{ERROR:#} {positions}{stream}: {}", lost.reason))?;
    }
    for path in &report.set_aside {
        out.line(format_args!("{FAINT}set aside{FAINT:#} {}", path.display()))?;
    }
    let events: u64 =
        report.lost.iter().map(|lost| lost.positions.end() - lost.positions.start() + 1).sum();
    out.line(format_args!("{GOOD}repaired{GOOD:#}: {kept} kept, {} lost", count(events, "event")))
}
