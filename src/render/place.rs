//! Where a plan is carried out and what it was made from: what a reader needs beside the plan itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::untrusted::{clipped, inert, span, value};
use crate::plan::{Plan, Scope};

/// How much of one value is shown.
const LONGEST_VALUE: usize = 200;
/// How many targets are shown before the rest is a count.
const TARGETS: usize = 5;
/// How much of a commit's hash is shown.
const SHORT_COMMIT: usize = 12;
/// How much of one value a marker holds, once it is encoded.
const LONGEST_MARK: usize = 600;

/// Where a plan is carried out, and what it was made from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    /// The base URL, or `sandbox`; none where nobody knows.
    pub api: Option<String>,
    /// The account, where it is known.
    pub team: Option<String>,
    /// The environment, where the configuration has any.
    pub environment: Option<String>,
    /// The configuration as it was named, where that is not the default.
    pub configuration: Option<String>,
    /// What `--target` names.
    pub targets: BTreeSet<String>,
    /// The commit, where a pipeline names it.
    pub commit: Option<String>,
    /// The run of a pipeline, where it names itself.
    pub run: Option<String>,
    /// What the recipients file calls its recipients: untrusted text that nobody verified.
    pub labels: BTreeMap<String, String>,
}

impl Place {
    /// What a plan itself says of it.
    pub(super) fn of(plan: &Plan) -> Self {
        let header = &plan.header;
        let api = Some(&header.guards.base_url).filter(|url| !url.is_empty()).cloned();
        Self { api, team: header.team.clone(), environment: plan.environment.clone(), ..Self::default() }
    }

    /// What is known of it, and what the plan itself says where nothing is.
    pub(super) fn or(self, plan: &Plan) -> Self {
        let of = Self::of(plan);
        Self {
            api: self.api.or(of.api),
            team: self.team.or(of.team),
            environment: self.environment.or(of.environment),
            ..self
        }
    }

    /// `API: https://api.videogen.io, team "vg_team_1", environment "prod"`; nothing where nothing is known.
    pub(crate) fn line(&self) -> Option<String> {
        let Self { api, team, environment, .. } = self;
        let parts: Vec<String> = [("API: ", api), ("team ", team), ("environment ", environment)]
            .into_iter()
            .filter_map(|(word, known)| Some((word, known.as_deref()?)))
            .map(|(word, known)| format!("{word}{}", value(known)))
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// Everything but its id that tells this plan from another, on one line of a markdown page; none where nothing is known.
    pub(super) fn markdown(&self) -> Option<String> {
        let shown = |text: &str| span(&inert(&clipped(text, LONGEST_VALUE)));
        let one = |word: &str, known: Option<&str>| known.map(|known| format!("{word} {}", shown(known)));
        let targets: Vec<String> = self.targets.iter().take(TARGETS).map(|target| shown(target)).collect();
        let more = self.targets.len().saturating_sub(TARGETS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let parts = [
            one("environment", self.environment.as_deref()),
            one("API", self.api.as_deref()),
            one("team", self.team.as_deref()),
            one("configuration", self.configuration.as_deref()),
            (!targets.is_empty()).then(|| format!("only {}{more}", targets.join(", "))),
            one("commit", self.commit.as_deref().map(|commit| commit.get(..SHORT_COMMIT).unwrap_or(commit))),
            one("run", self.run.as_deref()),
        ];
        let mut line = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        line.get_mut(..1)?.make_ascii_uppercase();
        Some(line + "\n")
    }

    /// `<!-- hookwright plan -->`, and behind it environment, configuration, targets and the flag that narrows it where they
    /// are not the default: plans of different things have different markers. No value can end the comment.
    pub(super) fn marker(&self, scope: Scope) -> String {
        let targets = self.targets.iter().map(|target| percent(target)).collect::<Vec<_>>().join(",");
        let parts = [
            self.environment.as_deref().map(percent),
            self.configuration.as_deref().map(|path| format!("config={}", percent(path))),
            (!targets.is_empty()).then(|| format!("target={}", clipped_mark(&targets))),
            mode(scope).map(|mode| format!("mode={mode}")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        match parts.is_empty() {
            true => "<!-- hookwright plan -->".to_owned(),
            false => format!("<!-- hookwright plan: {} -->", parts.join(" ")),
        }
    }
}

/// The flag that has a plan look at one thing alone.
fn mode(scope: Scope) -> Option<&'static str> {
    match scope {
        Scope::All | Scope::Selected => None,
        Scope::Drift => Some("refresh-only"),
        Scope::Retirements => Some("retire"),
        Scope::Destruction => Some("destroy"),
    }
}

/// All but letters, digits, `_`, `.` and single dashes as `%XX`: two values never give one mark, but for values beyond
/// any reason, of which the beginning counts.
fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes().take(LONGEST_VALUE) {
        let single_dash = byte == b'-' && !out.is_empty() && !out.ends_with('-');
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || single_dash {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn clipped_mark(mark: &str) -> &str {
    &mark[..mark.len().min(LONGEST_MARK)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn what_is_known_stands_on_one_line() {
        let place =
            Place { api: known("sandbox"), team: known("t\n##[x]"), environment: known("prod"), ..Place::default() };
        assert_eq!(place.line().unwrap(), r#"API: "sandbox", team "t\n#\u0023[x]", environment "prod""#);
        assert_eq!(Place::default().line(), None);
    }

    #[test]
    fn a_value_cannot_end_the_marker() {
        assert_eq!(percent("eu-west.1"), "eu-west.1");
        assert_eq!(percent("--> <b>é"), "%2D-%3E%20%3Cb%3E%C3%A9");
        assert_eq!(percent("a--b"), "a-%2Db");
    }

    #[test]
    fn plans_of_different_things_have_different_markers() {
        let plain = Place { api: known("sandbox"), commit: known("c0ffee"), ..Place::default() };
        assert_eq!(plain.marker(Scope::All), "<!-- hookwright plan -->");
        assert_eq!(plain.marker(Scope::Drift), "<!-- hookwright plan: mode=refresh-only -->");
        assert_eq!(plain.marker(Scope::Retirements), "<!-- hookwright plan: mode=retire -->");
        let prod = Place { environment: known("prod"), ..plain.clone() };
        assert_eq!(prod.marker(Scope::All), "<!-- hookwright plan: prod -->");
        let other = Place { configuration: known("hooks/b.toml"), ..plain.clone() };
        assert_eq!(other.marker(Scope::All), "<!-- hookwright plan: config=hooks%2Fb.toml -->");
        let named_so = Place { environment: known("config=hooks/b.toml"), ..plain };
        assert_eq!(named_so.marker(Scope::All), "<!-- hookwright plan: config%3Dhooks%2Fb.toml -->");
        let targets = ["a".to_owned(), "b,c -->".to_owned()].into();
        let all = Place { environment: known("prod"), targets, ..other };
        assert_eq!(
            all.marker(Scope::Selected),
            "<!-- hookwright plan: prod config=hooks%2Fb.toml target=a,b%2Cc%20-%2D%3E -->"
        );
    }
}
