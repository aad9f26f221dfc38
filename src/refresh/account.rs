//! Whether the account that the key belongs to is the state's own.

use super::Asked;
use crate::endpoint::Observed;
use crate::quote::quoted;
use crate::state::State;
use crate::videogen::ApiError;

/// Why nothing can be planned on what the API answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RefreshError {
    /// The key is of another account: every endpoint of the state would look gone.
    #[error("the API key belongs to team {}, and the state to team {}", quoted(key), quoted(state))]
    OtherTeam {
        /// The key's.
        key: String,
        /// The state's.
        state: String,
    },
    /// The API lists endpoints and does not tell the account, which must be the state's.
    #[error(transparent)]
    Unverified(ApiError),
    /// The API does not answer.
    #[error(transparent)]
    Api(#[from] ApiError),
}

/// Answers that may be planned on.
#[derive(Debug)]
pub(crate) struct Trusted {
    /// The account, where it is known.
    pub team: Option<String>,
    /// The first listing.
    pub endpoints: Vec<Observed>,
    /// Why the account is not known, where it is not.
    pub unverified: Option<ApiError>,
}

impl Asked {
    /// Judges the answers by a state. `allow_unknown_team`: whether the account may stay unknown where the state has one.
    ///
    /// A key that is not accepted is an error whatever is allowed. Where the API does not list either, it is down, and
    /// the error does not blame the account.
    pub(crate) fn judge(self, state: &State, allow_unknown_team: bool) -> Result<Trusted, RefreshError> {
        let known = state.team_id.as_ref();
        let Self { team, endpoints } = self;
        match team {
            Ok(key) if known.is_some_and(|known| key != *known) => {
                let state = known.cloned().unwrap_or_default();
                Err(RefreshError::OtherTeam { key, state })
            }
            Ok(team) => Ok(Trusted { team: Some(team), endpoints: endpoints?, unverified: None }),
            Err(error) if error.status() == Some(401) => Err(error.into()),
            Err(error) if known.is_some() && !allow_unknown_team => {
                Err(if endpoints.is_ok() { RefreshError::Unverified(error) } else { error.into() })
            }
            Err(error) => Ok(Trusted { team: None, endpoints: endpoints?, unverified: Some(error) }),
        }
    }
}
