//! The tag of an intent at the end of a description: it makes recovery exact, for nobody else's endpoint bears it.
//!
//! ` [hw:k3x9m2q]`: seven characters of `a-z0-9`, four of the state's lineage and three drawn by lot.

/// How many characters of a tag stand for the lineage.
const OF_LINEAGE: usize = 4;
/// How many characters a tag has.
const LENGTH: usize = 7;
const START: &str = "[hw:";
const DIGITS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// A tag for an intent of the state with this lineage; `random` is drawn by lot.
pub(crate) fn tag(lineage: &str, random: u32) -> String {
    let hash = lineage.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let digits = |mut number: u32, count: usize| -> String {
        let mut digit = || {
            let digit = DIGITS[(number % 36) as usize];
            number /= 36;
            char::from(digit)
        };
        (0..count).map(|_| digit()).collect()
    };
    format!("{}{}", digits(hash, OF_LINEAGE), digits(random, LENGTH - OF_LINEAGE))
}

/// The description with a tag at its end.
pub(crate) fn add(description: Option<&str>, tag: &str) -> String {
    match description {
        Some(text) if !text.is_empty() => format!("{text} {START}{tag}]"),
        _ => format!("{START}{tag}]"),
    }
}

/// A description without its tag, and the tag, where it ends with one.
pub(crate) fn split(description: &str) -> (&str, Option<&str>) {
    let tail = LENGTH + START.len() + 1;
    let Some(at) = description.len().checked_sub(tail).filter(|at| description.is_char_boundary(*at)) else {
        return (description, None);
    };
    let (text, end) = description.split_at(at);
    let tag = end.strip_prefix(START).and_then(|rest| rest.strip_suffix(']'));
    match tag.filter(|tag| tag.bytes().all(|byte| DIGITS.contains(&byte))) {
        Some(tag) => (text.strip_suffix(' ').unwrap_or(text), Some(tag)),
        None => (description, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_split_off_again() {
        for text in [None, Some("Render pipeline"), Some("ends in a space "), Some("ü")] {
            let tag = tag("lineage", 46_655);
            let sent = add(text, &tag);
            assert_eq!(split(&sent), (text.unwrap_or_default(), Some(tag.as_str())), "{sent}");
        }
    }

    #[test]
    fn only_a_whole_tag_at_the_end_is_one() {
        for text in ["", "[hw:short]", "[hw:ABCDEFG]", "a [hw:abcdefg] b", "[hw:abcdefgh]", "ü[hw:abcdef"] {
            assert_eq!(split(text), (text, None), "{text}");
        }
        assert_eq!(split("a[hw:abcdefg]"), ("a", Some("abcdefg")));
    }

    #[test]
    fn tags_of_one_state_share_their_start() {
        let (one, other) = (tag("l", 1), tag("l", 2));
        assert_eq!((one.len(), &one[..OF_LINEAGE]), (LENGTH, &other[..OF_LINEAGE]));
        assert_ne!(one, other);
        assert_ne!(tag("m", 1), one);
    }
}
