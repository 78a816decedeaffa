//! Settings of policies: where they come from, and what is said of those that cannot be.

use std::sync::Arc;

use cim_runtime::config::Config;
use cim_runtime::prelude::*;
use cim_runtime::rows::Tables as _;
use cim_runtime::store::MemoryStore;
use cim_runtime::testing::Simulation;
use cim_runtime::{ManualEnvironment, Options};

use crate::policies::{Finish, Job, JobId, JobState, Note, Start, Started};

#[derive(Settings)]
pub struct PatienceSettings {
    /// How long a job may take.
    #[setting(default = 14, min = 1, max = 365)]
    pub days: u16,
    /// How often it is noted before it is finished.
    #[setting(default = 1)]
    pub notes: u32,
    /// What is noted.
    #[setting(default = "late")]
    pub text: String,
    /// Whether it is finished at all.
    #[setting(default = true)]
    pub finish: bool,
    /// By how much longer each note waits.
    #[setting(default = 1.0, min = 0.5)]
    pub factor: f64,
    /// Who notes it, if anybody does.
    pub by: Option<String>,
    /// The year after which nothing is noted.
    #[setting(min = 2000)]
    pub until: Option<i16>,
}

/// What is started is noted and finished after a while.
#[derive(Tables)]
pub struct Patience {
    settings: Settings<PatienceSettings>,
    seen: Table<JobId, u32>,
}

#[policy]
impl Patience {
    #[on]
    fn started(&mut self, event: &Recorded<Started>) -> (Vec<To<Note>>, Option<To<Finish>>) {
        self.seen.insert(&event.id(), 1);
        let delay = SignedDuration::from_hours(24 * i64::from(self.settings.days));
        let note = |_| Note { text: self.settings.text.clone() }.to(event.id()).after(delay);
        let finish = self.settings.finish.then(|| Finish.to(event.id()).after(delay));
        ((0..self.settings.notes).map(note).collect(), finish)
    }
}

#[policy]
pub fn without_any(_: &Recorded<Started>) -> Vec<To<Note>> {
    Vec::new()
}

#[system(aggregates(Job), policies(without_any, Patience))]
pub struct Jobs;

/// A policy whose variable is that of another one's key.
mod alike {
    use super::*;

    #[derive(Settings)]
    pub struct RateSettings {
        #[setting(default = 1)]
        pub rate_limit: u32,
    }

    #[derive(Tables)]
    pub struct Mail {
        settings: Settings<RateSettings>,
    }

    #[policy]
    impl Mail {
        #[on]
        fn started(&self, event: &Recorded<Started>) -> Option<To<Finish>> {
            (self.settings.rate_limit > 1).then(|| Finish.to(event.id()))
        }
    }

    #[derive(Settings)]
    pub struct LimitSettings {
        #[setting(default = 1)]
        pub limit: u32,
    }

    #[derive(Tables)]
    pub struct MailRate {
        settings: Settings<LimitSettings>,
    }

    #[policy]
    impl MailRate {
        #[on]
        fn started(&self, event: &Recorded<Started>) -> Option<To<Finish>> {
            (self.settings.limit > 1).then(|| Finish.to(event.id()))
        }
    }

    #[system(aggregates(Job), policies(Mail, MailRate))]
    pub struct Jobs;
}

const MEMORY: &str = "[event_store]\nurl = \"memory:\"\n";

fn config(text: &str, variables: &[(&str, &str)]) -> Config {
    let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    Config::parse_with(&format!("{MEMORY}{text}"), variables).unwrap()
}

/// What is wrong with a configuration, if it is found when the system is opened or started.
async fn refused(text: &str, variables: &[(&str, &str)]) -> String {
    match Jobs::configured(&config(text, variables)).await {
        Ok(jobs) => jobs.start().await.unwrap_err().to_string(),
        Err(error) => error.to_string(),
    }
}

/// What is noted of a job that was started, with its state.
async fn noted(jobs: &Handle<Jobs>) -> (Vec<String>, JobState) {
    let workers = jobs.start().await.unwrap();
    let long_ago = jobs.at("2020-01-01T00:00:00Z".parse().unwrap());
    long_ago.send(&JobId::from(1), Start { task: "any".to_owned() }).await.unwrap();
    workers.settled().await.unwrap();
    let job = jobs.load::<Job>(&JobId::from(1)).await.unwrap();
    (job.notes.clone(), job.state())
}

