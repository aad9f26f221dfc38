//! The keys that are kept for a later version: using one is a fault, never silence.

use toml::de::DeTable;

use crate::config::faults::Faults;
use crate::diagnostic::Fault;

/// Takes every reserved key out of the tree and refuses it.
pub(super) fn refuse(tree: &mut DeTable<'_>, faults: &mut Faults) {
    for reserved in ["environments", "variables"] {
        if let Some((key, _)) = tree.remove_entry(reserved) {
            let message = format!("`{reserved}` is not implemented in this version");
            let help = "keep one file for each environment, and name it with `--config`";
            faults.push(Fault::new(message, key.span(), "").help(help));
        }
    }
}
