//! What can go wrong on purpose: the kinds of faults, how one is written (`KIND=P`, `KIND@N,M`), and the dice that
//! say which requests they meet.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// The group of requests that a fault meets; each group counts its requests from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Create,
    List,
    Delete,
    Me,
    /// Every request, whatever its route.
    All,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal $group:ident,)*) => {
        /// A kind of fault. "before" kinds make nothing; "after" kinds make the endpoint and spoil the answer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Kind { $($(#[$doc])* $kind,)* }

        impl Kind {
            /// Every kind, in the order of the help text.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The kind as it is written on the command line.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            pub(super) fn group(self) -> Group {
                match self { $(Self::$kind => Group::$group,)* }
            }
        }
    };
}

kinds! {
    /// Create: the connection is closed, nothing is made.
    LostBefore "lost-before" Create,
    /// Create: made, and the connection is closed without an answer.
    LostAfter "lost-after" Create,
    /// Create: made, and never answered.
    HangAfter "hang-after" Create,
    /// Create: made, and the answer's body is cut short.
    Truncate "truncate" Create,
    /// Create: made and answered 201, without the secret.
    NoSecret "no-secret" Create,
    /// Create: 500, nothing is made.
    Error500Before "500-before" Create,
    /// Create: made, then 500.
    Error500After "500-after" Create,
    /// Create: 503, nothing is made.
    Error503Before "503-before" Create,
    /// Create: a proxy's HTML 502, nothing is made.
    Html502Before "502-html-before" Create,
    /// Create: made, then a proxy's HTML 502.
    Html502After "502-html-after" Create,
    /// Create: made, then 408.
    Timeout408After "408-after" Create,
    /// Create: 409, nothing is made.
    Conflict409Before "409-before" Create,
    /// Create: a redirect, nothing is made.
    Redirect302Before "302-before" Create,
    /// Create: made, and answered 200 where 201 is due.
    Ok200After "200-after" Create,
    /// Create: the connection is closed, and the endpoint is made some time later.
    LateCommit "late-commit" Create,
    /// Create: a stranger makes the same endpoint in the same moment. Goes together with any other fault.
    Twin "twin" Create,
    /// Create: 429 `rate_limited`.
    Limited429 "429" Create,
    /// Create: 429 `insufficient_credits`.
    Credits402 "402-credits" Create,
    /// Create: 401.
    Unauthorized401 "401" Create,
    /// Create: 403 with a requirement.
    Forbidden403 "403" Create,
    /// List: 500.
    List500 "list-500" List,
    /// List: 429.
    List429 "list-429" List,
    /// List: one endpoint is missing, as if the pages had shifted: the first of this page.
    ListShift "list-shift" List,
    /// List: one endpoint is missing: the newest of this page.
    ListMiss "list-miss" List,
    /// List: the next cursor is the one just given.
    ListStuck "list-stuck" List,
    /// List: always one more page, never an item.
    ListEndless "list-endless" List,
    /// List: the last item of this page is the first of the next.
    ListRepeat "list-repeat" List,
    /// Delete: 500, nothing is deleted.
    Delete500 "delete-500" Delete,
    /// Delete: deleted, and the connection is closed.
    DeleteLostAfter "delete-lost-after" Delete,
    /// `GET /v1/me`: 500.
    Me500 "me-500" Me,
    /// `GET /v1/me`: 404.
    Me404 "me-404" Me,
    /// Every route: 503.
    Outage "outage" All,
}

/// When a fault strikes.
#[derive(Debug, Clone, PartialEq)]
enum When {
    Chance(f64),
    Numbers(Vec<u64>),
}

/// One fault to inject, as given by `--fault`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    kind: Kind,
    when: When,
}

/// Why a text is no fault.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FaultSyntax {
    /// Neither `=` nor `@`.
    #[error("a fault is written KIND=PROBABILITY or KIND@N or KIND@N,M, not `{0}`")]
    NoMoment(String),
    /// The kind is unknown.
    #[error("unknown fault `{name}`; the kinds are {}", Kind::ALL.iter().map(|k| k.name()).collect::<Vec<_>>().join(", "))]
    UnknownKind {
        /// As given.
        name: String,
    },
    /// The probability is no number from 0 to 1.
    #[error("a probability is a number from 0 to 1, not `{0}`")]
    NotAProbability(String),
    /// The N of `KIND@N` is no count from 1.
    #[error("a request's number counts from 1, not `{0}`")]
    NotANumber(String),
}

impl FromStr for Fault {
    type Err = FaultSyntax;

