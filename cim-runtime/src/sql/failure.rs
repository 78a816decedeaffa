//! What the methods of a projection return.

use std::fmt;

/// Why a method could not do what it was asked.
///
/// A method may also return `sqlx::Result`, if it is only ever the database that says no.
///
/// ```
/// use cim_runtime::sql::Failure;
///
/// fn checked(cents: i64) -> Result<i64, Failure> {
///     if cents < 0 {
///         return Err("a price is not negative".into());
///     }
///     Ok(cents)
/// }
/// # assert_eq!(checked(-1).unwrap_err().to_string(), "a price is not negative");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The database says no, or cannot be reached.
    Database(sqlx::Error),
    /// The method says no.
    Said(String),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self::Said(reason)
    }
}

impl From<&str> for Failure {
    fn from(reason: &str) -> Self {
        Self::Said(reason.to_owned())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => error.fmt(f),
            Self::Said(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Database(error) => error.source(),
            Self::Said(_) => None,
        }
    }
}

/// What a method with statements returns: a `Result` whose error is that of sqlx, or a [`Failure`].
#[diagnostic::on_unimplemented(
    message = "a method with statements returns a `Result`, and not `{Self}`",
    label = "does not say whether the statements have failed",
    note = "return `sqlx::Result<…>`, or `Result<…, Failure>` with `cim_runtime::sql::Failure`"
)]
pub trait Done {
    /// What it returns if nothing has failed.
    type Answer;

    /// The same, with the failure as ours.
    #[doc(hidden)]
    fn done(self) -> Result<Self::Answer, Failure>;
}

#[diagnostic::do_not_recommend]
impl<T, E: Into<Failure>> Done for Result<T, E> {
    type Answer = T;

    fn done(self) -> Result<T, Failure> {
        self.map_err(Into::into)
    }
}
