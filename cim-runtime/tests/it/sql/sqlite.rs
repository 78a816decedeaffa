//! On SQLite, in a file.

use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use tempfile::TempDir;

#[path = "suite/mod.rs"]
mod suite;

pub(crate) type Connection = sqlx::SqliteConnection;

/// A database of a test's own.
pub(crate) struct Ground {
    folder: TempDir,
    /// Who holds it, so that nobody else can write.
    held: Option<sqlx::Transaction<'static, sqlx::Sqlite>>,
}

impl Ground {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), held: None }
    }

    pub(crate) async fn pool(&self) -> SqlitePool {
        let options = SqliteConnectOptions::new()
            .filename(self.folder.path().join("rows.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        SqlitePoolOptions::new().connect_with(options).await.unwrap()
    }

    /// A pool that does not wait long for what it cannot have.
    pub(crate) async fn impatient_pool(&self) -> SqlitePool {
        let options = (*self.pool().await.connect_options()).clone();
        let options = options.busy_timeout(Duration::from_millis(10));
        SqlitePoolOptions::new().connect_with(options).await.unwrap()
    }

    /// Nobody can write any more.
    pub(crate) async fn lose(&mut self) {
        self.held = Some(self.pool().await.begin_with("BEGIN IMMEDIATE").await.unwrap());
    }

    /// Everybody can again.
    pub(crate) async fn find(&mut self) {
        self.held.take().unwrap().rollback().await.unwrap();
    }
}
