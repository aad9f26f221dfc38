//! What must never be shown: the secrets that this run knows, and whatever looks like one, in any encoding.
//!
//! A run learns its secrets as it meets them (the API key, an identity, a signing secret that was just read), and
//! everything that is printed passes through [`hide`]. Of a secret only keyed hashes of its parts are kept.

mod decode;
mod radix;
mod userinfo;

use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashSet};
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::{LazyLock, PoisonError, RwLock};

pub(crate) use userinfo::{credentials, passwords};

use decode::Decoded;

/// Bytes of a secret that are recognised together. A shorter secret is recognised as a whole.
const PART: usize = 16;
/// The fewest bytes of a secret: what is shorter may be any word.
const SHORTEST: usize = 8;
/// How often an encoding is taken off: JSON inside of JSON inside of HTML.
const LEVELS: usize = 4;
/// How many of these levels may be base64, base32 or hexadecimal, which can be read in many ways each.
const RADIXES: usize = 2;
/// What secrets begin with, and how many of the next bytes make one.
const PREFIXES: [(&[u8], usize); 3] = [(b"whsec_", 4), (b"sk_videogen_", SHORTEST), (b"age-secret-key-", SHORTEST)];

static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);

/// From now on the secret is masked wherever it occurs: raw, in JSON, percent-encoded, in HTML, in base64, base32 or
/// hexadecimal, and in a few of these one inside of another. Not where its characters are reordered or stand apart.
pub(crate) fn learn(secret: &str) {
    KNOWN.write().unwrap_or_else(PoisonError::into_inner).learn(secret.trim());
}

/// The text with every byte of a secret as `*`.
///
/// A secret is one that this run has learned, or what follows `whsec_`, `sk_videogen_` or `AGE-SECRET-KEY-`. Linear in
/// time; the length stays the same.
pub(crate) fn hide(text: &str) -> Cow<'_, str> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    let mut out: Option<Vec<u8>> = None;
    let mut start = 0;
    // A secret stands on one line: what is decoded is never more than that.
    for line in text.split_inclusive('\n') {
        // Nothing shorter is a secret.
        let spans = if line.len() < SHORTEST { Vec::new() } else { known.spans(line.as_bytes()) };
        for span in spans {
            let out = out.get_or_insert_with(|| text.as_bytes().to_vec());
            out[start + span.start..start + span.end].fill(b'*');
        }
        start += line.len();
    }
    match out {
        None => Cow::Borrowed(text),
        Some(bytes) => {
            Cow::Owned(String::from_utf8(bytes).expect("whole ASCII characters and whole escapes are masked"))
        }
    }
}

/// Hashes of what is known, by length.
#[derive(Default)]
struct Known {
    hasher: RandomState,
    parts: BTreeMap<usize, HashSet<u64>>,
    /// Whether any part begins with these two bytes, so that most places of a text need no hash. Empty at first.
    starts: Vec<bool>,
}

impl Known {
    fn learn(&mut self, secret: &str) {
        let bare = ["whsec_", "AGE-SECRET-KEY-1", "sk_videogen_live_", "sk_videogen_test_", "sk_videogen_"]
            .into_iter()
            .find_map(|prefix| secret.strip_prefix(prefix))
            .unwrap_or(secret);
        if bare.len() < SHORTEST || !bare.is_ascii() {
            return;
        }
        self.starts.resize(1 << 16, false);
        self.add(bare.as_bytes());
    }

    /// Adds every part.
    fn add(&mut self, secret: &[u8]) {
        let length = secret.len().min(PART);
        for part in secret.windows(length) {
            self.starts[pair(part, 0)] = true;
            self.parts.entry(length).or_default().insert(self.hasher.hash_one(part));
        }
    }

