//! Whose requests a store gets: decided from values that the command line read from the environment.

use crate::secrets::SecretString;

/// The environment's values that say who asks a store, each empty where the variable is unset or empty.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: Option<String>,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: Option<SecretString>,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: Option<SecretString>,
    /// `AWS_WEB_IDENTITY_TOKEN_FILE`.
    pub web_identity_token_file: Option<String>,
    /// `AWS_ROLE_ARN`.
    pub role_arn: Option<String>,
    /// `AWS_ROLE_SESSION_NAME`.
    pub role_session_name: Option<String>,
    /// `AWS_PROFILE`.
    pub profile: Option<String>,
    /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`.
    pub container_relative_uri: Option<String>,
    /// `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
    pub container_full_uri: Option<String>,
    /// `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`.
    pub container_token_file: Option<String>,
    /// `AWS_EC2_METADATA_DISABLED`.
    pub metadata_disabled: Option<String>,
}

/// Where credentials come from.
#[derive(Debug, Clone)]
pub(crate) enum Credentials {
    /// The environment.
    Keys {
        /// The access key's id.
        id: String,
        /// Its secret.
        secret: SecretString,
        /// The session's token, of temporary keys.
        token: Option<SecretString>,
    },
    /// A role that a token of GitHub, GitLab or EKS may take.
    WebIdentity {
        /// The token's file, read anew each time.
        token_file: String,
        /// The role.
        role: String,
        /// What the session is called in the logs of the cloud.
        session: Option<String>,
    },
    /// The task that this container is part of.
    Task {
        /// `/v2/credentials/…`.
        relative_uri: String,
    },
    /// The pod that this container is part of.
    Pod {
        /// Where the pod's agent listens.
        uri: String,
        /// The file of the token for it.
        token_file: String,
    },
    /// The machine that this runs on, by version 2 of its metadata service.
    Instance,
}

/// Why nobody asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CredentialError {
    /// One half of a pair.
    #[error("{0} is set and {1} is not")]
    Half(&'static str, &'static str),
    /// A profile may need anything, a browser even.
    #[error("AWS_PROFILE is set, and this program reads no profiles and no SSO sessions")]
    Profile,
    /// A metadata URL elsewhere.
    #[error("AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an agent of this machine")]
    Agent,
    /// Nothing is set, and the machine is not to be asked.
    #[error("there are no credentials for the store: no variable names any, and AWS_EC2_METADATA_DISABLED is set")]
    None,
}

impl CredentialError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Half(..) => "set both, or neither",
            Self::Profile | Self::None => EXPORT,
            Self::Agent => "unset it, or name the agent of ECS or EKS on this machine",
        }
    }
}

/// How credentials of a profile or an SSO session come into the environment.
const EXPORT: &str = "export the credentials first: `eval \"$(aws configure export-credentials --format env)\"`";

impl Variables {
    /// Decides where credentials come from: keys, then a web identity, a task, a pod, and the machine itself.
    pub(crate) fn decide(self) -> Result<Credentials, CredentialError> {
        match (self.access_key_id, self.secret_access_key) {
            (Some(id), Some(secret)) => return Ok(Credentials::Keys { id, secret, token: self.session_token }),
            (Some(_), None) => return Err(CredentialError::Half("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")),
            (None, Some(_)) => return Err(CredentialError::Half("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID")),
            (None, None) => {}
        }
        if let Some(token_file) = self.web_identity_token_file {
            let role = self.role_arn.ok_or(CredentialError::Half("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"))?;
            return Ok(Credentials::WebIdentity { token_file, role, session: self.role_session_name });
        }
        if self.profile.is_some() {
            return Err(CredentialError::Profile);
        }
        if let Some(relative_uri) = self.container_relative_uri {
            return Ok(Credentials::Task { relative_uri });
        }
        if let Some(uri) = self.container_full_uri {
            let names = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
            let token_file = self.container_token_file.ok_or(CredentialError::Half(names.0, names.1))?;
            return match is_agent(&uri) {
                true => Ok(Credentials::Pod { uri, token_file }),
                false => Err(CredentialError::Agent),
            };
        }
        match self.metadata_disabled.as_deref() {
            Some(text) if text.eq_ignore_ascii_case("true") => Err(CredentialError::None),
            _ => Ok(Credentials::Instance),
        }
    }
}

