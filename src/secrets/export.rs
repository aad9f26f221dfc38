//! Secrets in clear, in the forms that consumers take: a .env file, a JSON object, a Kubernetes Secret. All in memory
//! that is wiped.

use std::collections::BTreeMap;

use age::secrecy::{ExposeSecret, SecretString};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use crate::endpoint::Name;

/// A form of export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExportForm {
    /// `KEY=value` lines.
    Dotenv,
    /// One object, key → secret.
    Json,
    /// A manifest of this name.
    KubernetesSecret(String),
}

/// Why nothing was exported.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExportError {
    /// A template's key is none in this form.
    #[error("`{name}` would be exported as `{key}`, which is no {what}")]
    BadKey {
        /// The entry.
        name: Name,
        /// The key, escaped.
        key: String,
        /// What it should be.
        what: &'static str,
    },
    /// Two secrets under one key.
    #[error("`{0}` and `{1}` would both be exported as `{2}`")]
    SameKey(Name, Name, String),
    /// A value that a line of a .env file cannot hold.
    #[error("the secret of `{0}` has characters that a .env file cannot hold: export it as JSON")]
    BadValue(Name),
    /// A name that Kubernetes does not take.
    #[error("a Kubernetes name is 1 to 253 of a-z 0-9 - . and begins and ends with a letter or digit")]
    BadManifestName,
}

impl ExportForm {
    /// The template of keys where none is given.
    pub(crate) fn default_template(&self) -> &'static str {
        match self {
            Self::Dotenv => "VIDEOGEN_{NAME}_SECRET",
            Self::Json | Self::KubernetesSecret(_) => "{name}",
        }
    }

    /// What is appended to the key of a predecessor's secret.
    pub(crate) fn previous(&self) -> &'static str {
        match self {
            Self::Dotenv => "_PREVIOUS",
            Self::Json | Self::KubernetesSecret(_) => "_previous",
        }
    }

    /// The key of an entry: `{NAME}` is its name in upper case with dashes as underscores, `{name}` the name as it is.
    pub(crate) fn key(&self, template: &str, name: &Name) -> Result<String, ExportError> {
        let upper = name.as_str().to_ascii_uppercase().replace('-', "_");
        let key = template.replace("{NAME}", &upper).replace("{name}", name.as_str());
        let (legal, what) = match self {
            Self::Dotenv => {
                let digit = key.starts_with(|c: char| c.is_ascii_digit());
                (!digit && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "variable: A-Z a-z 0-9 _")
            }
            Self::Json => (true, "key"),
            Self::KubernetesSecret(_) => (
                key.len() <= 253 && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)),
                "key of a Kubernetes Secret: A-Z a-z 0-9 - _ .",
            ),
        };
        if legal && !key.is_empty() {
            return Ok(key);
        }
        Err(ExportError::BadKey { name: name.clone(), key: crate::quote::escaped(&key), what })
    }

    /// The text of all of them: (entry, key, secret).
    pub(crate) fn write(&self, secrets: &[(Name, String, SecretString)]) -> Result<Zeroizing<String>, ExportError> {
        let mut by_key: BTreeMap<&str, (&Name, &str)> = BTreeMap::new();
        for (name, key, secret) in secrets {
            if let Some((other, _)) = by_key.insert(key, (name, secret.expose_secret())) {
                return Err(ExportError::SameKey(other.clone(), name.clone(), crate::quote::escaped(key)));
            }
        }
        // Room for everything at once (base64 and escapes included), so that growing leaves no copy behind.
        let room: usize = by_key.iter().map(|(key, (_, secret))| 16 + 6 * (key.len() + secret.len())).sum();
        let mut text = Zeroizing::new(String::with_capacity(1024 + room));
        match self {
            Self::Dotenv => dotenv(&by_key, &mut text)?,
            Self::Json => json(&by_key, &mut text),
            Self::KubernetesSecret(name) => manifest(name, &by_key, &mut text)?,
        }
        Ok(text)
    }
}

type ByKey<'a> = BTreeMap<&'a str, (&'a Name, &'a str)>;

