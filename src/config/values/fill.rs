//! `${var.NAME}` and `${environment}` in the strings of an entry: values put into the parsed string, never into raw
//! text, once, with no functions and no logic.

use std::borrow::Cow;
use std::ops::Range;

use crate::config::syntax::errors::{Errors, Whole, quoted_short};
use crate::config::syntax::tree::{Item, Text};
use crate::config::values::variables::{Declared, EnvironmentName, Value, Variables, undeclared};
use crate::diagnostic::FileError;

/// A string with its values in place.
pub(in crate::config) struct Filled<'t> {
    pub(in crate::config) text: Cow<'t, str>,
    /// The string as written.
    pub(in crate::config) span: Range<usize>,
}

impl Filled<'_> {
    /// A few words beside the caret: what the string is with its values, where it has any.
    pub(in crate::config) fn label(&self) -> String {
        match &self.text {
            Cow::Borrowed(_) => String::new(),
            Cow::Owned(text) => format!("this is {}", quoted_short(text)),
        }
    }
}

/// A part of a string.
#[derive(Debug, PartialEq, Eq)]
enum Part<'t> {
    Plain(&'t str),
    /// What stands between `${` and `}`.
    Use(&'t str),
    /// A `${` that nothing closes.
    Open,
}

/// The parts of a string; `None` where it is plain throughout.
fn parts(text: &str) -> Option<Vec<Part<'_>>> {
    let mut rest = text;
    let mut parts = Vec::new();
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            parts.extend([Part::Plain(&rest[..at - 1]), Part::Plain("${")]);
            rest = &rest[at + 2..];
            continue;
        }
        parts.push(Part::Plain(&rest[..at]));
        let Some(length) = rest[at..].find('}') else {
            parts.push(Part::Open);
            return Some(parts);
        };
        parts.push(Part::Use(&rest[at + 2..at + length]));
        rest = &rest[at + length + 1..];
    }
    (!parts.is_empty()).then(|| {
        parts.push(Part::Plain(rest));
        parts
    })
}

impl Variables<'_> {
    /// The string with its values in place, or an error at each that has none.
    pub(in crate::config) fn text<'t>(&self, item: Item<'t>, example: &str, errors: &mut Errors) -> Option<Filled<'t>> {
        let Text { text, span } = item.text(example, errors)?;
        let Some(parts) = parts(text) else { return Some(Filled { text: Cow::Borrowed(text), span }) };
        let mut filled = Some(String::with_capacity(text.len()));
        for part in parts {
            let value = match part {
                Part::Plain(plain) => Some(plain),
                Part::Use(name) => self.value(name, &span, errors).filter(|value| self.fits(value, &span, errors)),
                Part::Open => {
                    let error = FileError::new("`${` is not closed", self.place("${", &span), "");
                    errors.push(error.hint("close it with `}`; for a literal `${`, write `$${`"));
                    None
                }
            };
            match (&mut filled, value) {
                (Some(filled), Some(value)) => filled.push_str(value),
                _ => filled = None,
            }
        }
        Some(Filled { text: Cow::Owned(filled?), span })
    }

    fn value(&self, name: &str, span: &Range<usize>, errors: &mut Errors) -> Option<&str> {
        // A search of the whole string: for an error alone, and not for one of very many.
        let crowded = errors.is_crowded();
        let place = || if crowded { span.clone() } else { self.place(&format!("${{{name}}}"), span) };
        if name == "environment" {
            return self.environment_name(place, errors);
        }
        let Some(variable) = name.strip_prefix("var.") else {
            let error =
                FileError::new(format!("{} stands for nothing", quoted_short(&format!("${{{name}}}"))), place(), "");
            errors.push(error.hint("write `${var.NAME}` or `${environment}`; for a literal `${`, write `$${`"));
            return None;
        };
        let Some(declared) = self.declared.get(variable) else {
            let (label, hint) = undeclared(variable, &self.declared, errors);
            let message = format!("{} is no declared variable", quoted_short(variable));
            errors.absent(FileError::new(message, place(), label).hint(hint), Whole::File);
            return None;
        };
        match &declared.value {
            Value::Known(value) => Some(value),
            Value::Faulty => None,
            Value::Missing => {
                errors.push(self.missing(variable, declared, place()));
                None
            }
        }
    }

    fn environment_name(&self, place: impl FnOnce() -> Range<usize>, errors: &mut Errors) -> Option<&str> {
        match &self.environment {
            EnvironmentName::Known(name) => return Some(name),
            EnvironmentName::Unknown => return None,
            EnvironmentName::None => {}
        }
        let error = FileError::new("`${environment}` stands for nothing: the file has no environments", place(), "");
        errors.absent(error.hint("write `[environments.NAME]`, and choose one with `--env`"), Whole::File);
        None
    }

    fn missing(&self, name: &str, declared: &Declared, place: Range<usize>) -> FileError {
        let in_environment = match &self.environment {
            EnvironmentName::Known(environment) => format!(" or under `[environments.{environment}.variables]`"),
            EnvironmentName::None | EnvironmentName::Unknown => String::new(),
        };
        let hint = format!(
            "give it with `--var {name}=VALUE`, HOOKWRIGHT_VAR_{name} or `--var-file FILE`; or write it in the file: \
             as its `default` under `[variables]`{in_environment}"
        );
        let about = declared.description.as_ref().map(|text| format!("declared here: {}", quoted_short(text)));
        let error = FileError::new(format!("the variable `{name}` has no value"), place, "").hint(hint);
        error.also(declared.place.clone(), about.unwrap_or_else(|| "declared here".to_owned()))
    }

    /// Whether there is room for a value.
    fn fits(&self, value: &str, span: &Range<usize>, errors: &mut Errors) -> bool {
        let Some(left) = self.left.get().checked_sub(value.len()) else {
            errors.push(FileError::new("the values add more than 8 MiB to the file", span.clone(), "from here on"));
            return false;
        };
        self.left.set(left);
        true
    }

    /// Where a use stands in its string; all of the string where an escape hides it.
    fn place(&self, written: &str, span: &Range<usize>) -> Range<usize> {
        let found = self.whole.get(span.clone()).and_then(|raw| raw.find(written));
        found.map_or_else(|| span.clone(), |at| span.start + at..span.start + at + written.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Part::{Open, Plain, Use};

    #[test]
    fn a_string_falls_into_parts() {
        assert_eq!(parts("https://h.example/$1{2}"), None);
        assert_eq!(parts("a${var.b}c"), Some(vec![Plain("a"), Use("var.b"), Plain("c")]));
        assert_eq!(parts("$${x}"), Some(vec![Plain(""), Plain("${"), Plain("x}")]));
        assert_eq!(parts("${a}${"), Some(vec![Plain(""), Use("a"), Plain(""), Open]));
        assert_eq!(parts("${}"), Some(vec![Plain(""), Use(""), Plain("")]));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic_and_plain_parts_are_the_texts_own(text in "[a${}.é]{0,20}") {
            let joined = match parts(&text) {
                None => text.clone(),
                Some(parts) => parts.iter().map(|part| match part {
                    Plain("${") => "$${".to_owned(),
                    Plain(plain) => (*plain).to_owned(),
                    Use(name) => format!("${{{name}}}"),
                    Open => text[text.rfind("${").unwrap_or(0)..].to_owned(),
                }).collect(),
            };
            // An open use may swallow others that are behind it; all before it is there.
            proptest::prop_assert!(joined == text || parts(&text).is_some_and(|parts| parts.contains(&Open)));
            let plain = !text.contains("${");
            proptest::prop_assert_eq!(plain, parts(&text).is_none());
        }
    }
}
