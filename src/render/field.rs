//! One attribute of an endpoint, as it is, becomes or ends.

use std::collections::BTreeSet;

use super::untrusted::value;
use crate::endpoint::{Attribute, Attributed};

/// What a sign at the start of a line means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Keep,
    Add,
    Remove,
    Change,
}

/// An attribute's value, untrusted until it is [`Value::shown`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Text(&'a str),
    Number(u32),
    Flag(bool),
    /// The API tells it once it is made.
    KnownAfterApply,
    /// Words of ours.
    Words(&'static str),
    /// A secret that exists.
    Secret,
    /// A secret that the API makes.
    NewSecret,
}

impl Value<'_> {
    /// The value as all formats for eyes write it.
    pub(super) fn shown(self) -> String {
        match self {
            Self::Text(text) => value(text),
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::KnownAfterApply => "(known after apply)".to_owned(),
            Self::Words(words) => words.to_owned(),
            Self::Secret => "(sensitive)".to_owned(),
            Self::NewSecret => "(sensitive, known after apply)".to_owned(),
        }
    }
}

/// What happens to an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Delta<'a> {
    Keep(Value<'a>),
    Add(Value<'a>),
    Remove(Value<'a>),
    Change(Value<'a>, Value<'a>),
    /// A set: what is shown of it, item by item, and how many more stay as they are.
    Set {
        sign: Sign,
        items: Vec<(Sign, &'a str)>,
        kept: usize,
    },
}

/// An attribute of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub key: &'static str,
    pub delta: Delta<'a>,
    /// A remark behind it: why it matters.
    pub remark: Option<&'static str>,
}

impl<'a> Field<'a> {
    pub(super) fn new(key: &'static str, delta: Delta<'a>) -> Self {
        Self { key, delta, remark: None }
    }

    /// A value that was and will be; `None` on a side that has none.
    pub(super) fn of(key: &'static str, before: Option<Value<'a>>, after: Option<Value<'a>>) -> Option<Self> {
        let delta = match (before, after) {
            (None, None) => return None,
            (None, Some(after)) => Delta::Add(after),
            (Some(before), None) => Delta::Remove(before),
            (Some(before), Some(after)) if before == after => Delta::Keep(after),
            (Some(before), Some(after)) => Delta::Change(before, after),
        };
        Some(Self::new(key, delta))
    }

    /// An attribute of a spec, before and after; `None` on a side that has no endpoint, or has no such value.
    pub(super) fn attribute(
        attribute: Attribute,
        before: Option<Attributed<'a>>,
        after: Option<Attributed<'a>>,
    ) -> Option<Self> {
        let key = attribute.word();
        let text = |side: Option<Attributed<'a>>| match side {
            Some(Attributed::Text(text)) => text.map(Value::Text),
            Some(Attributed::Set(_)) | None => None,
        };
        match (before, after) {
            (Some(Attributed::Set(before)), Some(Attributed::Set(after))) => {
                Some(Self::set(key, &items(before), &items(after)))
            }
            (Some(Attributed::Set(before)), _) => Some(Self::whole(key, Sign::Remove, &items(before))),
            (_, Some(Attributed::Set(after))) => Some(Self::whole(key, Sign::Add, &items(after))),
            _ => Self::of(key, text(before), text(after)),
        }
    }

    /// An attribute that stays as it is, shown whole; nothing where it has no value.
    pub(super) fn kept(attribute: Attribute, value: Attributed<'a>) -> Option<Self> {
        match value {
            Attributed::Text(text) => text.map(|text| Self::new(attribute.word(), Delta::Keep(Value::Text(text)))),
            Attributed::Set(set) => Some(Self::whole(attribute.word(), Sign::Keep, &items(set))),
        }
    }

    /// A set that was and will be, both of them known.
    pub(super) fn set(key: &'static str, before: &BTreeSet<&'a str>, after: &BTreeSet<&'a str>) -> Self {
        let mut items: Vec<(Sign, &str)> = before.difference(after).map(|item| (Sign::Remove, *item)).collect();
        items.extend(after.difference(before).map(|item| (Sign::Add, *item)));
        let kept = before.intersection(after).count();
        let sign = if items.is_empty() { Sign::Keep } else { Sign::Change };
        Self::new(key, Delta::Set { sign, items, kept })
    }

    /// A whole set under one sign.
    pub(super) fn whole(key: &'static str, sign: Sign, items: &BTreeSet<&'a str>) -> Self {
        Self::new(key, Delta::Set { sign, items: items.iter().map(|item| (sign, *item)).collect(), kept: 0 })
    }

    pub(super) fn sign(&self) -> Sign {
        match &self.delta {
            Delta::Keep(_) => Sign::Keep,
            Delta::Add(_) => Sign::Add,
            Delta::Remove(_) => Sign::Remove,
            Delta::Change(..) => Sign::Change,
            Delta::Set { sign, .. } => *sign,
        }
    }
}

/// The items of a set, borrowed.
pub(super) fn items(set: &BTreeSet<String>) -> BTreeSet<&str> {
    set.iter().map(String::as_str).collect()
}
