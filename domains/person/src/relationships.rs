//! Whom a person knows, and as what.
//!
//! A relationship has two sides, each in the record of its own person and under one id. One proposes
//! it, the other confirms it; the policy [`Cascade`](crate::policies::Cascade) tells each side what
//! has happened on the other. What was ended is no longer kept: the events tell of it.

use std::collections::BTreeMap;

use cim_runtime::prelude::*;

use crate::person::PersonId;
use crate::text::are_lines;

/// Which relationship: both sides call it by one id.
#[derive(DomainId)]
pub struct RelationshipId(Uuid);

/// The relationships that are proposed or confirmed.
#[value]
#[derive(Default)]
pub struct Relationships {
    pub by_id: BTreeMap<RelationshipId, Relationship>,
}

/// A relationship, as one side sees it.
#[value]
#[derive(Eq)]
pub struct Relationship {
    pub with: PersonId,
    pub kind: RelationshipKind,
    pub since: Option<Date>,
    pub standing: Standing,
}

/// How far it has come.
#[value]
#[derive(Copy, Eq)]
pub enum Standing {
    /// By this side; the other has not yet confirmed it.
    Proposed,
    /// By the other side; this one may confirm it.
    Offered,
    Confirmed,
}

/// What the other is to this side.
#[value]
#[derive(Eq)]
pub enum RelationshipKind {
    Partner,
    Parent,
    Child,
    Sibling,
    Relative,
    Friend,
    Colleague,
    Manager,
    Report,
    Mentor,
    Mentee,
    BusinessPartner,
    Client,
    Vendor,
    /// Anything else, and what this side is to the other.
    Other {
        name: String,
        inverse: String,
    },
}

impl RelationshipKind {
    /// What this side is to the other.
    pub fn inverse(&self) -> Self {
        match self {
            Self::Parent => Self::Child,
            Self::Child => Self::Parent,
            Self::Manager => Self::Report,
            Self::Report => Self::Manager,
            Self::Mentor => Self::Mentee,
            Self::Mentee => Self::Mentor,
            Self::Client => Self::Vendor,
            Self::Vendor => Self::Client,
            Self::Other { name, inverse } => {
                Self::Other { name: inverse.clone(), inverse: name.clone() }
            }
            mutual => mutual.clone(),
        }
    }
}

/// Why a relationship is no more.
#[value]
#[derive(Copy, Eq)]
pub enum EndReason {
    /// It was real, and is over.
    Over,
    Declined,
    Withdrawn,
    /// Nobody has confirmed it for so long.
    Expired,
    /// There is nobody who could confirm it.
    Nobody,
    /// There is one of the same kind between the two, or of the same id.
    Duplicate,
    Death,
    Archived,
    /// The two are one person now.
    Merged,
}

/// How many relationships one person has at the most.
const MOST: usize = 5000;

#[value]
#[derive(Eq)]
pub enum RelationshipRefused {
    /// Nobody knows themselves.
    WithOneself,
    /// The nil UUID is nobody.
    WithNobody,
    /// A kind of one's own is a line of at most 200 characters, in both directions.
    Unreadable,
    /// There is one of the kind with this person, or of the id.
    Twice,
    /// There is no such relationship.
    Unknown,
    /// Who proposes does not confirm.
    NotYoursToConfirm,
    /// More than one person can have.
    TooMany { most: u32 },
}

#[command(Relationships)]
pub struct ProposeRelationship {
    /// A new one, for both sides.
    pub relationship: RelationshipId,
    pub with: PersonId,
    pub kind: RelationshipKind,
    pub since: Option<Date>,
}

/// From the policy: somebody else has proposed it.
#[command(Relationships)]
pub struct ReceiveProposal {
    pub relationship: RelationshipId,
    pub from: PersonId,
    pub kind: RelationshipKind,
    pub since: Option<Date>,
}

#[command(Relationships)]
pub struct ConfirmRelationship {
    pub relationship: RelationshipId,
}

/// From the policy: the other side has confirmed it.
#[command(Relationships)]
pub struct AcknowledgeRelationship {
    pub relationship: RelationshipId,
}

/// From either side; and from the policy, which tells the other.
#[command(Relationships)]
pub struct EndRelationship {
    pub relationship: RelationshipId,
    pub reason: EndReason,
}

/// From the policy: nobody has confirmed it for long.
#[command(Relationships)]
pub struct ExpireProposal {
    pub relationship: RelationshipId,
}

/// From the policy: the other side is merged into somebody else.
#[command(Relationships)]
pub struct MoveRelationship {
    pub relationship: RelationshipId,
    pub to: PersonId,
}

/// From the policy: somebody with this relationship is merged into this person.
#[command(Relationships)]
pub struct TakeOverRelationship {
    pub id: RelationshipId,
    pub relationship: Relationship,
}

#[event(Relationships)]
pub struct RelationshipProposed {
    pub relationship: RelationshipId,
    pub with: PersonId,
    pub kind: RelationshipKind,
    pub since: Option<Date>,
}

#[event(Relationships)]
pub struct ProposalReceived {
    pub relationship: RelationshipId,
    pub from: PersonId,
    pub kind: RelationshipKind,
    pub since: Option<Date>,
}

/// On both sides.
#[event(Relationships)]
pub struct RelationshipConfirmed {
    pub relationship: RelationshipId,
    pub with: PersonId,
}

/// On both sides, unless one of them is gone.
#[event(Relationships)]
pub struct RelationshipEnded {
    pub relationship: RelationshipId,
    pub with: PersonId,
    pub reason: EndReason,
}

