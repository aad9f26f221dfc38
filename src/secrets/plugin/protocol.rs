//! Recipients and identities of age plugins, by the plugin protocol (C2SP age-plugin).

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use age::secrecy::{ExposeSecret, SecretString};
use age::{DecryptError, EncryptError};
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};

use super::talk::Talk;
use super::{PluginError, Plugins, Prompt, broken};
use crate::quote::{escaped, hidden};

/// All recipients of one plugin: one process encrypts to all of them.
#[derive(Debug)]
pub(in crate::secrets) struct PluginRecipients<'a> {
    pub name: &'a str,
    pub recipients: Vec<&'a str>,
    pub plugins: &'a Plugins,
}

impl age::Recipient for PluginRecipients<'_> {
    fn wrap_file_key(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        self.wrap(key).map_err(|error| EncryptError::Io(std::io::Error::other(error)))
    }
}

impl PluginRecipients<'_> {
    fn wrap(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), PluginError> {
        let mut talk = self.plugins.start(self.name, "recipient-v1")?;
        let io = broken(self.name);
        for recipient in &self.recipients {
            talk.send("add-recipient", &[recipient], &[]).map_err(&io)?;
        }
        talk.send("extension-labels", &[], &[]).map_err(&io)?;
        talk.send("wrap-file-key", &[], key.expose_secret()).map_err(&io)?;
        talk.send("done", &[], &[]).map_err(&io)?;
        let (mut stanzas, mut labels) = (Vec::new(), HashSet::new());
        let said = converse(&mut talk, self.name, self.plugins.prompt.as_ref(), |command| {
            match (command.tag.as_str(), command.args.as_slice()) {
                ("recipient-stanza", [file, tag, args @ ..]) if file == "0" => {
                    let body = std::mem::take(&mut command.body);
                    stanzas.push(Stanza { tag: tag.clone(), args: args.to_vec(), body });
                }
                ("labels", args) => labels = args.iter().cloned().collect(),
                _ => return false,
            }
            true
        })?;
        if let Some(reason) = said.into_iter().next() {
            return Err(PluginError::Said { name: self.name.to_owned(), reason });
        }
        if stanzas.is_empty() {
            return Err(PluginError::OutOfTurn { name: self.name.to_owned(), what: "it encrypted nothing" });
        }
        Ok((stanzas, labels))
    }
}

/// All identities of one plugin.
pub(in crate::secrets) struct PluginIdentities {
    pub name: String,
    pub identities: Vec<SecretString>,
    pub plugins: Plugins,
    /// What went wrong since it was last asked: another identity may decrypt what this plugin did not.
    pub failed: Mutex<Vec<PluginError>>,
}

impl age::Identity for PluginIdentities {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.unwrap_stanzas(std::slice::from_ref(stanza))
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        match self.unwrap(stanzas) {
            Ok(key) => key.map(Ok),
            Err(error) => {
                self.failed.lock().unwrap_or_else(PoisonError::into_inner).push(error);
                None
            }
        }
    }
}

impl PluginIdentities {
    fn unwrap(&self, stanzas: &[Stanza]) -> Result<Option<FileKey>, PluginError> {
        let mut talk = self.plugins.start(&self.name, "identity-v1")?;
        let io = broken(&self.name);
        for identity in &self.identities {
            talk.send("add-identity", &[identity.expose_secret()], &[]).map_err(&io)?;
        }
        for Stanza { tag, args, body } in stanzas {
            let words: Vec<&str> = ["0", tag].into_iter().chain(args.iter().map(String::as_str)).collect();
            talk.send("recipient-stanza", &words, body).map_err(&io)?;
        }
        talk.send("done", &[], &[]).map_err(&io)?;
        let mut key = None;
        let said = converse(&mut talk, &self.name, self.plugins.prompt.as_ref(), |command| {
            if command.tag != "file-key" || command.args != ["0"] || command.body.len() != FILE_KEY_BYTES {
                return false;
            }
            let body = zeroize::Zeroizing::new(std::mem::take(&mut command.body));
            key = Some(FileKey::init_with_mut(|key| key.copy_from_slice(&body)));
            true
        })?;
        match (key, said.into_iter().next()) {
            // An error about one of its keys is no end where another one decrypted it.
            (None, Some(reason)) => Err(PluginError::Said { name: self.name.clone(), reason }),
            (key, _) => Ok(key),
        }
    }
}

/// The second phase: the plugin commands, and is answered, until it is done. `take` says whether a command of the
/// machine's own was taken. Gives the errors that the plugin reported, escaped.
fn converse(
    talk: &mut Talk,
    name: &str,
    prompt: &dyn Prompt,
    mut take: impl FnMut(&mut Stanza) -> bool,
) -> Result<Vec<String>, PluginError> {
    let io = broken(name);
    let mut said = Vec::new();
    loop {
        let mut command = talk.receive().map_err(&io)?;
        let text = || escaped(&hidden(&String::from_utf8_lossy(&command.body)));
        match command.tag.as_str() {
            "done" => break,
            "msg" => {
                prompt.say(&format!("age-plugin-{name}: {}", text()));
                talk.send("ok", &[], &[]).map_err(&io)?;
            }
            "request-secret" => match prompt.passphrase(&format!("age-plugin-{name}: {}", text())) {
                Some(secret) => talk.send("ok", &[], secret.expose_secret().as_bytes()).map_err(&io)?,
                None => talk.send("fail", &[], &[]).map_err(&io)?,
            },
            "error" => {
                said.push(text());
                talk.send("ok", &[], &[]).map_err(&io)?;
            }
            "recipient-stanza" | "labels" | "file-key" => {
                if !take(&mut command) {
                    let what = "a command that does not belong here";
                    return Err(PluginError::OutOfTurn { name: name.to_owned(), what });
                }
                talk.send("ok", &[], &[]).map_err(&io)?;
            }
            // `confirm` and `request-public` among them: a plugin falls back to a message, and goes on with its next key.
            _ => talk.send("unsupported", &[], &[]).map_err(&io)?,
        }
    }
    Ok(said)
}
