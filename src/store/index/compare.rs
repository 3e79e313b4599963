//! Comparing an index that was kept with the journal.

use std::fs::{self, File};

use ring::digest::{Context, SHA256, digest};

use super::builder::Builder;
use super::summary::{self, Summary};
use super::term::Term;
use super::{Index, settled};
use crate::store::journal::{Rules, Watch};
use crate::store::{Layout, StoreError, event, io};

/// What is wrong with the index that was kept, a sentence without its subject; `None` for one that is right, or for none.
///
/// # Errors
/// [`StoreError::Io`] for the journal.
pub(in crate::store) fn fault(layout: &Layout, journal: &File) -> Result<Option<String>, StoreError> {
    let path = layout.cache().join("index.json");
    if fs::symlink_metadata(&path).is_err() {
        return Ok(None);
    }
    let Some(kept) = io::read_regular(&path, summary::MOST).ok().and_then(|bytes| Summary::parse(&bytes)) else {
        return Ok(Some("is no index that this version reads".to_owned()));
    };
    let mut segments = Vec::new();
    for file in &kept.segments {
        let path = layout.cache().join(&file.file);
        let whole = fs::read(&path).is_ok_and(|bytes| event::hex(digest(&SHA256, &bytes).as_ref()) == file.sha256);
        match file.open(&layout.cache()).filter(|_| whole) {
            Some(segment) => segments.push(segment),
            None => return Ok(Some(format!("is damaged: {} is not as it was written", file.file))),
        }
    }
    let again = journal.try_clone().map_err(|error| StoreError::io(layout.journal(), error))?;
    let Some(kept) = Index::new(layout, kept, segments, again) else {
        return Ok(Some("does not fit together".to_owned()));
    };
    let path = layout.journal();
    let mut builder = Builder::in_memory(1);
    let watch = Watch { visit: &mut |_| (), builder: Some(&mut builder), progress: &|_| () };
    let rules = Rules { path: &path, head: None, newer: false, writer: true };
    let length = journal.metadata().map_err(|error| StoreError::io(&path, error))?.len();
    if kept.summary.bytes > length {
        return Ok(Some("knows more lines than the journal has".to_owned()));
    }
    let scan = rules.scan_file(journal, kept.summary.bytes, watch)?;
    let right = settled(layout, journal, builder, &scan.state, scan.sound)?;
    let same = Content::of(&kept)? == Content::of(&right)?;
    Ok((!same).then(|| "is not what the journal says".to_owned()))
}

/// What an index says, however it is divided.
#[derive(PartialEq)]
struct Content {
    summary: Summary,
    /// SHA-256 of all rows.
    rows: String,
    terms: Vec<(Term, u64)>,
}

impl Content {
    fn of(index: &Index) -> Result<Self, StoreError> {
        let summary = Summary { segments: Vec::new(), check: String::new(), ..index.summary.clone() };
        let (mut rows, mut terms) = (Context::new(&SHA256), Vec::new());
        for segment in &index.segments {
            segment.scan(&mut |line, location, row| {
                for number in [line, location.begin, location.end, row.len() as u64] {
                    rows.update(&number.to_le_bytes());
                }
                rows.update(row);
                Ok::<(), StoreError>(())
            })?;
            let first = segment.footer.first;
            terms.extend(segment.terms()?.into_iter().map(|(term, line)| (term, first + u64::from(line))));
        }
        terms.sort_unstable();
        Ok(Self { summary, rows: event::hex(rows.finish().as_ref()), terms })
    }
}