fn dotenv(secrets: &ByKey<'_>, text: &mut String) -> Result<(), ExportError> {
    for (key, (name, secret)) in secrets {
        // Without quotes: not every reader of such files takes them off.
        if !secret.chars().all(|c| c.is_ascii_alphanumeric() || "_+/=-.:".contains(c)) {
            return Err(ExportError::BadValue((*name).clone()));
        }
        for part in [key, "=", secret, "\n"] {
            text.push_str(part);
        }
    }
    Ok(())
}

fn json(secrets: &ByKey<'_>, text: &mut String) {
    text.push('{');
    for (at, (key, (_, secret))) in secrets.iter().enumerate() {
        text.push_str(if at == 0 { "\n  " } else { ",\n  " });
        text.push_str(&serde_json::Value::from(*key).to_string());
        text.push_str(": ");
        text.push_str(&quoted(secret));
    }
    text.push_str(if secrets.is_empty() { "}\n" } else { "\n}\n" });
}

fn quoted(secret: &str) -> Zeroizing<String> {
    let mut bytes = Vec::with_capacity(2 + 6 * secret.len());
    serde_json::to_writer(&mut bytes, secret).expect("a string is serialisable");
    Zeroizing::new(String::from_utf8(bytes).expect("JSON is UTF-8"))
}

fn manifest(name: &str, secrets: &ByKey<'_>, text: &mut String) -> Result<(), ExportError> {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let legal = name.chars().all(|c| edge(c) || c == '-' || c == '.');
    if !(1..=253).contains(&name.len()) || !legal || !name.starts_with(edge) || !name.ends_with(edge) {
        return Err(ExportError::BadManifestName);
    }
    text.push_str(&format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"{name}\"\ntype: Opaque\ndata:"));
    text.push_str(if secrets.is_empty() { " {}\n" } else { "\n" });
    for (key, (_, secret)) in secrets {
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(secret));
        for part in ["  \"", key, "\": ", &encoded, "\n"] {
            text.push_str(part);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(form: &ExportForm, template: &str) -> Result<String, ExportError> {
        let all = [("render-done", "whsec_a+/="), ("uploads", "whsec_b")];
        let all: Result<Vec<_>, _> = all
            .map(|(name, secret)| {
                let name = Name::parse(name).unwrap();
                Ok((name.clone(), form.key(template, &name)?, SecretString::from(secret)))
            })
            .into_iter()
            .collect();
        form.write(&all?).map(|text| text.to_string())
    }

    #[test]
    fn every_form() {
        let form = ExportForm::Dotenv;
        let text = secrets(&form, form.default_template()).unwrap();
        assert_eq!(text, "VIDEOGEN_RENDER_DONE_SECRET=whsec_a+/=\nVIDEOGEN_UPLOADS_SECRET=whsec_b\n");
        let text = secrets(&ExportForm::Json, "{name}").unwrap();
        assert_eq!(text, "{\n  \"render-done\": \"whsec_a+/=\",\n  \"uploads\": \"whsec_b\"\n}\n");
        let text = secrets(&ExportForm::KubernetesSecret("hooks".into()), "{name}").unwrap();
        assert!(text.ends_with("data:\n  \"render-done\": d2hzZWNfYSsvPQ==\n  \"uploads\": d2hzZWNfYg==\n"), "{text}");
    }

    #[test]
    fn keys_that_are_none_or_meet_are_refused() {
        let refused = |form: ExportForm, template: &str| secrets(&form, template).unwrap_err().to_string();
        assert!(refused(ExportForm::Dotenv, "{name}").contains("no variable"));
        assert!(refused(ExportForm::Dotenv, "1{NAME}").contains("no variable"));
        assert!(refused(ExportForm::Json, "SECRET").contains("would both be exported as `SECRET`"));
        assert_eq!(
            refused(ExportForm::KubernetesSecret("-".into()), "{name}"),
            ExportError::BadManifestName.to_string()
        );
    }

    #[test]
    fn a_value_that_would_begin_another_line_is_refused() {
        let name = Name::parse("n").unwrap();
        let all = [(name, "N".to_owned(), SecretString::from("a\nB=c"))];
        assert!(matches!(ExportForm::Dotenv.write(&all), Err(ExportError::BadValue(_))));
    }
}
