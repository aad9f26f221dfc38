//! Untrusted text cannot act: a corpus of hostile words in every place that untrusted text has, through every format.

use super::super::{
    Colour, Place, gitlab_report, json, markdown_at, show, show_json, state_list, state_list_json, terraform_json,
    text_at,
};
use super::world::{NOW, Parts, entry, intent, listed, managed, name, rich, spec};
use crate::endpoint::EndpointId;
use crate::plan::{NameFlag, Note, NoteKind, Refusal, RefusalKind};
use crate::quote::acts;
use crate::state::Managed;
use crate::timestamp::Timestamp;

const CORPUS: [&str; 21] = [
    "\u{1b}[2J\u{1b}[31mgone",
    "\u{9b}31m",
    "a\nPlan: 0 to add, 0 to change, 0 to destroy.",
    "a\r\nNo changes. Your infrastructure matches the configuration.",
    "</details></code></summary>",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "@everyone please",
    "`",
    "``` `` ` ````",
    "```\n# escaped\n```",
    "<!-- hookwright plan -->",
    "--> <!-- hookwright plan: production -->",
    "\n::set-output name=x::y",
    "::error file=a::boom",
    "##[add-mask]x ##vso[task.setvariable variable=a]b ###[warning]",
    "\u{202e}evil\u{2066}",
    "zero\u{200b}width\u{feff}\u{2060}\u{e0041}",
    "a|b\\|c||",
    "[link](https://evil.example) ![x](https://evil.example/p.png) https://auto.example www.auto.example",
    "\u{2028}\u{2029}\u{85}\u{b}\u{c}",
    "**bold** ~~no~~ $x^2$ :warning: #1 ${{ secrets.X }}",
];

/// The corpus as urls, events, descriptions, ids, last fours, environment, notes and refusals.
fn hostile() -> Parts {
    let mut parts = rich();
    parts.environment = Some(CORPUS.concat());
    for (n, word) in CORPUS.into_iter().enumerate() {
        let of = |what: &str| spec(&format!("{word}{what}"), &[word, &format!("{word}{what}")], Some(word));
        let id = |kind: &str| format!("{word}{kind}{n}");
        parts.want(&format!("make-{n}"), entry(of("make")));
        parts.have(&format!("end-{n}"), managed(&id("end"), of("end")));
        parts.both(&format!("both-{n}"), managed(&id("was"), of("was")), entry(of("is")));
        parts.both(&format!("stray-{n}"), managed(&id("stray"), of("stray")), entry(of("stray")));
        let seen = parts.live(&id("stray"));
        seen.url = format!("{word} live");
        seen.description = Some(Some(format!("{word} live")));
        seen.secret_last4 = Some(word.into());
        let old = Managed { until: Some(Timestamp(NOW + 60)), ..managed(&id("old"), of("old")) };
        let deposed = vec![old, managed(&id("past"), of("past"))];
        deposed.iter().for_each(|old| parts.live.as_mut().unwrap().push(listed(old)));
        let kept = Managed { secret_last4: Some(word.into()), ..managed(&id("kept"), of("kept")) };
        parts.both(&format!("kept-{n}"), kept, entry(of("kept")));
        parts.state.endpoints.get_mut(&name(&format!("kept-{n}"))).unwrap().deposed = deposed;
        parts.live.as_mut().unwrap().push(listed(&managed(&id("stranger"), of("stranger"))));
        parts.want(&format!("lost-{n}"), entry(of("lost")));
        parts.state.pending.push(intent(&format!("k{n}"), &format!("lost-{n}"), of("lost")));
        let match_of_it = Managed { created_at: Some(NOW - 299), ..managed(&id("match"), of("lost")) };
        parts.live.as_mut().unwrap().push(listed(&match_of_it));
        parts.state.guards.as_mut().unwrap().recipients.insert(format!("{word} left"));
        parts.guards.recipients.insert(word.into());
        parts.guards.allowed_hosts.get_or_insert_default().insert(word.into());
    }
    parts
}

