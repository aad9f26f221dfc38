//! The keys of a state's objects.

use crate::state::backend::{Base, is_key};

/// The keys of one state's objects, made of the key of its document.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    document: String,
}

/// Which segment a key names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SegmentId {
    /// The state that its journal was begun on.
    pub base: Base,
    /// From 1 on.
    pub number: u64,
}

impl Keys {
    pub(super) fn new(document: String) -> Self {
        Self { document }
    }

    pub(super) fn document(&self) -> &str {
        &self.document
    }

    /// The folder of all journals.
    pub(super) fn journals(&self) -> String {
        format!("{}.journal", self.document)
    }

    /// The folder of the receipts that came late.
    pub(super) fn late(&self) -> String {
        format!("{}.late", self.document)
    }

    pub(super) fn segment(&self, base: &Base, number: u64) -> String {
        format!("{}/{}/{}/{number}", self.journals(), base.lineage, base.serial)
    }

    pub(super) fn receipts(&self, writer: &str, number: u64) -> String {
        format!("{}/{writer}/{number}", self.late())
    }

    /// Whether a lineage can stand in a key: a state that somebody wrote by hand may have any.
    pub(super) fn takes(&self, lineage: &str) -> bool {
        !lineage.contains('/') && is_key(&self.segment(&Base { lineage: lineage.to_owned(), serial: 0 }, 1))
    }

    /// The segment that a key names; `None` for what no hookwright writes.
    pub(super) fn parse(&self, key: &str) -> Option<SegmentId> {
        let rest = key.strip_prefix(&self.journals())?.strip_prefix('/')?;
        let [lineage, serial, number] = rest.split('/').collect::<Vec<_>>().try_into().ok()?;
        let (serial, number) = (plain(serial)?, plain(number).filter(|number| *number > 0)?);
        Some(SegmentId { base: Base { lineage: lineage.to_owned(), serial }, number })
    }
}

/// A number as we write it: `7`, and neither `07` nor `+7`.
fn plain(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written_and_no_other_is() {
        let keys = Keys::new("prod/s.json".into());
        let base = Base { lineage: "6f-1".into(), serial: 12 };
        assert_eq!(keys.segment(&base, 3), "prod/s.json.journal/6f-1/12/3");
        assert_eq!(keys.parse(&keys.segment(&base, 3)), Some(SegmentId { base, number: 3 }));
        for other in ["6f-1/12/03", "6f-1/12/0", "6f-1/12", "6f-1/12/3/4", "6f-1/x/3", "6f-1/+12/3"] {
            assert_eq!(keys.parse(&format!("prod/s.json.journal/{other}")), None, "{other}");
        }
        assert_eq!(keys.parse("prod/s.json.late/w/1"), None);
        assert!(keys.takes("6f-1") && !keys.takes("a/b") && !keys.takes("..") && !keys.takes("a b"));
    }
}