#[event(Relationships)]
pub struct RelationshipMoved {
    pub relationship: RelationshipId,
    pub from: PersonId,
    pub to: PersonId,
}

#[event(Relationships)]
pub struct RelationshipTakenOver {
    pub id: RelationshipId,
    pub relationship: Relationship,
}

#[state_machine(initial Kept)]
impl Relationships {
    #[transition(Kept)]
    fn propose(
        &self,
        cmd: ProposeRelationship,
        cx: &Context<Self>,
    ) -> Result<RelationshipProposed, RelationshipRefused> {
        let ProposeRelationship { relationship, with, kind, since } = cmd;
        if with == *cx.id() {
            return Err(RelationshipRefused::WithOneself);
        }
        if with.is_nobody() {
            return Err(RelationshipRefused::WithNobody);
        }
        if let RelationshipKind::Other { name, inverse } = &kind
            && !are_lines([name, inverse])
        {
            return Err(RelationshipRefused::Unreadable);
        }
        let is_same = |known: &Relationship| known.with == with && known.kind == kind;
        if self.by_id.contains_key(&relationship) || self.by_id.values().any(is_same) {
            return Err(RelationshipRefused::Twice);
        }
        if self.by_id.len() >= MOST {
            return Err(RelationshipRefused::TooMany { most: MOST as u32 });
        }
        Ok(RelationshipProposed { relationship, with, kind, since })
    }

    #[transition(Kept)]
    fn receive(&self, cmd: ReceiveProposal) -> Option<ProposalReceived> {
        let ReceiveProposal { relationship, from, kind, since } = cmd;
        let is_new = !self.by_id.contains_key(&relationship);
        is_new.then_some(ProposalReceived { relationship, from, kind, since })
    }

    #[transition(Kept)]
    fn confirm(
        &self,
        cmd: ConfirmRelationship,
    ) -> Result<Option<RelationshipConfirmed>, RelationshipRefused> {
        let known = self.by_id.get(&cmd.relationship).ok_or(RelationshipRefused::Unknown)?;
        match known.standing {
            Standing::Proposed => Err(RelationshipRefused::NotYoursToConfirm),
            Standing::Confirmed => Ok(None),
            Standing::Offered => Ok(Some(known.confirmed(cmd.relationship))),
        }
    }

    #[transition(Kept)]
    fn acknowledge(&self, cmd: AcknowledgeRelationship) -> Option<RelationshipConfirmed> {
        let known = self.by_id.get(&cmd.relationship)?;
        (known.standing == Standing::Proposed).then(|| known.confirmed(cmd.relationship))
    }

    /// What is not there need not end.
    #[transition(Kept)]
    fn end(&self, cmd: EndRelationship) -> Option<RelationshipEnded> {
        let EndRelationship { relationship, reason } = cmd;
        let with = self.by_id.get(&relationship)?.with.clone();
        Some(RelationshipEnded { relationship, with, reason })
    }

    #[transition(Kept)]
    fn expire(&self, cmd: ExpireProposal) -> Option<RelationshipEnded> {
        let known = self.by_id.get(&cmd.relationship)?;
        let (with, reason) = (known.with.clone(), EndReason::Expired);
        let ended = RelationshipEnded { relationship: cmd.relationship, with, reason };
        (known.standing == Standing::Proposed).then_some(ended)
    }

    #[transition(Kept)]
    fn move_over(&self, cmd: MoveRelationship) -> Option<RelationshipMoved> {
        let from = self.by_id.get(&cmd.relationship)?.with.clone();
        let moved = RelationshipMoved { relationship: cmd.relationship, from, to: cmd.to };
        (moved.from != moved.to).then_some(moved)
    }

    #[transition(Kept)]
    fn take_over(&self, cmd: TakeOverRelationship) -> Option<RelationshipTakenOver> {
        let TakeOverRelationship { id, relationship } = cmd;
        let is_new = !self.by_id.contains_key(&id);
        is_new.then_some(RelationshipTakenOver { id, relationship })
    }

    #[apply]
    fn proposed(&mut self, event: &RelationshipProposed) {
        let relationship = Relationship {
            with: event.with.clone(),
            kind: event.kind.clone(),
            since: event.since,
            standing: Standing::Proposed,
        };
        self.by_id.insert(event.relationship.clone(), relationship);
    }

    #[apply]
    fn received(&mut self, event: &ProposalReceived) {
        let relationship = Relationship {
            with: event.from.clone(),
            kind: event.kind.clone(),
            since: event.since,
            standing: Standing::Offered,
        };
        self.by_id.insert(event.relationship.clone(), relationship);
    }

    #[apply]
    fn confirmed(&mut self, event: &RelationshipConfirmed) {
        if let Some(known) = self.by_id.get_mut(&event.relationship) {
            known.standing = Standing::Confirmed;
        }
    }

    #[apply]
    fn ended(&mut self, event: &RelationshipEnded) {
        self.by_id.remove(&event.relationship);
    }

    #[apply]
    fn moved(&mut self, event: &RelationshipMoved) {
        if let Some(known) = self.by_id.get_mut(&event.relationship) {
            known.with = event.to.clone();
        }
    }

    #[apply]
    fn taken_over(&mut self, event: &RelationshipTakenOver) {
        self.by_id.insert(event.id.clone(), event.relationship.clone());
    }
}

impl Relationship {
    fn confirmed(&self, relationship: RelationshipId) -> RelationshipConfirmed {
        RelationshipConfirmed { relationship, with: self.with.clone() }
    }
}
