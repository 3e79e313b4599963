//! Writing the index down.

use std::fs::File;
use std::sync::Arc;

use super::builder::{Builder, Prepared, SegmentFile};
use super::segment::Segment;
use super::{Index, Summary, summary};
use crate::store::journal::{Hashed, parse_lines, read_part};
use crate::store::{Entry, Layout, State, StoreError, io};

/// Lines that were written just now, and what they say: nobody needs to read them again.
#[derive(Default)]
pub(in crate::store) struct Latest<'a> {
    pub(in crate::store) lines: &'a [u8],
    pub(in crate::store) entries: &'a [Entry],
}

/// Continues the index up to the state's last line, which ends at `length` in the journal, with the `latest` ones; the lock is held.
pub(in crate::store) fn extend(
    layout: &Layout,
    journal: &File,
    state: &State,
    length: u64,
    latest: &Latest<'_>,
) -> Result<Arc<Index>, StoreError> {
    let base = state.base();
    let (mut files, begin, seq) =
        base.map_or((Vec::new(), 0, 0), |base| (base.summary.segments.clone(), base.summary.bytes, base.summary.seq));
    let mut lines = state.seq - seq;
    let mut merged = Vec::new();
    // Every line is written again as often as the journal has doubled since.
    while let Some(last) = files.pop_if(|last| last.lines < 2 * lines) {
        lines += last.lines;
        merged.push(last);
    }
    let first = state.seq + 1 - lines;
    let mut builder = Builder::create(&layout.cache(), first)?;
    for file in merged.iter().rev() {
        let gone = || StoreError::damaged(layout.cache().join(&file.file), None, "is gone or was changed");
        builder.append(&file.open(&layout.cache()).ok_or_else(gone)?)?;
    }
    let read = length - latest.lines.len() as u64;
    add_lines(&mut builder, journal, state, layout, (begin, read))?;
    add_latest(&mut builder, state, read, latest)?;
    let (_, file) = builder.finish(length)?;
    files.push(file);
    let segments = files.iter().map(|file| file.open(&layout.cache())).collect::<Option<Vec<_>>>();
    let summary = summary_of(state, files, length)?;
    write(layout, &summary)?;
    let journal = journal.try_clone().map_err(|error| StoreError::io(layout.journal(), error))?;
    let index = segments.and_then(|segments| Index::new(layout, summary, segments, journal));
    index.map(Arc::new).ok_or_else(|| StoreError::damaged(layout.cache(), None, "was changed while it was written"))
}

fn add_lines(
    builder: &mut Builder,
    journal: &File,
    state: &State,
    layout: &Layout,
    (begin, end): (u64, u64),
) -> Result<(), StoreError> {
    let path = layout.journal();
    let bytes = read_part(journal, &path, begin, end)?;
    let mut at = begin;
    for (line, length) in parse_lines(&bytes, true) {
        let damaged = |why| StoreError::damaged(&path, None, why);
        let Hashed { line, prepared, .. } = line.map_err(damaged)?;
        let entry = line.into_entry().map_err(damaged)?;
        builder.add(at, &prepared.unwrap_or_default(), issuer_of(state, &entry))?;
        at += length as u64;
    }
    Ok(())
}

fn add_latest(builder: &mut Builder, state: &State, begin: u64, latest: &Latest<'_>) -> Result<(), StoreError> {
    let mut at = begin;
    for (line, entry) in latest.lines.split_inclusive(|byte| *byte == b'\n').zip(latest.entries) {
        builder.add(at, &Prepared::of(&entry.event), issuer_of(state, entry))?;
        at += line.len() as u64;
    }
    Ok(())
}

fn issuer_of(state: &State, entry: &Entry) -> Option<usize> {
    entry.event.certificate().and_then(|record| state.recent_issuer(&record.serial))
}

/// An index of everything: what `builder` has, up to the state's last line, which ends at `length` in the journal.
pub(in crate::store) fn settled(
    layout: &Layout,
    journal: &File,
    builder: Builder,
    state: &State,
    length: u64,
) -> Result<Arc<Index>, StoreError> {
    let (segment, file) = builder.finish(length)?;
    let summary = summary_of(state, vec![file], length)?;
    let journal = journal.try_clone().map_err(|error| StoreError::io(layout.journal(), error))?;
    let index = Index::new(layout, summary, vec![segment], journal);
    index.map(Arc::new).ok_or_else(|| StoreError::damaged(layout.cache(), None, "was changed while it was written"))
}

/// Lets an index be found by later commands; the lock is held.
///
/// # Errors
/// [`StoreError::Io`]; [`StoreError::Damaged`] where somebody else has removed its files meanwhile.
pub(in crate::store) fn keep(index: &Index) -> Result<(), StoreError> {
    if !index.segments.iter().all(Segment::is_there) {
        return Err(StoreError::damaged(index.layout.cache(), None, "was changed while the index was made"));
    }
    write(&index.layout, &index.summary)
}

/// Removes the files of an index that cannot be kept. It can be used while it is open.
pub(in crate::store) fn forget(index: &Index) {
    for segment in &index.segments {
        // What stays is removed with the next index that is kept.
        let _ = io::remove_file(segment.path());
    }
}

fn summary_of(state: &State, segments: Vec<SegmentFile>, bytes: u64) -> Result<Summary, StoreError> {
    let mut summary = state.summary()?;
    summary.version = summary::VERSION;
    summary.bytes = bytes;
    summary.segments = segments;
    summary.check = summary.checksum().ok_or_else(|| StoreError::Invalid("the index cannot be written".to_owned()))?;
    Ok(summary)
}

/// Writes `index.json`, durably and in one step, then removes what it does not name.
fn write(layout: &Layout, summary: &Summary) -> Result<(), StoreError> {
    let dir = layout.cache();
    let (path, temporary) = (dir.join("index.json"), dir.join("index.json.new"));
    let json = serde_json::to_vec(summary).map_err(|error| StoreError::io(&path, error.into()))?;
    io::remove_file(&temporary)?;
    let file = io::write_file(&temporary, &json, io::KEY_MODE)?;
    io::sync_data(&file, &temporary)?;
    io::sync_dir(&dir)?;
    io::rename(&temporary, &path)?;
    io::sync_dir(&dir)?;
    for path in io::files_in(&dir)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.ends_with(".segment") && !summary.segments.iter().any(|segment| segment.file == name) {
            io::remove_file(&path)?;
        }
    }
    Ok(())
}
