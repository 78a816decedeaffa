//! Relationships in words.

use cim_person::relationships::RelationshipKind;

/// What somebody is to another one, such as `business partner`.
pub(crate) fn kind(kind: &RelationshipKind) -> &str {
    match kind {
        RelationshipKind::Partner => "partner",
        RelationshipKind::Parent => "parent",
        RelationshipKind::Child => "child",
        RelationshipKind::Sibling => "sibling",
        RelationshipKind::Relative => "relative",
        RelationshipKind::Friend => "friend",
        RelationshipKind::Colleague => "colleague",
        RelationshipKind::Manager => "manager",
        RelationshipKind::Report => "report",
        RelationshipKind::Mentor => "mentor",
        RelationshipKind::Mentee => "mentee",
        RelationshipKind::BusinessPartner => "business partner",
        RelationshipKind::Client => "client",
        RelationshipKind::Vendor => "vendor",
        RelationshipKind::Other { name, .. } => name,
    }
}
