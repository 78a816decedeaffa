//! Every shape of a value.

use cim_runtime::prelude::*;

#[value]
pub struct Unit;

#[value]
pub struct Empty {}

#[value]
pub struct Cents(pub u64);

#[value]
pub struct Point(pub i32, pub i32);

/// Our attribute first, a derive below it is not repeated.
#[value]
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    pub first: String,
    pub last: Option<String>,
}

#[value]
#[derive(Default)]
pub enum Shape {
    #[default]
    Dot,
    Line(u32),
    Square(u32, u32),
    Circle {
        radius: u32,
        at: Option<Point>,
    },
    Nothing {},
}
