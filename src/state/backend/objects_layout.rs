//! Where the parts of a state lie among the objects of a store: the document at its key, `KEY.journal/…` and `KEY.late/…`
//! beside it.

use super::log::Base;
use super::objects::{Listed, Listing};
use crate::timestamp::Timestamp;

/// The keys of one state's objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    key: String,
}

/// A journal's object as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    /// The state that the journal was begun on.
    pub base: Base,
    /// Its number in the journal.
    pub number: u64,
    /// How many bytes it has.
    pub size: u64,
    /// When it was written, by the store's clock.
    pub modified: Timestamp,
}

/// A late receipt as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Late {
    /// Who wrote it.
    pub writer: String,
    /// Its number among that writer's.
    pub number: u64,
    /// When it was written, by the store's clock.
    pub modified: Timestamp,
}

impl Layout {
    /// Of the state whose document has this key.
    pub(crate) fn of(key: &str) -> Self {
        Self { key: key.to_owned() }
    }

    /// The document's key.
    pub(crate) fn document(&self) -> &str {
        &self.key
    }

    /// The folder of all journals.
    pub(crate) fn journals(&self) -> String {
        format!("{}.journal", self.key)
    }

    /// The folder of one journal.
    pub(crate) fn journal(&self, base: &Base) -> String {
        format!("{}/{}/{}", self.journals(), base.lineage, base.serial)
    }

    /// The folder of all late receipts.
    pub(crate) fn lates(&self) -> String {
        format!("{}.late", self.key)
    }

    /// The key of a late receipt.
    pub(crate) fn late(&self, writer: &str, number: u64) -> String {
        format!("{}/{writer}/{number}", self.lates())
    }

    /// The journals' objects in a listing of [`Layout::journals`], by lineage, serial and number. What has another name
    /// than such an object has is none.
    pub(crate) fn segments(&self, listing: &Listing) -> Vec<Segment> {
        let mut segments: Vec<Segment> = listing.objects.iter().filter_map(|object| self.segment(object)).collect();
        segments.sort_by(|a, b| (&a.base, a.number).cmp(&(&b.base, b.number)));
        segments
    }

    fn segment(&self, object: &Listed) -> Option<Segment> {
        let [lineage, serial, number] = below(&object.key, &self.journals())?;
        let base = Base { lineage: lineage.to_owned(), serial: numbered(serial)? };
        let Listed { size, modified, .. } = *object;
        Some(Segment { base, number: numbered(number).filter(|number| *number > 0)?, size, modified })
    }

    /// The late receipts in a listing of [`Layout::lates`], by writer and number.
    pub(crate) fn late_receipts(&self, listing: &Listing) -> Vec<Late> {
        let late = |object: &Listed| {
            let [writer, number] = below(&object.key, &self.lates())?;
            Some(Late { writer: writer.to_owned(), number: numbered(number)?, modified: object.modified })
        };
        let mut receipts: Vec<Late> = listing.objects.iter().filter_map(late).collect();
        receipts.sort_by(|a, b| (&a.writer, a.number).cmp(&(&b.writer, b.number)));
        receipts
    }
}

/// The segments of a key below a folder, where there are just so many.
fn below<'a, const N: usize>(key: &'a str, folder: &str) -> Option<[&'a str; N]> {
    let rest = key.strip_prefix(folder)?.strip_prefix('/')?;
    rest.split('/').collect::<Vec<_>>().try_into().ok()
}

/// A number as we write it: no sign, no zero in front.
fn numbered(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(keys: &[&str]) -> Listing {
        let listed = |key: &&str| Listed { key: (*key).to_owned(), size: 3, modified: Timestamp(7) };
        Listing { objects: keys.iter().map(listed).collect(), now: None }
    }

    #[test]
    fn segments_are_found_in_the_order_of_their_numbers() {
        let layout = Layout::of("prod/s.json");
        let base = Base { lineage: "l-1".to_owned(), serial: 12 };
        assert_eq!(format!("{}/{}", layout.journal(&base), 3), "prod/s.json.journal/l-1/12/3");
        let found = layout.segments(&listing(&[
            "prod/s.json.journal/l-1/12/10",
            "prod/s.json.journal/l-1/12/2",
            "prod/s.json.journal/l-1/9/1",
        ]));
        let order: Vec<(u64, u64)> = found.iter().map(|segment| (segment.base.serial, segment.number)).collect();
        assert_eq!(order, [(9, 1), (12, 2), (12, 10)]);
        assert_eq!(found[0], Segment { base: Base { serial: 9, ..base }, number: 1, size: 3, modified: Timestamp(7) });
    }

    #[test]
    fn what_has_another_name_is_no_segment_and_no_receipt() {
        let layout = Layout::of("s");
        for key in [
            "s.journal/l/1/0",
            "s.journal/l/1/01",
            "s.journal/l/+1/1",
            "s.journal/l/1",
            "s.journal/l/1/1/1",
            "s.journal/l/1/18446744073709551616",
            "s.journals/l/1/1",
            "other.journal/l/1/1",
        ] {
            assert_eq!(layout.segments(&listing(&[key])), [], "{key}");
        }
        let found =
            layout.late_receipts(&listing(&["s.late/w/10", "s.late/w/2", "s.late/w", "s.late/w/x", "s.later/w/1"]));
        let late = |number| Late { writer: "w".to_owned(), number, modified: Timestamp(7) };
        assert_eq!(found, [late(2), late(10)]);
        assert_eq!(layout.late("w", 2), "s.late/w/2");
    }
}
