//! What comes before a send: nothing, or an end to the keys that went before, or no send at all.

use super::{Account, Ledger, MOST_UNCERTAIN};
use crate::endpoint::{EndpointId, Spec};

/// What may be done for a create whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Send it again with its key. A server that honours the key answers the same endpoint with its secret; one that
    /// does not makes a new one, which is kept.
    Send,
    /// Two candidates are certain: close the keys, delete the candidates, and only then send under a fresh key.
    Renew {
        /// The open keys of the account.
        close: Vec<String>,
        /// The key that each candidate is charged to, and the candidate.
        delete: Vec<(String, EndpointId)>,
    },
    /// Several candidates are uncertain, and enough was sent: nothing more is sent until somebody has looked at them.
    Stuck(Vec<EndpointId>),
}

impl Ledger<'_> {
    /// What comes before the next send of a spec. What sends left behind bounds how many more there are.
    pub fn before_send(&self, spec: &Spec) -> Next {
        let Some(account) = self.account(spec) else { return Next::Send };
        let candidates = self.candidates(account);
        if candidates.certain.len() >= 2 {
            return Next::Renew { close: open_keys(account), delete: self.charged(account, candidates.certain) };
        }
        if candidates.uncertain.len() >= 2 && account.unanswered() >= MOST_UNCERTAIN {
            return Next::Stuck(candidates.uncertain);
        }
        Next::Send
    }
}

fn open_keys(account: &Account<'_>) -> Vec<String> {
    account.intents().filter(|intent| !intent.closed).map(|intent| intent.key.clone()).collect()
}
