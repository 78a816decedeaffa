//! Looks at every byte of the log.

use std::fs;
use std::sync::PoisonError;

use bytes::Bytes;

use super::content::Content;
use super::recovery::{place, sealed_damage};
use super::scan::scan;
use crate::store::index::read;
use crate::store::trouble::io_error;
use crate::store::{Damage, StoreError};

impl Content {
    /// Every damaged place: those that are in the files now, and what was found when the store was
    /// opened and cannot be seen in one file.
    pub(super) fn find_damage(&self) -> Result<Vec<Damage>, StoreError> {
        let noted = self.damage.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // Where the writer is, before the files are read: what comes later is not judged.
        let (segments, last) = {
            let view = self.view();
            let known = view.known.iter().map(|(first, known)| (*first, known.next, known.end));
            let memory = view.memory.iter().map(|(first, recent)| {
                let recent = read(recent);
                (*first, recent.next(), recent.end())
            });
            let mut segments: Vec<_> = known.chain(memory).collect();
            segments.sort_unstable();
            (segments, view.memory.last_key_value().map(|(first, _)| *first))
        };
        let mut damage = Vec::new();
        for (first, next, end) in segments {
            let path = self.files.path(first);
            let bytes = fs::read(&path).map_err(|error| io_error("read", &path, &error))?;
            let mut bytes = Bytes::from(bytes);
            if noted.is_empty() && Some(first) == last {
                bytes.truncate(end as usize);
            }
            let scan = scan(&bytes, first, Some(self.store));
            let found = sealed_damage(&path, &scan);
            if found.is_empty() && scan.next < next {
                damage.push(Damage {
                    place: place(&path, scan.end),
                    problem: format!("the file ends before position {}", next - 1),
                    position: Some(scan.next),
                    ..Damage::default()
                });
            }
            damage.extend(found);
        }
        let elsewhere = noted.into_iter().filter(|noted| {
            damage
                .iter()
                .all(|found| (&found.place, found.position) != (&noted.place, noted.position))
        });
        let elsewhere: Vec<_> = elsewhere.collect();
        damage.extend(elsewhere);
        Ok(damage)
    }
}