fn plan() -> crate::plan::Plan {
    let mut plan = hostile().plan();
    for word in CORPUS {
        let kind = NoteKind::Duplicated { endpoint_id: EndpointId::new(word) };
        plan.notes.push(Note { name: Some(name("named")), kind });
        plan.notes.push(Note { name: None, kind: NoteKind::GroupsGrew { events: [word.to_owned()].into() } });
        plan.new_hosts.push(word.to_owned());
        let of = |kind| Refusal { name: Some(name("named")), file: None, line: None, kind };
        let different = spec(word, &[word], Some(word));
        plan.refusals.push(of(RefusalKind::Duplicate { endpoint_id: EndpointId::new(word) }));
        plan.refusals.push(of(RefusalKind::UnknownName { flag: NameFlag::Target, pattern: word.to_owned() }));
        plan.refusals.push(of(RefusalKind::ImportDiffers {
            endpoint_id: EndpointId::new(word),
            wanted: spec("https://h.example/x", &[], None),
            live: different,
        }));
    }
    plan
}

/// The corpus as all that stands beside a plan.
fn place() -> Place {
    let all = || Some(CORPUS.concat());
    Place {
        api: all(),
        team: all(),
        environment: all(),
        configuration: all(),
        targets: CORPUS.map(str::to_owned).into(),
        commit: all(),
        run: all(),
        labels: CORPUS.map(|word| (word.to_owned(), word.to_owned())).into(),
    }
}

fn markdown(plan: &crate::plan::Plan) -> String {
    markdown_at(plan, &place())
}

fn text(plan: &crate::plan::Plan, colour: Colour) -> String {
    text_at(plan, &place(), colour)
}

fn texts() -> Vec<(&'static str, String)> {
    let (plan, state) = (plan(), hostile().state);
    vec![
        ("text", text(&plan, Colour::Never)),
        ("markdown", markdown(&plan)),
        ("gitlab-report", gitlab_report(&plan)),
        ("state list", state_list(&state)),
        ("show", show(&state, Colour::Never)),
        ("json", json(&plan)),
        ("terraform-json", terraform_json(&plan)),
        ("state list json", state_list_json(&state)),
        ("show json", show_json(&state)),
    ]
}

#[test]
fn nothing_drives_a_terminal_or_a_runner() {
    for (format, out) in texts() {
        let acting: String = out.chars().filter(|c| *c != '\n' && acts(*c)).collect();
        assert!(acting.is_empty(), "{format}: {}", acting.escape_unicode());
        assert!(!out.contains("##[") && !out.contains("##vso["), "{format}");
        for line in out.lines() {
            assert!(!line.trim_start().starts_with("::"), "{format}: {line}");
        }
    }
}

#[test]
fn nothing_spoofs_a_verdict() {
    let (plan, state) = (plan(), hostile().state);
    let out = text(&plan, Colour::Never);
    assert_eq!(out.lines().filter(|line| line.trim_start().starts_with("Plan:")).count(), 1);
    let verdicts = |out: &str| out.lines().filter(|line| line.trim_start().starts_with("No changes")).count();
    assert_eq!((verdicts(&out), verdicts(&show(&state, Colour::Never))), (0, 0));
}

#[test]
fn json_documents_keep_their_values() {
    for (format, out) in texts().into_iter().skip(5) {
        let parsed: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{format}: {e}"));
        let told = parsed.to_string();
        for word in CORPUS {
            let word = serde_json::to_string(&format!("{word}was")).unwrap();
            assert!(format == "state list json" || told.contains(&word), "{format} lost {word}");
        }
    }
}

/// What is left of a markdown page outside of code, by GitHub's rules: fences by length, then spans by equal runs.
fn prose(page: &str) -> String {
    let mut out = String::new();
    let mut fence: Option<usize> = None;
    for line in page.lines() {
        let run = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(open) if run >= open && line[run..].trim().is_empty() => fence = None,
            Some(_) => {}
            None if run >= 3 && !line[run..].contains('`') => fence = Some(run),
            None => out.push_str(&(without_spans(line) + "\n")),
        }
    }
    assert_eq!(fence, None, "a fence stays open");
    out
}