    fn from_str(text: &str) -> Result<Self, FaultSyntax> {
        let at = text.find(['=', '@']).ok_or_else(|| FaultSyntax::NoMoment(text.to_owned()))?;
        let (name, moment) = (&text[..at], &text[at + 1..]);
        let kind = Kind::ALL.iter().copied().find(|kind| kind.name() == name);
        let kind = kind.ok_or_else(|| FaultSyntax::UnknownKind { name: name.to_owned() })?;
        let when = if text[at..].starts_with('=') {
            let chance = moment.parse().ok().filter(|p| (0.0..=1.0).contains(p));
            When::Chance(chance.ok_or_else(|| FaultSyntax::NotAProbability(moment.to_owned()))?)
        } else {
            let number = |text: &str| text.parse().ok().filter(|n| *n > 0);
            let numbers = moment.split(',').map(number).collect::<Option<Vec<_>>>();
            When::Numbers(numbers.ok_or_else(|| FaultSyntax::NotANumber(moment.to_owned()))?)
        };
        Ok(Self { kind, when })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.when {
            When::Chance(chance) => write!(f, "{}={chance}", self.kind.name()),
            When::Numbers(numbers) => {
                let numbers: Vec<_> = numbers.iter().map(u64::to_string).collect();
                write!(f, "{}@{}", self.kind.name(), numbers.join(","))
            }
        }
    }
}

/// What meets one request: at most one spoiler, and a twin beside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Struck {
    pub spoiler: Option<Kind>,
    pub twin: bool,
}

/// The faults with their counters and their random numbers.
#[derive(Debug)]
pub(super) struct Dice {
    faults: Vec<Fault>,
    counts: BTreeMap<Group, u64>,
    random: StdRng,
}

impl Dice {
    pub(super) fn new(faults: Vec<Fault>, seed: u64) -> Self {
        Self { faults, counts: BTreeMap::new(), random: StdRng::seed_from_u64(seed) }
    }

    /// Other faults from now on; requests are counted from 1 again.
    #[cfg(test)]
    pub(super) fn load(&mut self, faults: Vec<Fault>) {
        self.faults = faults;
        self.counts.clear();
    }

    /// Counts one more request of the group, and says what meets it. The first fault that strikes wins.
    pub(super) fn roll(&mut self, group: Group) -> Struck {
        let count = self.counts.entry(group).or_default();
        *count += 1;
        let mut struck = Struck::default();
        for fault in self.faults.iter().filter(|fault| fault.kind.group() == group) {
            let strikes = match &fault.when {
                When::Chance(chance) => self.random.random_bool(*chance),
                When::Numbers(numbers) => numbers.contains(count),
            };
            match fault.kind {
                Kind::Twin => struck.twin |= strikes,
                kind if strikes => struck.spoiler = struck.spoiler.or(Some(kind)),
                _ => {}
            }
        }
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_reads_back_as_it_is_written() {
        for kind in Kind::ALL {
            for text in [format!("{}=0.25", kind.name()), format!("{}@1,3", kind.name())] {
                assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
            }
        }
    }

    #[test]
    fn what_is_no_fault_is_refused_with_its_reason() {
        let reason = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
        assert!(reason("lost-after").starts_with("a fault is written KIND=PROBABILITY"));
        assert!(reason("last-after=1").starts_with("unknown fault `last-after`; the kinds are lost-before, "));
        assert_eq!(reason("429=1.5"), "a probability is a number from 0 to 1, not `1.5`");
        assert_eq!(reason("429=NaN"), "a probability is a number from 0 to 1, not `NaN`");
        assert_eq!(reason("429@0"), "a request's number counts from 1, not `0`");
        assert_eq!(reason("429@1,"), "a request's number counts from 1, not `1,`");
    }

    #[test]
    fn numbered_faults_strike_their_requests_alone() {
        let faults = vec!["500-after@2".parse().unwrap(), "twin@2,3".parse().unwrap(), "429=0".parse().unwrap()];
        let mut dice = Dice::new(faults, 0);
        let rolls: Vec<_> = (0..4).map(|_| dice.roll(Group::Create)).map(|s| (s.spoiler, s.twin)).collect();
        let wanted = [(None, false), (Some(Kind::Error500After), true), (None, true), (None, false)];
        assert_eq!(rolls, wanted);
        assert_eq!(dice.roll(Group::List), Struck::default());
    }

    #[test]
    fn the_same_seed_rolls_the_same() {
        let rolls = |seed| {
            let mut dice = Dice::new(vec!["429=0.5".parse().unwrap()], seed);
            (0..64).map(|_| dice.roll(Group::Create).spoiler.is_some()).collect::<Vec<_>>()
        };
        assert_eq!(rolls(7), rolls(7));
        assert_ne!(rolls(7), rolls(8));
    }
}
