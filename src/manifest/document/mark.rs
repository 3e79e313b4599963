//! Where the values of a text stand.

use crate::notation::Step;

/// A line and a column, from 1.
pub(super) type Place = (usize, usize);

/// Where a value stands, and those in it.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    place: Place,
    inside: Inside,
}

#[derive(Debug, Clone)]
enum Inside {
    List(Vec<Mark>),
    Map(Vec<(String, Place, Mark)>),
    Nothing,
}

impl Mark {
    pub(super) fn scalar(place: Place) -> Self {
        Self { place, inside: Inside::Nothing }
    }

    pub(super) fn list(place: Place, items: Vec<Self>) -> Self {
        Self { place, inside: Inside::List(items) }
    }

    /// With key, the place of the key, and the value's mark.
    pub(super) fn map(place: Place, entries: Vec<(String, Place, Self)>) -> Self {
        Self { place, inside: Inside::Map(entries) }
    }

    /// The place of the value at the end of a path, or of its `key`; of the innermost one that is there.
    pub(super) fn locate(&self, path: &[Step], key: bool) -> Place {
        let mut place = self.place;
        let mut mark = self;
        for (index, step) in path.iter().enumerate() {
            let next = match (step, &mark.inside) {
                (Step::Key(wanted), Inside::Map(entries)) => {
                    let entry = entries.iter().find(|(known, ..)| known == wanted);
                    entry.map(|(_, at, mark)| (if key && index + 1 == path.len() { *at } else { mark.place }, mark))
                }
                (Step::Index(wanted), Inside::List(items)) => items.get(*wanted).map(|mark| (mark.place, mark)),
                _ => None,
            };
            let Some(found) = next else { break };
            (place, mark) = found;
        }
        place
    }
}
