//! What is asked of people: five read models, each with its questions.
//!
//! | | kept | asked |
//! |---|---|---|
//! | [`SummaryView`] | rows | [`PersonById`](summary::PersonById), [`AllPeople`](summary::AllPeople) |
//! | [`SearchView`] | in memory | [`Search`](search::Search) |
//! | [`SkillsView`] | rows | [`PeopleWith`](skills::PeopleWith), [`Experts`](skills::Experts), [`TogetherWith`](skills::TogetherWith) |
//! | [`NetworkView`] | in memory | [`NeighboursOf`](network::NeighboursOf), [`MutualOf`](network::MutualOf), [`ShortestPath`](network::ShortestPath), [`Reach`](network::Reach), [`Clustering`](network::Clustering) |
//! | [`TimelineView`] | rows | [`TimelineOf`](timeline::TimelineOf) |

mod folding;
mod graph;
mod index;
pub mod network;
pub mod search;
pub mod skills;
pub mod summary;
pub mod timeline;

pub use network::NetworkView;
pub use search::SearchView;
pub use skills::SkillsView;
pub use summary::SummaryView;
pub use timeline::TimelineView;
