//! What a careful engineer would write by hand: the floor that the framework is measured against.

#![allow(dead_code, missing_docs, unreachable_pub, reason = "each bench uses a part of it")]

pub mod block;
pub mod machine;
