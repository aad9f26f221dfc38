//! Receipts that neither journal nor state took: a later rescue never replaces an earlier one.

use std::time::Duration;

use super::{intent, receipt};
use crate::state::{Holder, Record, Rescue, Store, salvage};

#[test]
fn a_second_rescue_keeps_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(&folder.path().join("s.json"));
    let holder = Holder { who: "a@b".into(), pid: 1, since: "now".into(), command: "apply".into(), run: None };
    let writer = store.write(&holder, Duration::ZERO).unwrap();
    let saved = |key: &str, endpoint: &str| match writer
        .rescue(&[Record::Intent(intent(key, 0)), receipt(key, endpoint, 1000)])
    {
        Rescue::File(path) => path,
        Rescue::Text(text) => panic!("no file took it: {text}"),
    };
    let (first, second) = (saved("k1", "ep_1"), saved("k2", "ep_2"));
    assert_ne!(first, second);
    for (path, endpoint) in [(first, "ep_1"), (second, "ep_2")] {
        let (head, records, damaged) = salvage(&std::fs::read(&path).unwrap());
        assert!(head.is_some() && records.len() == 2 && damaged == 0);
        assert!(std::fs::read_to_string(&path).unwrap().contains(endpoint));
    }
}
