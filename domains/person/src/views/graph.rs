//! People and their relationships as a graph in memory.

use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::person::PersonId;
use crate::relationships::{RelationshipId, RelationshipKind};

/// The number of a person in a graph.
pub(super) type Node = u32;

/// People, and the confirmed relationships between those who are still there. Two people may have
/// several.
#[derive(Default)]
pub(super) struct Graph {
    numbers: FxHashMap<PersonId, Node>,
    people: Vec<Person>,
    /// Also those that are only proposed.
    edges: FxHashMap<RelationshipId, Edge>,
}

struct Person {
    id: PersonId,
    /// For good: nobody comes back from death, from an archive, or from a merge.
    is_gone: bool,
    /// Whom they know, and by which relationship.
    known: Vec<(Node, RelationshipId)>,
}

/// What `ends[1]` is to `ends[0]`.
pub(super) struct Edge {
    pub(super) ends: [Node; 2],
    pub(super) kind: RelationshipKind,
    pub(super) is_confirmed: bool,
}

impl Graph {
    /// The number of a person of whom nothing may be known yet.
    pub(super) fn enter(&mut self, id: &PersonId) -> Node {
        let next = self.people.len() as Node;
        let number = *self.numbers.entry(id.clone()).or_insert(next);
        if number == next {
            self.people.push(Person { id: id.clone(), is_gone: false, known: Vec::new() });
        }
        number
    }

    pub(super) fn find(&self, id: &PersonId) -> Option<Node> {
        self.numbers.get(id).copied()
    }

    pub(super) fn id(&self, node: Node) -> &PersonId {
        &self.people[node as usize].id
    }

    /// Puts a relationship in the place of the one with its id. Nobody relates to who is gone.
    pub(super) fn put(&mut self, id: &RelationshipId, edge: Edge) {
        if edge.ends.iter().any(|end| self.people[*end as usize].is_gone) {
            return;
        }
        self.remove(id);
        if edge.is_confirmed {
            let [a, b] = edge.ends;
            self.people[a as usize].known.push((b, id.clone()));
            self.people[b as usize].known.push((a, id.clone()));
        }
        self.edges.insert(id.clone(), edge);
    }

    /// Puts a relationship of a new id: one that is there stays as it is, whoever says the same id.
    pub(super) fn put_new(&mut self, id: &RelationshipId, edge: Edge) {
        if !self.edges.contains_key(id) {
            self.put(id, edge);
        }
    }

    /// Takes away the relationship, if `side` is still one of its sides.
    pub(super) fn take(&mut self, id: &RelationshipId, side: Node) -> Option<Edge> {
        self.edges.get(id).filter(|edge| edge.ends.contains(&side))?;
        self.remove(id)
    }

    fn remove(&mut self, id: &RelationshipId) -> Option<Edge> {
        let edge = self.edges.remove(id)?;
        if edge.is_confirmed {
            for end in edge.ends {
                self.people[end as usize].known.retain(|(_, known)| known != id);
            }
        }
        Some(edge)
    }

    pub(super) fn gone(&mut self, node: Node) {
        self.people[node as usize].is_gone = true;
        for (_, id) in std::mem::take(&mut self.people[node as usize].known) {
            self.remove(&id);
        }
    }

    /// Whom somebody knows, and as what, one relationship after the other.
    pub(super) fn relationships(
        &self,
        node: Node,
    ) -> impl Iterator<Item = (Node, RelationshipKind)> {
        self.people[node as usize].known.iter().filter_map(move |(other, id)| {
            let edge = self.edges.get(id)?;
            let is_first = edge.ends[0] == node;
            let kind = if is_first { edge.kind.clone() } else { edge.kind.inverse() };
            Some((*other, kind))
        })
    }

    /// Whom somebody knows, each once.
    pub(super) fn neighbours(&self, node: Node) -> FxHashSet<Node> {
        self.known(node).collect()
    }

    fn known(&self, node: Node) -> impl Iterator<Item = Node> {
        self.people[node as usize].known.iter().map(|(other, _)| *other)
    }

    /// One of the shortest ways between two, with both; searched from both ends, a step further
    /// each time from the one where fewer wait.
    pub(super) fn path(&self, from: Node, to: Node) -> Option<Vec<Node>> {
        if from == to {
            return Some(vec![from]);
        }
        let (mut start, mut end) = (Wave::at(from), Wave::at(to));
        while !start.front.is_empty() && !end.front.is_empty() {
            let meeting = match start.front.len() <= end.front.len() {
                true => start.widen(self, &end),
                false => end.widen(self, &start),
            };
            if let Some(meeting) = meeting {
                let mut path = start.way_to(meeting);
                path.reverse();
                path.extend(end.way_to(meeting).into_iter().skip(1));
                return Some(path);
            }
        }
        None
    }

    /// How many people are one step away, two steps, and so on, at most so many.
    pub(super) fn reach(&self, node: Node, steps: u32) -> Vec<u32> {
        let (mut wave, nobody, mut counts) = (Wave::at(node), Wave::default(), Vec::new());
        for _ in 0..steps {
            wave.widen(self, &nobody);
            if wave.front.is_empty() {
                break;
            }
            counts.push(wave.front.len() as u32);
        }
        counts
    }

    /// How many pairs of these people know each other.
    pub(super) fn pairs(&self, people: &FxHashSet<Node>) -> u64 {
        let acquainted = |node: &Node| {
            let known = self.neighbours(*node);
            known.iter().filter(|other| people.contains(other)).count() as u64
        };
        // Each pair is seen from both of its sides.
        people.iter().map(acquainted).sum::<u64>() / 2
    }
}

/// Whom a search that widens step by step has seen.
#[derive(Default)]
struct Wave {
    /// From whom each was reached first; who began it, from themselves.
    from: FxHashMap<Node, Node>,
    /// Who was reached by the last step.
    front: Vec<Node>,
}

impl Wave {
    fn at(node: Node) -> Self {
        Self { from: FxHashMap::from_iter([(node, node)]), front: vec![node] }
    }

    /// Goes one step further, or up to whom the other one has seen: as it always takes whole steps,
    /// no way is shorter than the first that is found.
    fn widen(&mut self, graph: &Graph, other: &Self) -> Option<Node> {
        for node in std::mem::take(&mut self.front) {
            for next in graph.known(node) {
                if let Entry::Vacant(unseen) = self.from.entry(next) {
                    unseen.insert(node);
                    if other.from.contains_key(&next) {
                        return Some(next);
                    }
                    self.front.push(next);
                }
            }
        }
        None
    }

    /// The way back from somebody to who began it, with both.
    fn way_to(&self, mut node: Node) -> Vec<Node> {
        let mut way = vec![node];
        while let Some(before) = self.from.get(&node).filter(|before| **before != node) {
            node = *before;
            way.push(node);
        }
        way
    }
}