#[tokio::test]
async fn what_is_not_set_has_its_default() {
    for jobs in [
        Jobs::open("memory:").await.unwrap(),
        Jobs::configured(&config("", &[])).await.unwrap(),
        Jobs::configured(&config("[policy.patience]", &[])).await.unwrap(),
    ] {
        assert_eq!(noted(&jobs).await, (vec!["late".to_owned()], JobState::Done));
    }
    let PatienceSettings { days, notes, text, finish, factor, by, until } = Default::default();
    assert_eq!((days, notes, &*text, finish, factor), (14, 1, "late", true, 1.0));
    assert_eq!((by, until), (None, None));
}

#[tokio::test]
async fn the_file_says_what_a_policy_is_told() {
    let text =
        "[policy.patience]\nnotes = 2\ntext = \"slow\"\nfinish = false\nfactor = 2\nuntil = 2030";
    let jobs = Jobs::configured(&config(text, &[])).await.unwrap();
    let slow = "slow".to_owned();
    assert_eq!(noted(&jobs).await, (vec![slow.clone(), slow], JobState::Running));
}

#[tokio::test]
async fn variables_go_before_the_file_and_values_before_both() {
    let text = "[policy.patience]\nnotes = 2\ntext = \"slow\"";
    let variables = [
        ("CIM_POLICY_PATIENCE_TEXT", "123"),
        ("CIM_POLICY_PATIENCE_FINISH", "false"),
        ("CIM_POLICY_PATIENCE_FACTOR", "0.75"),
    ];
    let jobs = Jobs::configured(&config(text, &variables)).await.unwrap();
    let both = vec!["123".to_owned(), "123".to_owned()];
    assert_eq!(noted(&jobs).await, (both, JobState::Running));
    let jobs = Jobs::configured(&config(text, &variables)).await.unwrap();
    let jobs = jobs.with_settings(PatienceSettings { notes: 0, ..Default::default() });
    assert_eq!(noted(&jobs).await, (Vec::new(), JobState::Done));
}

#[tokio::test]
async fn a_simulation_is_told_by_value() {
    let settings = PatienceSettings { days: 3, ..Default::default() };
    let jobs = Simulation::<Jobs>::start_with(Options::default().settings(settings)).await.unwrap();
    jobs.send(&JobId::from(1), Start { task: "any".to_owned() }).await.unwrap();
    jobs.advance(2.days()).await.unwrap();
    let state = async || jobs.load::<Job>(&JobId::from(1)).await.unwrap().state();
    assert_eq!(state().await, JobState::Running);
    jobs.advance(1.day()).await.unwrap();
    assert_eq!(state().await, JobState::Done);
}

#[tokio::test]
async fn what_means_nothing_is_refused_with_what_was_meant() {
    for (text, sentence) in [
        (
            "[policy.patiense]\ndays = 1",
            "there is no policy `patiense` that has settings: did you mean [policy.patience]?",
        ),
        (
            "[policy.without_any]\ndays = 1",
            "the policy `without_any` has no settings: remove [policy.without_any]",
        ),
        ("[policy.patience]\nday = 1", "[policy.patience] has no key `day`: did you mean `days`?"),
    ] {
        assert_eq!(refused(text, &[]).await, sentence);
    }
    assert_eq!(
        refused("", &[("CIM_POLICY_PATIENCE_DAY", "1")]).await,
        "the variable CIM_POLICY_PATIENCE_DAY means nothing: did you mean CIM_POLICY_PATIENCE_DAYS?"
    );
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_what_is_allowed() {
    for (key, sentence) in [
        ("days = 0", "[policy.patience] days must be a whole number from 1 to 365"),
        ("days = 366", "[policy.patience] days must be a whole number from 1 to 365"),
        ("days = \"soon\"", "[policy.patience] days must be a whole number from 1 to 365"),
        ("notes = -1", "[policy.patience] notes must be a whole number from 0 to 4294967295"),
        ("text = 7", "[policy.patience] text must be a text"),
        ("finish = \"yes\"", "[policy.patience] finish must be true or false"),
        ("factor = 0.25", "[policy.patience] factor must be a number, 0.5 at least"),
        ("factor = nan", "[policy.patience] factor must be a number, 0.5 at least"),
        ("until = 1999", "[policy.patience] until must be a whole number from 2000 to 32767"),
    ] {
        assert_eq!(refused(&format!("[policy.patience]\n{key}"), &[]).await, sentence, "{key}");
    }
    assert_eq!(
        refused("", &[("CIM_POLICY_PATIENCE_DAYS", "1.5")]).await,
        "the variable CIM_POLICY_PATIENCE_DAYS must be a whole number from 1 to 365"
    );
    let jobs = Jobs::open("memory:").await.unwrap();
    let jobs = jobs.with_settings(PatienceSettings { days: 0, ..Default::default() });
    assert_eq!(
        jobs.start().await.unwrap_err().to_string(),
        "`days` of the settings of `patience` must be a whole number from 1 to 365"
    );
}

#[tokio::test]
async fn the_file_is_named_where_it_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.toml");
    for (key, sentence) in [("days = 0", "days must be"), ("day = 1", "has no key `day`")] {
        std::fs::write(&path, format!("{MEMORY}[policy.patience]\n{key}")).unwrap();
        let config = Config::load(&path).unwrap();
        let error = match Jobs::configured(&config).await {
            Ok(jobs) => jobs.start().await.unwrap_err().to_string(),
            Err(error) => error.to_string(),
        };
        let place = format!("{}: [policy.patience] {sentence}", path.display());
        assert!(error.starts_with(&place), "{error}");
    }
}

