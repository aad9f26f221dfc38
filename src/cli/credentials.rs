//! What the environment says of the way to a store: whose requests, through which proxy.

use std::time::Duration;

use super::failure::Failure;
use super::proxy;
use crate::remote::{Settings, Variables};
use crate::secrets::SecretString;

/// For one request to a store, all in.
const TIMEOUT: Duration = Duration::from_secs(20);

/// How a store is reached.
pub(super) fn settings() -> Result<Settings, Failure> {
    let credentials = variables().decide().map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?;
    let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
    let proxy = proxy::proxy()?.map(|proxy| proxy.for_https()).transpose().map_err(Failure::new)?;
    Ok(Settings { credentials, region, timeout: TIMEOUT, proxy })
}

fn variables() -> Variables {
    Variables {
        access_key_id: variable("AWS_ACCESS_KEY_ID"),
        secret_access_key: secret("AWS_SECRET_ACCESS_KEY"),
        session_token: secret("AWS_SESSION_TOKEN"),
        web_identity_token_file: variable("AWS_WEB_IDENTITY_TOKEN_FILE"),
        role_arn: variable("AWS_ROLE_ARN"),
        role_session_name: variable("AWS_ROLE_SESSION_NAME"),
        profile: variable("AWS_PROFILE"),
        container_relative_uri: variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
        container_full_uri: variable("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        container_token_file: variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
        metadata_disabled: variable("AWS_EC2_METADATA_DISABLED"),
    }
}

/// What a store answers is shown, and may repeat a secret.
fn secret(name: &str) -> Option<SecretString> {
    let value = variable(name)?;
    crate::mask::learn(&value);
    Some(SecretString::from(value))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
