//! The engines of a remote state: the objects of a bucket, and the credentials for it. The one user of `object_store`,
//! which repeats nothing, follows no redirect and reads no environment here.

mod client;
mod connector;
mod credentials;
mod failure;
mod heard;
mod s3;
mod settings;
#[cfg(test)]
mod tests;

pub(crate) use credentials::{CredentialError, Credentials, Variables};
pub(crate) use s3::S3;
pub(crate) use settings::{BadSettings, Settings};
