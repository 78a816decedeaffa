//! Who knows whom.

use std::collections::BTreeMap;

use cim_runtime::prelude::*;

use super::graph::{Edge, Graph};
use crate::person::{DeathRecorded, PersonArchived, PersonId, PersonMerged};
use crate::relationships::{
    RelationshipConfirmed, RelationshipEnded, RelationshipKind, RelationshipMoved,
    RelationshipProposed, RelationshipTakenOver, Standing,
};

/// Somebody whom a person knows.
#[value]
#[derive(Eq)]
pub struct Neighbour {
    pub person: PersonId,
    /// What they are to who was asked about: more than one thing, perhaps.
    pub kinds: Vec<RelationshipKind>,
}

/// How close those are whom a person knows.
#[value]
pub struct Cluster {
    /// How many people the person knows.
    pub neighbours: u32,
    /// How many pairs of these know each other.
    pub acquainted: u64,
    /// The part of all pairs that do, from 0 to 1; 0 if there are no pairs.
    pub coefficient: f64,
}

/// The confirmed relationships between people who are neither dead, nor archived, nor merged.
///
/// A relationship has two records, of which one may know more than the other for a moment: here it
/// is there as soon as one of them has it confirmed, and gone as soon as one of them has it ended.
#[derive(Tables)]
pub struct NetworkView {
    graph: InMemory<Graph>,
}

/// Whom a person knows, in the order of their ids.
#[value]
pub struct NeighboursOf {
    pub id: PersonId,
}

/// Whom both know, in the order of their ids.
#[value]
pub struct MutualOf {
    pub a: PersonId,
    pub b: PersonId,
}

/// Through whom one knows the other: one of the shortest ways, with both; nothing if there is none,
/// or no relationships at all.
#[value]
pub struct ShortestPath {
    pub from: PersonId,
    pub to: PersonId,
}

/// How many people are one step away, how many two, and so on, as far as there are any.
#[value]
pub struct Reach {
    pub of: PersonId,
    /// How many steps at the most.
    pub depth: u32,
}

/// How close those are whom a person knows: its local clustering coefficient.
#[value]
pub struct Clustering {
    pub of: PersonId,
}

#[projection]
impl NetworkView {
    #[on]
    fn proposed(&mut self, event: &Recorded<RelationshipProposed>) {
        let ends = [self.graph.enter(&event.id()), self.graph.enter(&event.event.with)];
        let edge = Edge { ends, kind: event.event.kind.clone(), is_confirmed: false };
        self.graph.put_new(&event.event.relationship, edge);
    }

    #[on]
    fn confirmed(&mut self, event: &Recorded<RelationshipConfirmed>) {
        let side = self.graph.enter(&event.id());
        if let Some(edge) = self.graph.take(&event.event.relationship, side) {
            self.graph.put(&event.event.relationship, Edge { is_confirmed: true, ..edge });
        }
    }

    #[on]
    fn ended(&mut self, event: &Recorded<RelationshipEnded>) {
        let side = self.graph.enter(&event.id());
        self.graph.take(&event.event.relationship, side);
    }

    /// The other side of it is merged into somebody else.
    #[on]
    fn moved(&mut self, event: &Recorded<RelationshipMoved>) {
        let RelationshipMoved { relationship, from, to } = &event.event;
        let [side, from, to] = [&event.id(), from, to].map(|id| self.graph.enter(id));
        let edge = self.graph.take(relationship, side);
        if let Some(Edge { ends, kind, is_confirmed }) = edge {
            let ends = ends.map(|end| if end == from { to } else { end });
            self.graph.put(relationship, Edge { ends, kind, is_confirmed });
        }
    }

    #[on]
    fn taken_over(&mut self, event: &Recorded<RelationshipTakenOver>) {
        let RelationshipTakenOver { id, relationship } = &event.event;
        let ends = [self.graph.enter(&event.id()), self.graph.enter(&relationship.with)];
        let is_confirmed = relationship.standing == Standing::Confirmed;
        self.graph.put(id, Edge { ends, kind: relationship.kind.clone(), is_confirmed });
    }

    #[on]
    fn died(&mut self, event: &Recorded<DeathRecorded>) {
        self.gone(&event.id());
    }

    #[on]
    fn archived(&mut self, event: &Recorded<PersonArchived>) {
        self.gone(&event.id());
    }

    /// What others have with it whoever remains takes over.
    #[on]
    fn merged(&mut self, event: &Recorded<PersonMerged>) {
        self.gone(&event.id());
    }

    #[query]
    fn neighbours(&self, question: NeighboursOf) -> Vec<Neighbour> {
        let mut neighbours = BTreeMap::<_, Vec<_>>::new();
        if let Some(node) = self.graph.find(&question.id) {
            for (other, kind) in self.graph.relationships(node) {
                neighbours.entry(self.graph.id(other).clone()).or_default().push(kind);
            }
        }
        neighbours.into_iter().map(|(person, kinds)| Neighbour { person, kinds }).collect()
    }

    #[query]
    fn mutual(&self, question: MutualOf) -> Vec<PersonId> {
        let nodes = (self.graph.find(&question.a), self.graph.find(&question.b));
        let (Some(a), Some(b)) = nodes else { return Vec::new() };
        let (of_a, of_b) = (self.graph.neighbours(a), self.graph.neighbours(b));
        let mut both: Vec<_> =
            of_a.intersection(&of_b).map(|node| self.graph.id(*node).clone()).collect();
        both.sort();
        both
    }

    #[query]
    fn path(&self, question: ShortestPath) -> Option<Vec<PersonId>> {
        let (from, to) = (self.graph.find(&question.from)?, self.graph.find(&question.to)?);
        let path = self.graph.path(from, to)?;
        Some(path.into_iter().map(|node| self.graph.id(node).clone()).collect())
    }

    #[query]
    fn reach(&self, question: Reach) -> Vec<u32> {
        let node = self.graph.find(&question.of);
        node.map_or_else(Vec::new, |node| self.graph.reach(node, question.depth))
    }

    #[query]
    fn clustering(&self, question: Clustering) -> Cluster {
        let node = self.graph.find(&question.of);
        let neighbours = node.map(|node| self.graph.neighbours(node)).unwrap_or_default();
        let acquainted = self.graph.pairs(&neighbours);
        let count = neighbours.len() as u64;
        let pairs = count * count.saturating_sub(1) / 2;
        let coefficient = if pairs == 0 { 0.0 } else { acquainted as f64 / pairs as f64 };
        Cluster { neighbours: count as u32, acquainted, coefficient }
    }

    fn gone(&mut self, person: &PersonId) {
        let node = self.graph.enter(person);
        self.graph.gone(node);
    }
}
