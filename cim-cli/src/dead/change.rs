//! `cim dead retry` and `cim dead drop`: one letter, some, or all.

use serde::Serialize;

use super::letters::{Letters, Place};
use super::number::Number;
use crate::failure::Failure;
use crate::output::{Output, count};

pub(super) const RETRY: &str = "\
The program that has the policy sends them: within seconds where it runs beside a server, else when it
is started. What fails again is on the list again.

Examples:
  cim dead retry --store shop.cim --policy packing 4711.0 4712.1
  cim dead retry --store nats://localhost/SHOP --all

Exit code 1 says that there is no such letter; then nothing is changed.";

pub(super) const DROP: &str = "\
Examples:
  cim dead drop --store shop.cim --policy packing 4711.0
  cim dead drop --store nats://localhost/SHOP --policy packing --all

Exit code 1 says that there is no such letter; then nothing is changed.";

#[derive(Debug, clap::Args)]
pub(super) struct Change {
    #[command(flatten)]
    place: Place,

    /// Which letters: their numbers, as `cim dead list` shows them
    #[arg(value_name = "NUMBER", required_unless_present = "all", conflicts_with = "all")]
    numbers: Vec<Number>,

    /// All of them
    #[arg(long)]
    all: bool,
}

/// What was done, for machines.
#[derive(Serialize)]
struct Done<'a> {
    policy: &'a str,
    number: String,
}

impl Change {
    pub(super) async fn retry(self, out: &mut Output) -> Result<(), Failure> {
        let changed = self.run(true, out).await?;
        let letters = count(changed, "dead letter");
        match self.place.store.directory()? {
            _ if out.is_json() => Ok(()),
            Some(_) => out.line(format_args!("{letters} to be sent again when the program starts")),
            None => out.line(format_args!("{letters} to be sent again by the program that runs")),
        }
    }

    pub(super) async fn drop(self, out: &mut Output) -> Result<(), Failure> {
        let changed = self.run(false, out).await?;
        match out.is_json() {
            true => Ok(()),
            false => out.line(format_args!("{} dropped", count(changed, "dead letter"))),
        }
    }

    async fn run(&self, retry: bool, out: &mut Output) -> Result<u64, Failure> {
        let letters = self.place.open().await?;
        let mut changed = 0;
        for (policy, numbers) in self.chosen(&letters).await? {
            for number in letters.change(&policy, &numbers, retry).await? {
                changed += 1;
                if out.is_json() {
                    out.object(&Done { policy: &policy, number: number.to_string() })?;
                }
            }
        }
        Ok(changed)
    }

    /// The letters that are meant, all of which are there.
    async fn chosen(&self, letters: &Letters) -> Result<Vec<(String, Vec<Number>)>, Failure> {
        let mut all = Vec::new();
        for policy in self.place.policies(letters).await? {
            let of_policy = letters.of(&policy).await?.into_iter();
            let numbers: Vec<_> = of_policy.map(|filed| Number(filed.number)).collect();
            all.push((policy, numbers));
        }
        for number in &self.numbers {
            let having = all.iter().filter(|(_, numbers)| numbers.contains(number));
            let having: Vec<_> = having.map(|(policy, _)| policy.as_str()).collect();
            match &having[..] {
                [_] => {}
                [] => return Err(self.no_letter(*number)),
                several => {
                    return Err(Failure::trouble(format!(
                        "several policies have a dead letter {number}: say which one is meant, with \
                         `--policy {}`",
                        several.join("` or `--policy ")
                    )));
                }
            }
        }
        if !self.all {
            all.iter_mut().for_each(|(_, have)| have.retain(|one| self.numbers.contains(one)));
        }
        all.retain(|(_, numbers)| !numbers.is_empty());
        Ok(all)
    }

    fn no_letter(&self, number: Number) -> Failure {
        let url = self.place.store.as_str();
        let of = self.place.policy.as_ref().map_or(String::new(), |name| format!(" of `{name}`"));
        Failure::no(format!(
            "{url} has no dead letter {number}{of}, and nothing was changed: `cim dead list --store \
             {url}` shows those that there are"
        ))
    }
}