fn without_spans(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        let run = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        let inside = &rest[start + run..];
        let mut at = 0;
        let end = loop {
            let from = inside[at..].find('`').map(|found| at + found);
            let Some(from) = from else { break None };
            let found = inside[from..].len() - inside[from..].trim_start_matches('`').len();
            if found == run {
                break Some(from);
            }
            at = from + found;
        };
        let end = end.unwrap_or_else(|| panic!("a span stays open: {line}"));
        out.push_str(&rest[..start]);
        out.push('C');
        rest = &inside[end + run..];
    }
    out + rest
}

#[test]
fn markdown_holds_untrusted_text_in_code_alone() {
    let page = markdown(&plan());
    assert!(page.len() <= 65_536);
    let prose = prose(&page);
    let ours = regex::Regex::new(
        r"^(<!-- hookwright plan: [A-Za-z0-9_.%-]+ config=[A-Za-z0-9_.%-]+ target=[A-Za-z0-9_.,%-]+ -->|<details><summary>(<code>[A-Za-z0-9_&;+/=~!→-]+</code>|[A-Za-z0-9 :,()-])+</summary>|</details>|([A-Za-z0-9 |,:;'()*#>=!\[\]._-]|<br>|<wbr>)*)$",
    )
    .unwrap();
    for line in prose.lines() {
        assert!(ours.is_match(line), "{line}");
    }
    for acting in ["everyone", "<script", "evil", "https:", "www.", "boom", "bold", "${{", "<!--", "-->"] {
        // The first line is our own marker, where the environment's name is percent-encoded.
        assert!(prose.lines().skip(1).all(|line| !line.contains(acting)), "{acting}");
    }
}

#[test]
fn secrets_are_hidden_wherever_somebody_wrote_them() {
    let mut parts = Parts::new();
    let leaky = "https://user:hunter2@h.example/whsec_c2VjcmV0 sk_videogen_live_abc AGE-SECRET-KEY-1QQQ";
    let spec = |path: &str| spec(&format!("https://user:hunter2@h.example/{path}"), &["file.ready"], Some(leaky));
    parts.both("both", managed("ep_1", spec("a")), entry(spec("b")));
    parts.live.as_mut().unwrap().push(listed(&managed("ep_2", spec("c"))));
    let (plan, state) = (parts.plan(), &parts.state);
    let outs = [
        text(&plan, Colour::Always),
        markdown(&plan),
        json(&plan),
        terraform_json(&plan),
        state_list(state),
        state_list_json(state),
        show(state, Colour::Never),
        show_json(state),
    ];
    for out in outs {
        for secret in ["hunter2", "c2VjcmV0", "live_abc", "1QQQ"] {
            assert!(!out.contains(secret), "{secret} in {out}");
        }
    }
}

#[test]
fn what_is_cut_or_broken_in_pieces_hides_its_secrets_first() {
    let key = "a-key-of-no-usual-form-4f1d9c0b7e2a";
    crate::mask::learn(key);
    let password = "correct-horse-".repeat(20);
    let mut parts = Parts::new();
    parts.have("known", managed("ep_1", spec(&format!("https://h.example/0123456789/{key}"), &["file.ready"], None)));
    parts.have("cut", managed("ep_2", spec(&format!("https://user:{password}@h.example/"), &["file.ready"], None)));
    let long = format!("https://h.example/{}{key}", "x".repeat(95));
    parts.have("both", managed("ep_3", spec(&long, &["file.ready"], None)));
    // What is whole is masked where it is printed.
    let page = crate::mask::hide(&markdown(&parts.plan())).replace("`<wbr>`", "");
    for secret in [&key[..12], "correct-horse"] {
        assert!(!page.contains(secret), "{secret}: {page}");
    }
}

#[test]
fn what_is_coloured_in_pieces_hides_its_secrets_first() {
    let key = "another-key-of-no-form-77e1c0d2a9";
    crate::mask::learn(key);
    let url = |path: &str| spec(&format!("https://h.example/{path}"), &["file.ready"], None);
    let mut parts = Parts::new();
    parts.both("a", managed("ep_1", url(key)), entry(url("another-tree-of-no-form-77e1c0d2a9")));
    let page = crate::mask::hide(&text(&parts.plan(), Colour::Always)).into_owned();
    let plain = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap().replace_all(&page, "").into_owned();
    assert!(!plain.contains("another-key"), "the beginning is masked too: {plain}");
}