    /// What is to be masked of a line.
    fn spans(&self, line: &[u8]) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        self.find(line, |span| spans.push(span));
        if let Ok(end) = u32::try_from(line.len()) {
            let place = |at| u32::try_from(at).unwrap_or(end);
            self.look_inside(line, &place, LEVELS, RADIXES, &mut spans);
        }
        spans
    }

    /// Adds what is to be masked in every reading of a text. Each is looked at and dropped before the next one is made;
    /// how many there are depends on the levels alone, so that it stays linear.
    fn look_inside(
        &self,
        text: &[u8],
        place: &dyn Fn(usize) -> u32,
        levels: usize,
        radixes: usize,
        spans: &mut Vec<Range<usize>>,
    ) {
        if levels == 0 {
            return;
        }
        let mut look = |decoded: Decoded, radixes| {
            self.find(&decoded.bytes, |span| spans.push(decoded.source(span)));
            self.look_inside(&decoded.bytes, &|at| decoded.starts[at], levels - 1, radixes, spans);
        };
        Decoded::escapes(text, place).into_iter().for_each(|decoded| look(decoded, radixes));
        if radixes > 0 {
            radix::readings(text, place).for_each(|decoded| look(decoded, radixes - 1));
        }
    }

    fn find(&self, text: &[u8], mut found: impl FnMut(Range<usize>)) {
        let mut end = 0;
        for at in 0..text.len() {
            if at >= end
                && let Some(span) = prefixed(text, at)
            {
                end = span.end;
                found(span);
            }
            if at + SHORTEST <= text.len() && self.starts.get(pair(text, at)) == Some(&true) {
                let is_part = |length: &usize, hashes: &HashSet<u64>| {
                    text.get(at..at + length).is_some_and(|part| hashes.contains(&self.hasher.hash_one(part)))
                };
                if let Some((length, _)) = self.parts.iter().rev().find(|(length, hashes)| is_part(length, hashes)) {
                    found(at..at + length);
                }
            }
        }
    }
}

fn pair(text: &[u8], at: usize) -> usize {
    usize::from(text[at]) << 8 | usize::from(text[at + 1])
}

