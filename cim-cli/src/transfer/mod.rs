//! Moving events between stores as CARv1 files, which other tools read too.

mod car_file;
mod export;
mod import;
mod overlap;
mod summary;

pub(crate) use export::Export;
pub(crate) use import::Import;

#[cfg(test)]
mod tests;