#[tokio::test]
async fn a_variable_that_could_mean_two_things_is_refused() {
    let config = config("", &[("CIM_POLICY_MAIL_RATE_LIMIT", "2")]);
    let error = alike::Jobs::configured(&config).await.err().unwrap().to_string();
    assert_eq!(
        error,
        "the variable CIM_POLICY_MAIL_RATE_LIMIT could mean `rate_limit` of [policy.mail] and \
         `limit` of [policy.mail_rate]: write it in the file"
    );
}

#[test]
fn a_policy_is_a_table_of_its_own() {
    for text in ["policy = 1", "[policy]\npatience = 1"] {
        let error = Config::parse(text).unwrap_err().to_string();
        let sentence = "[policy] holds a table for each policy: write `[policy.<name>]`";
        assert_eq!(error, sentence, "{text}");
    }
    let error = Config::parse("[policy.patience]\ndays = [1]").unwrap_err().to_string();
    assert_eq!(error, "[policy.patience] days must be a number, a text, or true or false");
    let error = Config::parse("[polcy.patience]\ndays = 1").unwrap_err().to_string();
    assert_eq!(error, "there is no table [polcy]: did you mean [policy.<name>]?");
}

#[test]
fn no_text_is_shown() {
    let config = config("[policy.patience]\ntext = \"s3cret\"", &[]);
    assert!(!format!("{config:?}").contains("s3cret"), "{config:?}");
}

#[test]
fn settings_are_no_rows() {
    let tables = Patience::TABLES;
    assert_eq!(tables.iter().filter(|table| table.settings.is_some()).count(), 1);
}

/// What was sent before the program was cut short under other settings counts, and is neither sent
/// again nor taken for another command.
#[tokio::test]
async fn other_settings_double_nothing() {
    let (store, clock) = (Arc::new(MemoryStore::new()), ManualEnvironment::default());
    let start = async |notes, finish| {
        let settings = PatienceSettings { notes, finish, ..Default::default() };
        let options = Options::default().settings(settings);
        Simulation::<Jobs>::start_on_with(store.clone(), clock.clone(), options).await.unwrap()
    };
    let jobs = start(2, false).await;
    let long_ago = jobs.at("2020-01-01T00:00:00Z".parse().unwrap());
    long_ago.send(&JobId::from(1), Start { task: "any".to_owned() }).await.unwrap();
    jobs.settled().await.unwrap();
    drop(jobs);
    // As if what was sent had not been written down.
    cim_runtime::store::Store::rows(&*store).await.unwrap().clear("policy.patience").unwrap();
    let jobs = start(1, true).await;
    jobs.settled().await.unwrap();
    let job = jobs.load::<Job>(&JobId::from(1)).await.unwrap();
    // The note is the first one of the two; to finish is the first command now, as it was the third.
    assert_eq!((job.notes.len(), job.state()), (2, JobState::Done));
}
