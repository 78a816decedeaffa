//! For whom a person works and has worked.

use std::collections::BTreeMap;

use cim_runtime::prelude::*;

use crate::text::are_lines;

/// One employment: somebody may come back to an employer.
#[derive(DomainId)]
pub struct EmploymentId(Uuid);

#[value]
#[derive(Default)]
pub struct Employments {
    pub by_id: BTreeMap<EmploymentId, Employment>,
}

#[value]
#[derive(Eq)]
pub struct Employment {
    pub employer: Employer,
    pub position: Position,
    pub start: Date,
    pub end: Option<Date>,
}

#[value]
#[derive(Eq)]
pub struct Employer {
    pub name: String,
    /// If it is known here.
    pub organization: Option<Uuid>,
}

#[value]
#[derive(Eq)]
pub struct Position {
    pub title: String,
    pub department: Option<String>,
    pub location: Option<String>,
    pub kind: EmploymentKind,
    pub remote: Remote,
}

#[value]
#[derive(Copy, Eq)]
pub enum EmploymentKind {
    FullTime,
    PartTime,
    Contract,
    Freelance,
    Internship,
    Temporary,
    Volunteer,
    Other,
}

#[value]
#[derive(Copy, Eq)]
pub enum Remote {
    OnSite,
    Remote,
    Hybrid,
    Unknown,
}

/// How many employments one person has at the most.
const MOST: usize = 200;

#[value]
#[derive(Eq)]
pub enum EmploymentRefused {
    /// What it is called is a line of at most 200 characters.
    Unreadable,
    /// It is there already.
    Twice,
    /// There is no such employment.
    Unknown,
    /// It is over.
    HasEnded { end: Date },
    /// It ends, or changes, before it starts.
    BeforeItsStart { start: Date },
    /// More than one person can have.
    TooMany { most: u32 },
}

#[command(Employments)]
pub struct StartEmployment {
    /// A new one.
    pub employment: EmploymentId,
    pub employer: Employer,
    pub position: Position,
    pub start: Date,
}

#[command(Employments)]
pub struct ChangePosition {
    pub employment: EmploymentId,
    pub position: Position,
    pub from: Date,
}

/// Tell what was done there.
#[command(Employments)]
pub struct DescribeEmployment {
    pub employment: EmploymentId,
    pub responsibilities: Vec<String>,
    pub achievements: Vec<String>,
}

#[command(Employments)]
pub struct EndEmployment {
    pub employment: EmploymentId,
    pub end: Date,
    pub reason: Option<String>,
}

/// It was noted by mistake.
#[command(Employments)]
pub struct RemoveEmployment {
    pub employment: EmploymentId,
}

#[event(Employments)]
pub struct EmploymentStarted {
    pub employment: EmploymentId,
    pub employer: Employer,
    pub position: Position,
    pub start: Date,
}

#[event(Employments)]
pub struct PositionChanged {
    pub employment: EmploymentId,
    pub position: Position,
    pub from: Date,
}

#[event(Employments, unread)]
pub struct EmploymentDescribed {
    pub employment: EmploymentId,
    pub responsibilities: Vec<String>,
    pub achievements: Vec<String>,
}

#[event(Employments)]
pub struct EmploymentEnded {
    pub employment: EmploymentId,
    pub end: Date,
    pub reason: Option<String>,
}

#[event(Employments)]
pub struct EmploymentRemoved {
    pub employment: EmploymentId,
}

#[state_machine(initial Kept)]
impl Employments {
    #[transition(Kept)]
    fn start(&self, cmd: StartEmployment) -> Result<EmploymentStarted, EmploymentRefused> {
        let StartEmployment { employment, employer, position, start } = cmd;
        if self.by_id.contains_key(&employment) {
            return Err(EmploymentRefused::Twice);
        }
        if self.by_id.len() >= MOST {
            return Err(EmploymentRefused::TooMany { most: MOST as u32 });
        }
        readable([&employer.name].into_iter().chain(position.texts()))?;
        Ok(EmploymentStarted { employment, employer, position, start })
    }

    #[transition(Kept)]
    fn change(&self, cmd: ChangePosition) -> Result<PositionChanged, EmploymentRefused> {
        let ChangePosition { employment, position, from } = cmd;
        self.find(&employment)?.lasts_until(from)?;
        readable(position.texts())?;
        Ok(PositionChanged { employment, position, from })
    }

    #[transition(Kept)]
    fn describe(&self, cmd: DescribeEmployment) -> Result<EmploymentDescribed, EmploymentRefused> {
        let DescribeEmployment { employment, responsibilities, achievements } = cmd;
        self.find(&employment)?;
        readable(responsibilities.iter().chain(&achievements))?;
        Ok(EmploymentDescribed { employment, responsibilities, achievements })
    }

    #[transition(Kept)]
    fn end(&self, cmd: EndEmployment) -> Result<EmploymentEnded, EmploymentRefused> {
        let EndEmployment { employment, end, reason } = cmd;
        self.find(&employment)?.lasts_until(end)?;
        readable(&reason)?;
        Ok(EmploymentEnded { employment, end, reason })
    }

    #[transition(Kept)]
    fn remove(&self, cmd: RemoveEmployment) -> Result<EmploymentRemoved, EmploymentRefused> {
        self.find(&cmd.employment)?;
        Ok(EmploymentRemoved { employment: cmd.employment })
    }

    #[apply]
    fn started(&mut self, event: &EmploymentStarted) {
        let employment = Employment {
            employer: event.employer.clone(),
            position: event.position.clone(),
            start: event.start,
            end: None,
        };
        self.by_id.insert(event.employment.clone(), employment);
    }

    #[apply]
    fn changed(&mut self, event: &PositionChanged) {
        if let Some(employment) = self.by_id.get_mut(&event.employment) {
            employment.position = event.position.clone();
        }
    }

    #[apply]
    fn ended(&mut self, event: &EmploymentEnded) {
        if let Some(employment) = self.by_id.get_mut(&event.employment) {
            employment.end = Some(event.end);
        }
    }

    #[apply]
    fn removed(&mut self, event: &EmploymentRemoved) {
        self.by_id.remove(&event.employment);
    }

    fn find(&self, employment: &EmploymentId) -> Result<&Employment, EmploymentRefused> {
        self.by_id.get(employment).ok_or(EmploymentRefused::Unknown)
    }
}

impl Employment {
    fn lasts_until(&self, day: Date) -> Result<(), EmploymentRefused> {
        match self.end {
            Some(end) => Err(EmploymentRefused::HasEnded { end }),
            None if day < self.start => {
                Err(EmploymentRefused::BeforeItsStart { start: self.start })
            }
            None => Ok(()),
        }
    }
}

impl Position {
    fn texts(&self) -> impl Iterator<Item = &String> {
        [&self.title].into_iter().chain(&self.department).chain(&self.location)
    }
}

fn readable<'a>(texts: impl IntoIterator<Item = &'a String>) -> Result<(), EmploymentRefused> {
    if are_lines(texts) { Ok(()) } else { Err(EmploymentRefused::Unreadable) }
}
