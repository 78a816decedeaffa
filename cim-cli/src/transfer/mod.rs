//! Moving events between stores: as CARv1 files, which other tools read too, or from one to the other.

mod car_file;
mod commits;
mod copy;
mod export;
mod import;
mod overlap;
mod sender;
mod summary;

pub(crate) use copy::Copy;
pub(crate) use export::Export;
pub(crate) use import::Import;

#[cfg(test)]
mod tests;