/// What follows a prefix of secrets that stands there.
fn prefixed(text: &[u8], at: usize) -> Option<Range<usize>> {
    if !matches!(text[at], b'w' | b'W' | b's' | b'S' | b'a' | b'A') {
        return None;
    }
    let begins =
        |prefix: &[u8]| text.get(at..at + prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let (prefix, fewest) = PREFIXES.into_iter().find(|(prefix, _)| begins(prefix))?;
    let start = at + prefix.len();
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-+/=".contains(byte);
    let length = text[start..].iter().take_while(|byte| inside(byte)).count();
    (length >= fewest).then_some(start..start + length)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

    use super::*;

    fn known(secrets: &[&str]) -> Known {
        let mut known = Known::default();
        secrets.iter().for_each(|secret| known.learn(secret));
        known
    }

    fn masked(known: &Known, line: &str) -> String {
        let mut out = line.as_bytes().to_vec();
        known.spans(line.as_bytes()).into_iter().for_each(|span| out[span].fill(b'*'));
        String::from_utf8(out).unwrap()
    }

    const SECRET: &str = "whsec_aa+bb/CANARYcanaryCANARY0123456789abc=";

    #[test]
    fn a_secret_is_masked_by_its_looks_in_every_encoding() {
        let percent = SECRET.replace('+', "%2B").replace('/', "%2f").replace('=', "%3D");
        for shown in [
            SECRET.to_owned(),
            SECRET.replace('/', "\\/"),
            SECRET.replace('+', "\\u002B"),
            SECRET.replace('+', "\\\\u002b").replace('/', "\\\\/"),
            percent.replace('%', "%25"),
            percent,
            SECRET.replace('+', "&#43;").replace('/', "&#x2f;").replace('=', "&equals;"),
            SECRET.replace('_', "\\x5f"),
            SECRET.replace('w', "\\u0077").replace("CANARY", "&#67;ANARY"),
        ] {
            let text = masked(&Known::default(), &format!("\"signingSecret\":\"{shown}\",\"url\":1"));
            assert!(!text.contains("CANARY") && !text.contains("canary") && !text.contains("789"), "{shown}: {text}");
            assert!(text.starts_with("\"signingSecret\":\"") && text.ends_with("\",\"url\":1"), "{text}");
        }
    }

    #[test]
    fn a_known_secret_is_masked_without_its_prefix_and_in_base64() {
        let key = "2hK9/xq+Lm83nfT7vPzR";
        let known = known(&[key]);
        for before in ["", "a", "bc", "def"] {
            let text = format!("{before}:{key}:more");
            for engine in [&BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE_NO_PAD] {
                let line = engine.encode(&text);
                assert!(masked(&known, &line).contains("****************"), "{line}");
            }
            assert_eq!(masked(&known, &text), format!("{before}:********************:more"));
        }
        assert!(!masked(&known, "key=2hK9%2Fxq%2BLm83nfT7vPzR").contains("Lm83"));
        assert!(!masked(&known, "2hK9&#47;xq&plus;Lm83nfT7vPzR").contains("Lm83"));
        assert_eq!(masked(&known, "2hK9/xq+"), "2hK9/xq+", "a beginning is not the secret");
    }

    #[test]
    fn a_known_secret_is_masked_in_the_escapes_of_shells_and_mail_and_with_what_is_not_seen() {
        let key = "2hK9xqLm83nfT7vPzR";
        let known = known(&[key]);
        let each = |form: &dyn Fn(char) -> String| key.chars().map(form).collect::<String>();
        for shown in [
            each(&|c| format!("{:02x}", c as u32)),
            each(&|c| format!("{:02X}", c as u32)),
            each(&|c| format!("\\{:03o}", c as u32)),
            each(&|c| format!("\\u{{{:x}}}", c as u32)),
            each(&|c| format!("={:02X}", c as u32)) + "=",
            each(&|c| format!("{c}\u{200b}")),
            each(&|c| format!("{c}\u{ad}")),
            each(&|c| format!("{c}\0")),
            each(&|c| format!("{c}\\u200b")),
            each(&|c| char::from_u32(c as u32 + 0xfee0).unwrap().to_string()),
        ] {
            let text = masked(&known, &format!("a {shown} b"));
            let left = text.trim_start_matches("a ").trim_end_matches(" b").trim_end_matches('=');
            assert!(left.chars().all(|c| c == '*'), "{shown}: {text}");
        }
    }

    /// As base32 of RFC 4648 has it.
    fn base32(text: &str) -> String {
        let bits: Vec<u8> = text.bytes().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
        let digit = |bits: &[u8]| (0..5).fold(0, |digit, at| digit << 1 | bits.get(at).unwrap_or(&0));
        bits.chunks(5).map(|bits| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from(digit(bits))])).collect()
    }

    #[test]
    fn a_secret_is_masked_in_encodings_inside_of_encodings_whatever_stands_around_it() {
        let key = "2hK9xqLm83nfT7vPzR+/2hK9xqLm83nfT7vPzR";
        let known = known(&[key]);
        let base64 = |text: &str| BASE64_STANDARD.encode(text);
        let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        let percent = |text: &str| text.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let whole = format!("whsec_{}", "CANARY7canary7CANARY7canary7");
        for shown in [key, &whole].into_iter().flat_map(|secret| {
            ["", "a", "bc", "def", "ghij"].map(|before| format!("{before}{secret}more")).into_iter().flat_map(|text| {
                [
                    base32(&text),
                    base32(&text).to_lowercase(),
                    hex(&text),
                    base64(&base64(&text)),
                    base64(&base32(&text)),
                    base32(&base64(&text)),
                    base64(&hex(&text)),
                    percent(&base64(&text)),
                    percent(&base64(&percent(&base64(&text)))),
                    base64(&percent(&text)),
                    base64(&serde_json::json!({"key": text}).to_string()),
                    format!("xyz/{}", base64(&text)),
                ]
            })
        }) {
            let text = masked(&known, &shown);
            let left: String = text.split('*').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("*");
            assert!(text.contains("****************************"), "{shown}: {text}");
            assert!(left.len() < shown.len() * 3 / 5, "{shown}: {text}");
        }
    }

    #[test]
    fn words_that_are_no_secret_stay() {
        let known = known(&["sk_videogen_live_QWERTYuiopASDFGH", "short", "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQ"]);
        for line in [
            "VIDEOGEN_API_KEY=sk_videogen_sandbox hookwright plan -c webhooks.toml",
            "an identity file has AGE-SECRET-KEY-1… lines; a secret is whsec_ and base64",
            "short videogen sk_videogen_live_…",
            "100% of \\ & &amp;&bogus; \\u12 %2 %zz",
        ] {
            assert_eq!(masked(&known, line), line);
        }
    }

    #[test]
    fn what_is_masked_keeps_its_place_and_its_other_lines() {
        let text = "ä whsec_abcdefgh\nsk_videogen_live_abcdefgh ö\n";
        assert_eq!(hide(text), "ä whsec_********\nsk_videogen_************* ö\n");
        assert!(matches!(hide("nothing of the kind"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_bomb_is_masked_in_linear_time() {
        let known = known(&["0123456789abcdef0123456789abcdef"]);
        for bomb in
            ["whsec_", "&#43;", "%25", "\\\\", "0123456789abcde", "&", "//:", "\\u005c", "V", "VVVV", "33", "JBSWY3DP "]
        {
            let line = bomb.repeat((1 << 20) / bomb.len());
            // A quadratic pass over 1 MiB would take an hour.
            assert!(known.spans(line.as_bytes()).len() <= line.len());
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[ -~ä\n]{0,20}(\\\\u[0-9a-f]{0,4}|%[0-9a-f]{0,2}|&#?x?[0-9]{0,12};?|whsec_|\\\\){0,20}\\PC{0,20}") {
            learn("0123456789abcdef");
            assert_eq!(hide(&text).len(), text.len());
        }
    }
}
