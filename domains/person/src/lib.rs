//! People: who they are, how they are reached, what they can, and whom they know.
//!
//! ```text
//!                 ┌────────────── Suspended ──────────────┐
//!                 │ ▲            (may still consent, end   │
//!                 ▼ │             what they have, and die) ▼
//!  Draft ──────► Active ─────────────────────────────────► Archived, Deceased
//!                 │ ▲
//!                 ▼ │ rejected: nobody there, gone, a circle
//!                Merging ── absorbed by who remains ─────► Merged
//! ```
//!
//! A [`Person`](person::Person) is one stream with eight machines: its lifecycle, and inside of it the
//! regions [`Emails`](emails::Emails), [`Phones`](phones::Phones), [`Profiles`](profiles::Profiles),
//! [`Skills`](skills::Skills), [`Preferences`](preferences::Preferences),
//! [`Relationships`](relationships::Relationships) and [`Employments`](employments::Employments). A
//! region keeps many things under their names: each has a standing of its own, which is data.
//! [`Onboarding`](onboarding::Onboarding) is an aggregate of its own: a process, whose states are its
//! steps. Modules are small, and each reads as the specification of one life; [`policies`] are what
//! happens by itself, and [`views`] what is asked of people.
//!
//! # What one record does not see
//!
//! A decision knows one person. What is about several is settled where all events are seen in one
//! order, by a policy:
//!
//! - **Merges.** A person refuses to be merged into itself, into nobody, and into whom it has absorbed,
//!   also by way of others. Two that ask for each other at once know nothing of it: so a merge is asked
//!   for first ([`MergeRequested`](person::MergeRequested)), and [`Merges`](policies::Merges) completes or
//!   rejects it. Of a circle the merge that comes last in the log is rejected; who asks for somebody who is
//!   merged comes to whoever remains of them. A merged record stays as it was; what is shared with
//!   others, its relationships, moves.
//! - **Relationships** stand in two records, under one id that who proposes it chooses. Both sides come to the
//!   same, and each is told once: [`Cascade`](policies::Cascade). A proposal to nobody, or to somebody
//!   who is gone, ends at once with that reason; of two that cross the later one ends, and so does one
//!   whose id one of the two has already.
//! - **Endorsements** are refused from oneself and from nobody. Whether who endorses is somebody is left to the
//!   reader: an endorsement stays true when its author's record is gone.
//!
//! # Limits
//!
//! Each is a refusal of its own type, `TooMany`: 50 e-mail addresses, 50 numbers, 50 profiles, 500 skills
//! with 1000 endorsements each, 200 purposes of consent, 5000 relationships and 200 employments of one
//! person. Addresses end where RFC 5321 says (64 octets, 254 in all), numbers are those of E.164, a
//! text is a line of 200 characters, and no text holds control characters or marks that turn the
//! direction of writing.
//!
//! # What identifies a person
//!
//! is marked `#[personal]` on the fields of events: names, days of birth and death, addresses, numbers,
//! profiles, what others write about them. [`Description`](cim_runtime::describe::Description) lists it.

#![allow(missing_docs, reason = "the names of commands, events and fields are the specification")]

pub mod emails;
pub mod employments;
pub mod exchange;
pub mod name;
pub mod onboarding;
pub mod person;
pub mod phones;
pub mod policies;
pub mod preferences;
pub mod profiles;
pub mod relationships;
pub mod skills;
mod text;
pub mod vcard;
pub mod views;

use cim_runtime::prelude::*;

/// The people, and how they are taken in.
#[system(
    aggregates(person::Person, onboarding::Onboarding),
    policies(
        policies::AutoArchive,
        policies::Cascade,
        policies::Merges,
        policies::OnboardingExpires,
        policies::Recommendations,
        policies::introduce,
        policies::ProposalExpires,
        policies::skill_lapses,
    ),
    projections(
        views::SummaryView,
        views::SearchView,
        views::SkillsView,
        views::NetworkView,
        views::TimelineView,
    )
)]
pub struct People;

cim_runtime::lock!(People);
