//! What is wrong with the text of a place. No message repeats what may be a secret: of the text it has a scheme, the name
//! of an option, or a character.

use crate::quote;

/// The options of an S3 place, in the order in which its canonical form has them.
pub(super) const OPTIONS: [&str; 6] = ["region", "endpoint", "style", "sse", "kms_key_id", "checksum"];

/// Why a text is no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlaceError {
    /// No `scheme:` at its beginning.
    #[error("this is no place of a remote state: it begins with no scheme")]
    NoScheme,
    /// A scheme that no place has.
    #[error("{} is no scheme of a place", quote::quoted(.0))]
    Scheme(String),
    /// A place that later versions may know.
    #[error("this version of hookwright does not speak to {0} yet")]
    NotYet(&'static str),
    /// It goes on for too long.
    #[error("the place is longer than {0} characters")]
    Long(usize),
    /// A control character or one beyond ASCII.
    #[error("a place is plain ASCII, and this one holds {}", quote::quoted(&.0.to_string()))]
    Character(char),
    /// User name or password in it, or what may be one.
    #[error("a place holds no user name and no password, and there is an `@` in this one")]
    Userinfo,
    /// A `#`.
    #[error("a place has no fragment, and there is a `#` in this one")]
    Fragment,
    /// The part after `//` is no bucket.
    #[error("the bucket's name is none that S3 takes")]
    Bucket,
    /// There is nothing after the bucket.
    #[error("the place names a bucket and no object in it")]
    NoKey,
    /// It ends in `/`.
    #[error("the place is a folder: it ends in `/`")]
    Folder,
    /// A `%` in the path.
    #[error("the path has a percent-encoded character")]
    Encoded,
    /// An empty segment, `.` or `..`.
    #[error("the path has an empty segment, `.` or `..`")]
    Segment,
    /// A character that not every store takes as it is.
    #[error("the path has the character {}", quote::quoted(&.0.to_string()))]
    PathCharacter(char),
    /// A segment that the objects of a state have.
    #[error(
        "the path has a segment that ends in `{0}`, which is where the journal or the late receipts of a state lie"
    )]
    Reserved(&'static str),
    /// A longer key than there is room for beside the journal's part.
    #[error("the path is longer than {0} characters")]
    LongKey(usize),
    /// An option that is none.
    #[error("{} is no option of this place", quote::quoted(.0))]
    Option(String),
    /// An option that is there twice.
    #[error("the option `{0}` is there twice")]
    Repeated(&'static str),
    /// The value of an option.
    #[error("the option `{0}` has a value that it cannot have")]
    Value(&'static str),
    /// `endpoint` is no URL that a store may have.
    #[error("the option `endpoint` is no https URL of a store")]
    Endpoint,
    /// `endpoint` is `http:` and elsewhere.
    #[error("the endpoint is `http:` on another machine: the state would travel in clear")]
    Plain,
    /// `kms_key_id` without an `sse` that has keys.
    #[error("the option `kms_key_id` needs `sse=aws:kms` or `sse=aws:kms:dsse`")]
    KeyWithoutKms,
}

impl PlaceError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::NoScheme => "a place is written as `s3://BUCKET/KEY?region=REGION`; a file is named by `path`",
            Self::Scheme(_) => "this version knows `s3://BUCKET/KEY?region=REGION`; a file is named by `path`",
            Self::NotYet(_) => "this version knows S3 and what speaks its protocol: `s3://BUCKET/KEY?region=REGION`",
            Self::Long(_) | Self::LongKey(_) => "choose a shorter path",
            Self::Character(_) | Self::PathCharacter(_) => {
                "a path is made of letters, digits and `-_.=+,`, with `/` between its segments"
            }
            Self::Userinfo => {
                "credentials come from the environment (AWS_ACCESS_KEY_ID and its kin): if one was in here, replace it"
            }
            Self::Fragment | Self::Encoded => "write the path plainly: letters, digits and `-_.=+,`",
            Self::Bucket => {
                "3 to 63 lower-case letters, digits, `-` and `.`, such as `s3://acme-hookwright/prod.state.json`"
            }
            Self::NoKey | Self::Folder => "add the name of a file, such as `webhooks.state.json`",
            Self::Segment => "write each folder once, with one `/` between two",
            Self::Reserved(_) => "choose another name for this folder or file",
            Self::Option(name) => return near(name),
            Self::Repeated(_) => "keep one of them",
            Self::Value(name) => return values(name).to_owned(),
            Self::Endpoint => "write it percent-encoded, such as `endpoint=https%3A%2F%2Fminio.example.com`",
            Self::Plain => {
                "use `https:`; `http:` is for this machine alone, such as `endpoint=http%3A%2F%2F127.0.0.1%3A9000`"
            }
            Self::KeyWithoutKms => "add `sse=aws:kms`, or leave the key out",
        }
        .to_owned()
    }
}

fn near(name: &str) -> String {
    let nearest = quote::nearest(name, OPTIONS).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    format!("{nearest}the options are {}", OPTIONS.join(", "))
}

fn values(name: &str) -> &'static str {
    match name {
        "region" => "a region is made of lower-case letters, digits and `-`, such as `eu-central-1`",
        "style" => "it is `path`, which is what it is without this option, or `virtual`",
        "sse" => "it is `AES256`, `aws:kms` or `aws:kms:dsse`",
        "kms_key_id" => "it is a key's id, alias or ARN, percent-encoded",
        "checksum" => "it is `sha256`",
        _ => "write it percent-encoded",
    }
}
