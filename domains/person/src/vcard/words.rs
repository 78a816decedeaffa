//! The words that cards have for what the domain calls otherwise.

use crate::emails::EmailKind;
use crate::phones::PhoneKind;
use crate::profiles::Platform;
use crate::relationships::RelationshipKind;
use crate::skills::{Proficiency, SkillCategory};

/// Each value with its word; the first one that fits is taken, in both directions.
type Words<T> = &'static [(&'static str, T)];

pub(super) const EMAILS: Words<EmailKind> = &[
    ("home", EmailKind::Personal),
    ("work", EmailKind::Work),
    ("x-school", EmailKind::School),
    ("x-other", EmailKind::Other),
];

pub(super) const PHONES: Words<PhoneKind> = &[
    ("x-emergency", PhoneKind::Emergency),
    ("x-other", PhoneKind::Other),
    ("cell", PhoneKind::Mobile),
    ("work", PhoneKind::Work),
    ("home", PhoneKind::Home),
];

pub(super) const PLATFORMS: Words<Platform> = &[
    ("Facebook", Platform::Facebook),
    ("GitHub", Platform::GitHub),
    ("GitLab", Platform::GitLab),
    ("Instagram", Platform::Instagram),
    ("LinkedIn", Platform::LinkedIn),
    ("Mastodon", Platform::Mastodon),
    ("StackOverflow", Platform::StackOverflow),
    ("TikTok", Platform::TikTok),
    ("X", Platform::X),
    ("Twitter", Platform::X),
    ("YouTube", Platform::YouTube),
    ("Other", Platform::Other),
];

/// RFC 6715 knows three.
pub(super) const LEVELS: Words<Proficiency> = &[
    ("beginner", Proficiency::Beginner),
    ("average", Proficiency::Intermediate),
    ("x-advanced", Proficiency::Advanced),
    ("expert", Proficiency::Expert),
];

pub(super) const CATEGORIES: Words<SkillCategory> = &[
    ("technical", SkillCategory::Technical),
    ("programming", SkillCategory::Programming),
    ("language", SkillCategory::Language),
    ("management", SkillCategory::Management),
    ("creative", SkillCategory::Creative),
    ("analytical", SkillCategory::Analytical),
    ("communication", SkillCategory::Communication),
    ("other", SkillCategory::Other),
];

pub(super) const RELATED: Words<RelationshipKind> = &[
    ("spouse", RelationshipKind::Partner),
    ("sweetheart", RelationshipKind::Partner),
    ("parent", RelationshipKind::Parent),
    ("child", RelationshipKind::Child),
    ("sibling", RelationshipKind::Sibling),
    ("kin", RelationshipKind::Relative),
    ("x-manager", RelationshipKind::Manager),
    ("x-report", RelationshipKind::Report),
    ("x-mentor", RelationshipKind::Mentor),
    ("x-mentee", RelationshipKind::Mentee),
    ("x-business-partner", RelationshipKind::BusinessPartner),
    ("x-client", RelationshipKind::Client),
    ("x-vendor", RelationshipKind::Vendor),
    ("colleague", RelationshipKind::Colleague),
    ("co-worker", RelationshipKind::Colleague),
    ("friend", RelationshipKind::Friend),
];

/// The value of a word.
pub(super) fn value<T: Clone>(words: Words<T>, word: &str) -> Option<T> {
    let known = words.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
    known.map(|(_, value)| value.clone())
}

/// The word of a value.
pub(super) fn word<T: PartialEq>(words: Words<T>, value: &T) -> Option<&'static str> {
    words.iter().find(|(_, known)| known == value).map(|(word, _)| *word)
}
