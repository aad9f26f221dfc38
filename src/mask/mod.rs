//! What must never be shown: the secrets that this run knows, and whatever looks like one, in any encoding.
//!
//! A run learns its secrets as it meets them (the API key, an identity, a signing secret that was just read), and
//! everything that is printed passes through [`hide`]. Of a secret only keyed hashes of its parts are kept.

mod decode;
mod userinfo;

use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashSet};
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::{LazyLock, PoisonError, RwLock};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

pub use userinfo::{credentials, passwords};

use decode::Decoded;

/// Bytes of a secret that are recognised together. A shorter secret is recognised as a whole.
const PART: usize = 16;
/// The fewest bytes of a secret: what is shorter may be any word.
const SHORTEST: usize = 8;
/// How often an encoding is taken off: JSON inside of JSON inside of HTML.
const LEVELS: usize = 4;
/// What secrets begin with, and how many of the next bytes make one.
const PREFIXES: [(&[u8], usize); 3] = [(b"whsec_", 4), (b"sk_videogen_", SHORTEST), (b"age-secret-key-", SHORTEST)];

static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);

/// From now on the secret is masked wherever it occurs: raw, in JSON, percent-encoded, in HTML, in base64.
pub fn learn(secret: &str) {
    KNOWN.write().unwrap_or_else(PoisonError::into_inner).learn(secret.trim());
}

/// The text with every byte of a secret as `*`.
///
/// A secret is one that this run has learned, or what follows `whsec_`, `sk_videogen_` or `AGE-SECRET-KEY-`. Linear in
/// time; the length stays the same.
pub fn hide(text: &str) -> Cow<'_, str> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    let mut out: Option<Vec<u8>> = None;
    let mut start = 0;
    // A secret stands on one line: what is decoded is never more than that.
    for line in text.split_inclusive('\n') {
        for span in known.spans(line.as_bytes()) {
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
        self.add(bare.as_bytes(), 1);
        for digits in [|byte: &u8| format!("{byte:02x}"), |byte: &u8| format!("{byte:02X}")] {
            let hex: Zeroizing<String> = Zeroizing::new(bare.as_bytes().iter().map(digits).collect());
            self.add(hex.as_bytes(), PART);
        }
        for secret in [bare, secret] {
            for before in 0..3 {
                let bytes = Zeroizing::new([&vec![b' '; before], secret.as_bytes()].concat());
                for engine in [&BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE_NO_PAD] {
                    let text = Zeroizing::new(engine.encode(&*bytes));
                    // The characters on which nothing but the secret has a say.
                    let inner = &text.as_bytes()[(before * 8).div_ceil(6)..bytes.len() * 8 / 6];
                    self.add(inner, PART);
                }
            }
        }
    }

    /// Adds the parts that begin at every `step`-th byte, and the last one.
    fn add(&mut self, secret: &[u8], step: usize) {
        let length = secret.len().min(PART);
        let last = secret.len() - length;
        for start in (0..last).step_by(step).chain([last]) {
            let part = &secret[start..start + length];
            self.starts[pair(part, 0)] = true;
            self.parts.entry(length).or_default().insert(self.hasher.hash_one(part));
        }
    }

    /// What is to be masked of a line.
    fn spans(&self, line: &[u8]) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        self.find(line, |span| spans.push(span));
        let mut decoded = Decoded::of(line);
        for _ in 0..LEVELS {
            let Some(level) = decoded else { break };
            self.find(&level.bytes, |span| spans.push(level.source(span)));
            decoded = level.again();
        }
        spans
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
        for bomb in ["whsec_", "&#43;", "%25", "\\\\", "0123456789abcde", "&", "//:", "\\u005c"] {
            let line = bomb.repeat((4 << 20) / bomb.len());
            // A quadratic pass over 4 MiB would take hours.
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
