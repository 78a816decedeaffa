//! `cim repair`: makes a damaged store usable again, and says what it cost.

use crate::failure::Failure;
use crate::open::{self, StoreUrl};
use crate::output::Output;

/// Mend a damaged store as far as it can be
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Damaged files are put aside, never deleted. Keep a copy of the store before, and run `cim verify`
after.

Examples:
  cim repair --store shop.cim
  cim repair --store shop.cim --json")]
pub(crate) struct Repair {
    #[command(flatten)]
    store: StoreUrl,
}

impl Repair {
    pub(crate) fn run(self, _out: &mut Output) -> Result<(), Failure> {
        let url = self.store.as_str();
        open::must_exist(url)?;
        let Some(_directory) = self.store.directory()? else {
            return Err(Failure::trouble(format!(
                "{url} is no directory: there is nothing to repair"
            )));
        };
        Err(Failure::trouble("repair is not there yet"))
    }
}
