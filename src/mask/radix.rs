//! Base64, base32 and hexadecimal taken off, wherever in a word they begin and whatever stands before them.

use std::ops::Range;
use std::rc::Rc;

use super::decode::Decoded;

/// An encoding whose every digit stands for so many bits.
struct Radix {
    bits: u32,
    /// The digits after which a digit begins a byte again: a word can be read in so many ways.
    group: usize,
    digit: fn(u8) -> Option<u8>,
}

/// Base64 (the alphabet of URLs too), base32, hexadecimal.
const ALL: [Radix; 3] = [
    Radix { bits: 6, group: 4, digit: base64 },
    Radix { bits: 5, group: 8, digit: base32 },
    Radix { bits: 4, group: 2, digit: hex },
];

/// The fewest bytes that a word must stand for to be decoded: as many as of a secret are recognised.
const FEWEST: usize = super::PART;

/// What the long words of a text stand for, read as digits of every kind and from each digit on of which a byte may
/// begin; one reading after another.
pub(super) fn readings(text: &[u8], place: impl Fn(usize) -> u32) -> impl Iterator<Item = Decoded> {
    let words = move |radix: &'static Radix| {
        let words = radix.words(text);
        (0..radix.group).map_while(move |skip| (!words.is_empty()).then(|| (radix, skip, words.clone())))
    };
    // Every digit is one of base64's, and a word of these the shortest: few lines have any.
    let radices = if ALL[0].words(text).is_empty() { &ALL[..0] } else { &ALL[..] };
    radices.iter().flat_map(words).map(move |(radix, skip, words)| radix.decode(text, &words, skip, &place))
}

impl Radix {
    /// Where the words are that are long enough.
    fn words(&self, text: &[u8]) -> Rc<[Range<usize>]> {
        let fewest = (FEWEST * 8).div_ceil(self.bits as usize);
        let mut words = Vec::new();
        let mut start = 0;
        for at in 0..=text.len() {
            if text.get(at).is_none_or(|byte| (self.digit)(*byte).is_none()) {
                if at - start >= fewest {
                    words.push(start..at);
                }
                start = at + 1;
            }
        }
        words.into()
    }

    /// The bytes that words stand for from their digit number `skip` on.
    fn decode(&self, text: &[u8], words: &[Range<usize>], skip: usize, place: impl Fn(usize) -> u32) -> Decoded {
        let mut decoded = Decoded::default();
        for word in words {
            let start = word.start + skip;
            self.word(&text[start..word.end], &mut decoded, |digit| place(start + digit));
        }
        decoded.starts.push(place(text.len()));
        decoded
    }

    fn word(&self, digits: &[u8], into: &mut Decoded, place: impl Fn(usize) -> u32) {
        let (mut bits, mut held, mut start) = (0_u32, 0, 0);
        for (at, digit) in digits.iter().filter_map(|byte| (self.digit)(*byte)).enumerate() {
            if held == 0 {
                start = at;
            }
            bits = bits << self.bits | u32::from(digit);
            held += self.bits;
            if held >= 8 {
                held -= 8;
                match (bits >> held & 0xff) as u8 {
                    byte @ b' '..=b'~' => into.push(byte, place(start)),
                    _ => end_text(into, place(start)),
                }
                start = at;
            }
        }
        end_text(into, place(digits.len()));
    }
}

/// Ends a run of ASCII with a line feed, and drops it where it is short: read from a wrong digit on, a word is bytes at
/// random, and most of these are looked at no further.
fn end_text(decoded: &mut Decoded, place: u32) {
    let begun = decoded.bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if decoded.bytes.len() - begun < FEWEST {
        decoded.bytes.truncate(begun);
        decoded.starts.truncate(begun);
    } else {
        decoded.push(b'\n', place);
    }
}

fn base64(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn base32(byte: u8) -> Option<u8> {
    match byte.to_ascii_uppercase() {
        upper @ b'A'..=b'Z' => Some(upper - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    }
}

fn hex(byte: u8) -> Option<u8> {
    u8::try_from(char::from(byte).to_digit(16)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_from_each_of_its_digits_and_every_byte_has_its_place() {
        let [base64, base32, hex] = &ALL;
        for (radix, text, skip) in [
            (base64, "x= MDEyMzQ1Njc4OWFiY2RlZg== y", 0),
            (base64, "x= aMDEyMzQ1Njc4OWFiY2RlZg y", 1),
            (base32, "x= GAYTEMZUGU3DOOBZMFRGGZDFMY====== y", 0),
            (base32, "x= gaytemzugu3doobzmfrggzdfmy y", 0),
            (hex, "x= 030313233343536373839616263646566 y", 1),
        ] {
            let words = radix.words(text.as_bytes());
            let decoded = radix.decode(text.as_bytes(), &words, skip, |at| at as u32);
            assert!(decoded.bytes.starts_with(b"0123456789abcdef"), "{text}: {decoded:?}");
            let source = decoded.source(0..16);
            assert_eq!(&text[source.start - 1 - skip..source.start - skip], " ", "{text}");
            assert!(text.as_bytes()[source.end - 1].is_ascii_alphanumeric(), "{text}");
        }
        assert_eq!(readings(b"short words alone, none of them a secret", |at| at as u32).count(), 0);
    }
}
