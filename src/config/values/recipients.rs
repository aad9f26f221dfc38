//! Recipients, in the file's list and in a file of their own.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::syntax::errors::Errors;
use crate::config::syntax::tree::Item;
use crate::diagnostic::FileError;
use crate::secrets::{BadRecipient, Recipient};

/// Reads `recipients`, each once, in the order of the file.
pub(in crate::config) fn read(item: Item<'_>, errors: &mut Errors) -> Vec<Recipient> {
    let mut recipients = Vec::new();
    for text in item.texts("\"age1…\"", errors).unwrap_or_default() {
        match Recipient::parse(text.text) {
            Ok(recipient) => recipients.push(recipient),
            Err(bad) => errors.push(FileError::new(bad.to_string(), text.span, "").hint(hint(&bad))),
        }
    }
    each_once(recipients)
}

fn hint(bad: &BadRecipient) -> &'static str {
    match bad {
        BadRecipient::Identity => {
            "write its public key (`age-keygen -y` shows it), and make a new identity: this one was in a file that others read"
        }
        BadRecipient::Ssh(_) => "write an `ssh-ed25519` or `ssh-rsa` key, or an `age1…` recipient",
        BadRecipient::RsaSize => "write another key: `ssh-keygen -t ed25519` makes one",
        BadRecipient::Malformed => {
            "copy the whole `age1…` line that `age-keygen` prints as the public key, or the whole line of an ssh .pub file"
        }
    }
}

fn each_once(recipients: Vec<Recipient>) -> Vec<Recipient> {
    let mut seen = BTreeSet::new();
    recipients.into_iter().filter(|recipient| seen.insert(recipient.as_str().to_owned())).collect()
}

/// A recipients file as read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RecipientsFile {
    /// Each once, in its order.
    pub recipients: Vec<Recipient>,
    /// What the file's comments call a recipient, by its text: the comment on its line, else the one directly above.
    /// Untrusted text.
    pub labels: BTreeMap<String, String>,
    /// Lines that were passed over, 1-based, and why: sound ssh keys that age cannot encrypt to, as the `.keys` pages of
    /// forges list them. Stock age warns of them and goes on.
    pub passed_over: Vec<BadLine>,
}

/// A 1-based line, and what is wrong with it.
pub(crate) type BadLine = (usize, BadRecipient);

/// Reads a recipients file: one a line, `#` comments and blank lines aside.
///
/// The errors quote nothing.
pub(crate) fn parse_recipients(text: &str) -> Result<RecipientsFile, Vec<BadLine>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut recipients, mut passed_over, mut bad) = (Vec::new(), Vec::new(), Vec::new());
    let (mut labels, mut above) = (BTreeMap::new(), None);
    for (line, written) in (1..).zip(text.lines().map(str::trim)) {
        if written.is_empty() || written.starts_with('#') {
            above = written.strip_prefix('#');
            continue;
        }
        let above = above.take();
        match Recipient::parse(written) {
            Ok(recipient) => {
                let label = comment(written).or(above).map(str::trim).filter(|label| !label.is_empty());
                if let Some(label) = label {
                    labels.entry(recipient.as_str().to_owned()).or_insert_with(|| label.to_owned());
                }
                recipients.push(recipient);
            }
            Err(error) if error.is_other_ssh_key() => passed_over.push((line, error)),
            Err(error) => bad.push((line, error)),
        }
    }
    if bad.is_empty() {
        Ok(RecipientsFile { recipients: each_once(recipients), labels, passed_over })
    } else {
        Err(bad)
    }
}

/// The comment behind an ssh key.
fn comment(written: &str) -> Option<&str> {
    written.splitn(3, char::is_whitespace).nth(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBMNaUdsEQ2zsfkHKzT6Sd3WAEOnvCr2VM0Frd7w9iXO9f9lVWow8mqC+ozU7yxilqcQfUfMW7os9Sk5SjMGwr+k=";

    #[test]
    fn a_recipients_file_is_read_line_by_line() {
        let text = format!("\u{feff}# the team\r\n\r\n{KEY}\r\n  {KEY}  \n");
        let recipients = parse_recipients(&text).unwrap().recipients;
        assert_eq!(recipients.iter().map(Recipient::as_str).collect::<Vec<_>>(), [KEY]);
        assert_eq!(parse_recipients("").unwrap().recipients, []);
    }

    #[test]
    fn a_sound_ssh_key_that_age_cannot_encrypt_to_is_passed_over() {
        let read = parse_recipients(&format!("{ECDSA}\n{KEY}\n")).unwrap();
        assert_eq!(read.recipients.iter().map(Recipient::as_str).collect::<Vec<_>>(), [KEY]);
        assert_eq!(read.passed_over, [(1, BadRecipient::Ssh("ecdsa-sha2-nistp256".to_owned()))]);
        let cut = &ECDSA[..30];
        assert_eq!(parse_recipients(cut).unwrap_err(), [(1, BadRecipient::Malformed)]);
    }

    #[test]
    fn a_comment_on_a_line_or_directly_above_it_is_its_label() {
        const SSH: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";
        let above = format!("# the team\n#  Alice, ops \n{KEY}\n# Bob\n\n{SSH} carol@laptop\n");
        let labels = parse_recipients(&above).unwrap().labels;
        let labels: Vec<(&str, &str)> = labels.iter().map(|(key, label)| (key.as_str(), label.as_str())).collect();
        assert_eq!(labels, [(KEY, "Alice, ops"), (SSH, "carol@laptop")]);
        assert!(parse_recipients(&format!("# Bob\n\n{KEY}\n")).unwrap().labels.is_empty());
    }

    #[test]
    fn every_bad_line_is_named() {
        let text = format!("{KEY}\nAGE-SECRET-KEY-1AAAA\n\nage1short\n");
        let bad = parse_recipients(&text).unwrap_err();
        assert_eq!(bad, [(2, BadRecipient::Identity), (4, BadRecipient::Malformed)]);
    }
}
