//! The client of a bucket: where it is, whose requests it gets, and what it does with objects.

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, Checksum};
use object_store::{ClientOptions, RetryConfig};

use super::connector::Connector;
use super::credentials::Credentials;
use super::settings::{BadSettings, Settings};
use crate::place::{S3Place, Style};
use crate::secrets::ExposeSecret;

/// The client of this place's bucket, to be built.
pub(super) fn client(place: &S3Place, settings: &Settings) -> Result<AmazonS3Builder, BadSettings> {
    let builder = reach(AmazonS3Builder::new().with_bucket_name(place.bucket()), place, settings)?;
    Ok(ask(identify(builder, &settings.credentials), place))
}

/// Where the bucket is, and how requests travel.
fn reach(builder: AmazonS3Builder, place: &S3Place, settings: &Settings) -> Result<AmazonS3Builder, BadSettings> {
    let options = place.options();
    let endpoint = options.endpoint.as_ref();
    let region = options.region.as_deref().or(settings.region.as_deref());
    // Other stores have one region, whatever it is called.
    let region = region.or(endpoint.map(|_| "us-east-1")).ok_or(BadSettings::NoRegion)?;
    let is_plain = endpoint.is_some_and(|endpoint| endpoint.to_string().starts_with("http:"));
    let proxy = settings.proxy.clone().filter(|_| !endpoint.is_some_and(crate::place::Endpoint::is_local));
    let builder = match (endpoint, options.style) {
        (None, _) => builder,
        (Some(endpoint), Style::Path) => builder.with_endpoint(endpoint.to_string()),
        (Some(endpoint), Style::Virtual) => builder.with_endpoint(endpoint.with_bucket_as_host(place.bucket())),
    };
    Ok(builder
        .with_region(region)
        .with_virtual_hosted_style_request(options.style == Style::Virtual)
        .with_http_connector(Connector { timeout: settings.timeout, proxy, is_plain })
        .with_client_options(ClientOptions::new().with_allow_http(is_plain))
        // Not every store knows how to remove many objects by one request.
        .with_disable_bulk_delete(true)
        .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() }))
}

/// Who asks.
fn identify(builder: AmazonS3Builder, credentials: &Credentials) -> AmazonS3Builder {
    use AmazonS3ConfigKey as Key;
    match credentials {
        Credentials::Keys { id, secret, token } => {
            let builder = builder.with_access_key_id(id).with_secret_access_key(secret.expose_secret());
            token.iter().fold(builder, |builder, token| builder.with_token(token.expose_secret()))
        }
        Credentials::WebIdentity { token_file, role, session } => {
            let builder = builder.with_config(Key::WebIdentityTokenFile, token_file).with_config(Key::RoleArn, role);
            session.iter().fold(builder, |builder, session| builder.with_config(Key::RoleSessionName, session))
        }
        Credentials::Task { relative_uri } => builder.with_config(Key::ContainerCredentialsRelativeUri, relative_uri),
        Credentials::Pod { uri, token_file } => builder
            .with_config(Key::ContainerCredentialsFullUri, uri)
            .with_config(Key::ContainerAuthorizationTokenFile, token_file),
        Credentials::Instance => builder,
    }
}

/// What the store is asked to do with objects.
fn ask(builder: AmazonS3Builder, place: &S3Place) -> AmazonS3Builder {
    let options = place.options();
    let mut builder = builder;
    if let Some(encryption) = &options.encryption {
        let names = [("aws_server_side_encryption", Some(encryption.name())), ("aws_sse_kms_key_id", encryption.key())];
        for (name, value) in names {
            if let (Ok(name), Some(value)) = (name.parse::<AmazonS3ConfigKey>(), value) {
                builder = builder.with_config(name, value);
            }
        }
    }
    if options.checksum { builder.with_checksum_algorithm(Checksum::SHA256) } else { builder }
}
