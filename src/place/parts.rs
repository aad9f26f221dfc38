//! The text of a place, cut into scheme, authority, path and query, with what no place may hold refused on the way.

use super::error::PlaceError;

/// The most characters of a place.
const MOST: usize = 2048;

/// A place's text, cut but not understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// Between `//` and the path.
    pub authority: &'a str,
    /// After the authority's `/`.
    pub path: &'a str,
    /// After `?`.
    pub query: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Cuts the text of an `s3:` place; other schemes are refused, each in its way.
    pub(super) fn of(text: &'a str) -> Result<Self, PlaceError> {
        if text.len() > MOST {
            return Err(PlaceError::Long(MOST));
        }
        if let Some(bad) = text.chars().find(|c| !c.is_ascii_graphic()) {
            return Err(PlaceError::Character(bad));
        }
        let (scheme, rest) = text.split_once(':').ok_or(PlaceError::NoScheme)?;
        if scheme != "s3" {
            return Err(other(scheme, rest));
        }
        let rest = rest.strip_prefix("//").ok_or(PlaceError::Bucket)?;
        if rest.contains('@') {
            return Err(PlaceError::Userinfo);
        }
        if rest.contains('#') {
            return Err(PlaceError::Fragment);
        }
        let (before, query) = rest.split_once('?').map_or((rest, None), |(before, query)| (before, Some(query)));
        let (authority, path) = before.split_once('/').ok_or(PlaceError::NoKey)?;
        Ok(Self { authority, path, query })
    }
}

/// Why another scheme than `s3` is refused.
fn other(scheme: &str, rest: &str) -> PlaceError {
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    match scheme {
        "gs" => PlaceError::NotYet("Google Cloud Storage"),
        "az" => PlaceError::NotYet("Azure Blob Storage"),
        "git" | "git+https" | "git+ssh" => PlaceError::NotYet("git"),
        "https" if rest.contains("/api/v4/projects/") => PlaceError::NotYet("GitLab's states"),
        _ if scheme.is_empty() || scheme.len() > 12 || !scheme.bytes().all(is_scheme) => PlaceError::NoScheme,
        _ => PlaceError::Scheme(scheme.to_owned()),
    }
}

/// Checks a path of plain segments; a folder's ends in `/` or is empty.
pub(super) fn check_path(path: &str) -> Result<(), PlaceError> {
    /// What is left of a key's 900 characters is for the journal's part.
    const MOST: usize = 700;
    if path.len() > MOST {
        return Err(PlaceError::LongKey(MOST));
    }
    if path.contains('%') {
        return Err(PlaceError::Encoded);
    }
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || "-_.=+,/".contains(*c);
    if let Some(bad) = path.chars().find(|c| !is_plain(c)) {
        return Err(PlaceError::PathCharacter(bad));
    }
    if path.is_empty() {
        return Ok(());
    }
    for segment in path.strip_suffix('/').unwrap_or(path).split('/') {
        if matches!(segment, "" | "." | "..") {
            return Err(PlaceError::Segment);
        }
        if let Some(ending) = [".journal", ".late"].into_iter().find(|ending| segment.ends_with(ending)) {
            return Err(PlaceError::Reserved(ending));
        }
    }
    Ok(())
}
