//! Where a plan is carried out: which API, which team, which environment, on one line.

use super::foreign::value;
use crate::plan::Plan;

/// Where a plan is carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The base URL, or `sandbox`; none where nobody knows, as for a plan file.
    pub api: Option<String>,
    /// The account, where it is known.
    pub team: Option<String>,
    /// The environment, where the configuration has any.
    pub environment: Option<String>,
}

impl Place {
    /// What a plan itself says of it.
    pub(super) fn of(plan: &Plan) -> Self {
        Self { environment: plan.environment.clone(), ..Self::default() }
    }

    /// `API: https://api.videogen.io, team "vg_team_1", environment "prod"`; nothing where nothing is known.
    pub fn line(&self) -> Option<String> {
        let Self { api, team, environment } = self;
        let parts: Vec<String> = [("API: ", api), ("team ", team), ("environment ", environment)]
            .into_iter()
            .filter_map(|(word, known)| Some((word, known.as_deref()?)))
            .map(|(word, known)| format!("{word}{}", value(known)))
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_stands_on_one_line() {
        let known = |text: &str| Some(text.to_owned());
        let place = Place { api: known("sandbox"), team: known("t\n##[x]"), environment: known("prod") };
        assert_eq!(place.line().unwrap(), r#"API: "sandbox", team "t\n#\u0023[x]", environment "prod""#);
        assert_eq!(Place::default().line(), None);
    }
}