/// Whether a token may be sent there: https, or in clear to the agents of ECS and EKS and to this machine.
fn is_agent(uri: &str) -> bool {
    let Ok(url) = url::Url::parse(uri) else { return false };
    let local = ["127.0.0.1", "localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];
    match (url.scheme(), url.host_str()) {
        ("https", Some(_)) => true,
        ("http", Some(host)) => local.contains(&host),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn secret(text: &str) -> Option<SecretString> {
        Some(text.into())
    }

    #[test]
    fn the_first_source_that_is_named_is_taken() {
        let all = || Variables {
            access_key_id: some("AKIA"),
            secret_access_key: secret("secret"),
            web_identity_token_file: some("/token"),
            role_arn: some("arn:aws:iam::1:role/ci"),
            container_relative_uri: some("/v2/credentials/1"),
            ..Variables::default()
        };
        assert!(matches!(all().decide(), Ok(Credentials::Keys { token: None, .. })));
        let without_keys = || Variables { access_key_id: None, secret_access_key: None, ..all() };
        assert!(matches!(without_keys().decide(), Ok(Credentials::WebIdentity { .. })));
        let of_a_task = || Variables { web_identity_token_file: None, ..without_keys() };
        assert!(matches!(of_a_task().decide(), Ok(Credentials::Task { .. })));
        assert!(matches!(Variables::default().decide(), Ok(Credentials::Instance)));
    }

    #[test]
    fn a_half_of_a_pair_is_an_error_and_not_somebody_else() {
        let half = |variables: Variables| variables.decide().unwrap_err().to_string();
        assert_eq!(
            half(Variables { access_key_id: some("AKIA"), ..Variables::default() }),
            "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not"
        );
        assert_eq!(
            half(Variables { secret_access_key: secret("topsecret"), ..Variables::default() }),
            "AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not"
        );
        assert_eq!(
            half(Variables { web_identity_token_file: some("/token"), ..Variables::default() }),
            "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not"
        );
        assert_eq!(
            half(Variables { container_full_uri: some("http://127.0.0.1/c"), ..Variables::default() }),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI is set and AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is not"
        );
    }

    #[test]
    fn a_profile_is_an_error_that_says_how_to_export_it() {
        let error = Variables { profile: some("prod"), ..Variables::default() }.decide().unwrap_err();
        assert_eq!(error, CredentialError::Profile);
        assert!(error.hint().contains("aws configure export-credentials --format env"));
        let exported = Variables {
            profile: some("prod"),
            access_key_id: some("ASIA"),
            secret_access_key: secret("s"),
            session_token: secret("t"),
            ..Variables::default()
        };
        assert!(matches!(exported.decide(), Ok(Credentials::Keys { token: Some(_), .. })));
    }

    #[test]
    fn a_token_goes_to_no_other_machine_in_clear() {
        let pod = |uri: &str| {
            Variables { container_full_uri: some(uri), container_token_file: some("/t"), ..Variables::default() }
                .decide()
        };
        for uri in ["http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1", "https://agent.example.com/c"] {
            assert!(matches!(pod(uri), Ok(Credentials::Pod { .. })), "{uri}");
        }
        for uri in ["http://agent.example.com/c", "http://169.254.170.2.example.com/", "file:///c", "c"] {
            assert_eq!(pod(uri).unwrap_err(), CredentialError::Agent, "{uri}");
        }
    }

    #[test]
    fn without_the_machine_there_is_nobody() {
        let disabled = Variables { metadata_disabled: some("TRUE"), ..Variables::default() };
        assert_eq!(disabled.decide().unwrap_err(), CredentialError::None);
    }

    #[test]
    fn no_secret_is_shown() {
        let variables = Variables {
            access_key_id: some("AKIA"),
            secret_access_key: secret("topsecret"),
            session_token: secret("toptoken"),
            ..Variables::default()
        };
        let shown = format!("{variables:?}") + &format!("{:?}", variables.decide());
        assert!(!shown.contains("topsecret") && !shown.contains("toptoken"), "{shown}");
    }
}
