//! Recipients, in the file's list and in a file of their own.

use std::collections::BTreeSet;

use crate::config::faults::Faults;
use crate::config::tree::Item;
use crate::diagnostic::Fault;
use crate::secrets::{BadRecipient, Recipient};

/// Reads `recipients`, each once, in the order of the file.
pub(super) fn read(item: Item<'_>, faults: &mut Faults) -> Vec<Recipient> {
    let mut recipients = Vec::new();
    for text in item.texts("\"age1…\"", faults).unwrap_or_default() {
        match Recipient::parse(text.text) {
            Ok(recipient) => recipients.push(recipient),
            Err(bad) => faults.push(Fault::new(bad.to_string(), text.span, "").help(help(&bad))),
        }
    }
    each_once(recipients)
}

fn help(bad: &BadRecipient) -> &'static str {
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

/// Reads a recipients file: one a line, `#` comments and blank lines aside; each recipient once, in its order.
///
/// The errors name 1-based lines and quote nothing.
pub fn parse_recipients(text: &str) -> Result<Vec<Recipient>, Vec<(usize, BadRecipient)>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut recipients, mut bad) = (Vec::new(), Vec::new());
    for (line, written) in (1..).zip(text.lines().map(str::trim)) {
        if written.is_empty() || written.starts_with('#') {
            continue;
        }
        match Recipient::parse(written) {
            Ok(recipient) => recipients.push(recipient),
            Err(error) => bad.push((line, error)),
        }
    }
    if bad.is_empty() { Ok(each_once(recipients)) } else { Err(bad) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    #[test]
    fn a_recipients_file_is_read_line_by_line() {
        let text = format!("\u{feff}# the team\r\n\r\n{KEY}\r\n  {KEY}  \n");
        let recipients = parse_recipients(&text).unwrap();
        assert_eq!(recipients.iter().map(Recipient::as_str).collect::<Vec<_>>(), [KEY]);
        assert_eq!(parse_recipients("").unwrap(), []);
    }

    #[test]
    fn every_bad_line_is_named() {
        let text = format!("{KEY}\nAGE-SECRET-KEY-1AAAA\n\nage1short\n");
        let bad = parse_recipients(&text).unwrap_err();
        assert_eq!(bad, [(2, BadRecipient::Identity), (4, BadRecipient::Malformed)]);
    }
}
