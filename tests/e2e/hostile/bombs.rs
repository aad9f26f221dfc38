//! Files and answers at the size limit that are made to cost much: each is refused or read within a bound on memory, and
//! one whose cost is quadratic is killed.

use super::commands::COMMANDS;
use super::{bounded, harmless};
use crate::scripted::{Answer, Asked, serve};
use crate::support::{Run, World};
use crate::watch::many;

/// The most bytes of a configuration and of an answer.
const MOST: usize = 8 << 20;

/// A text, then as much of another one as there is room for.
fn filled(first: &str, unit: &str, last: &str) -> String {
    let times = (MOST - first.len() - last.len()) / unit.len();
    format!("{first}{}{last}", unit.repeat(times))
}

/// A text, then numbered ones, as many as there is room for.
fn numbered(first: &str, one: impl Fn(usize) -> String, last: &str) -> String {
    let mut text = first.to_owned();
    for number in 0.. {
        let next = one(number);
        if text.len() + next.len() + last.len() > MOST {
            break;
        }
        text.push_str(&next);
    }
    text + last
}

/// A run that is fed a bomb. It says no more than somebody would read.
fn survives(world: &World, args: &[&str], what: &str) -> Run {
    let run = harmless(bounded(world, args), &format!("{args:?} with {what}"));
    assert!(run.stderr.len() < 1 << 20, "{args:?} with {what}: {} bytes are said", run.stderr.len());
    run
}

/// Validates a configuration; what is said of it. It may be sound, and it may be refused, and nothing else.
fn validated(world: &World, name: &str, config: &str) -> String {
    assert!(config.len() <= MOST, "{name}");
    world.write("webhooks.toml", config);
    let run = survives(world, &["validate"], name);
    assert!(matches!(run.code, Some(0 | 1)), "{name}: {:?}", run.code);
    run.stderr
}

#[test]
fn text_that_is_masked_costs_no_more_than_its_length() {
    let world = World::new();
    for unit in ["//:@", "whsec_", "\\u0041"] {
        let said = validated(&world, unit, &filled("x = \"", unit, "\"\n"));
        assert!(said.contains("unknown key"), "{unit}: {said}");
    }
}

#[test]
fn words_and_signs_without_end_are_counted_before_anything_is_made_of_them() {
    let world = World::new();
    for (unit, words) in [("\r", "a carriage return stands alone"), ("\n", "words and signs"), ("[", "words and signs")]
    {
        let said = validated(&world, unit, &filled("a", unit, ""));
        assert!(said.contains(words), "{unit:?}: {said}");
    }
}

#[test]
fn sections_of_very_many_entries_are_not_compared_pair_by_pair() {
    let world = World::new();
    let environments = |state: &str| numbered("", |n| format!("[environments.e{n}]\nstate = \"s{state}\"\n"), "");
    let said = validated(&world, "one state", &environments(""));
    assert!(said.contains("would share one state"), "{said}");
    let variables = numbered("[variables]\n", |n| format!("v{n} = {{ pattern = \"[a-z]{{1,40}}\" }}\n"), "");
    let said = validated(&world, "patterns", &variables);
    assert!(said.contains("over 256 patterns"), "{said}");
    let uses = numbered("[webhooks.a]\nevents = [\"file.*\"]\nurl = \"", |n| format!("${{var.v{n}}}"), "\"\n");
    let said = validated(&world, "uses", &uses);
    assert!(said.contains("is no declared variable"), "{said}");
    let entries = numbered("", |n| format!("[webhooks.w{n}]\nurl = \"h\"\nevents = [\"file.*\"]\n"), "");
    let said = validated(&world, "entries", &entries);
    assert!(said.contains("there are more than 100 errors"), "{said}");
}

#[test]
fn no_command_falls_for_a_bomb_in_a_file_that_it_reads() {
    let world = World::new();
    // All read the configuration in the same way as `validate`, which reads those of the full size above.
    world.write("webhooks.toml", &filled("a", "\r", "")[..256 << 10]);
    for args in COMMANDS {
        let _ = survives(&world, args, "a configuration of carriage returns");
    }
    let mut world = World::with_sandbox(&[]);
    world.config(&many(1));
    world.ok(&["apply", "--auto-approve"]);
    world.stop_sandbox();
    for (name, args) in [
        ("values.toml", &["plan", "--var-file", "values.toml"][..]),
        ("bomb", &["secret", "show", "h0", "-i", "bomb"]),
        ("bomb", &["verify", "h0", "--headers", "bomb", "--body", "bomb", "-i", "identity.txt"]),
        ("bomb", &["state", "recover", "bomb"]),
        ("bomb", &["show", "bomb"]),
        ("bomb", &["import", "h0", "--secret-file", "bomb"]),
        ("bomb", &["sandbox", "--port", "1", "--db", "bomb"]),
    ] {
        world.write(name, &filled("a", "\r", ""));
        let run = survives(&world, args, "carriage returns");
        assert_eq!(run.code, Some(1), "{args:?}: {}", run.stdout);
    }
}

#[test]
fn a_state_a_journal_and_a_plan_file_are_read_within_bounds() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(1));
    world.ok(&["apply", "--auto-approve"]);
    world.ok(&["plan", "--destroy", "--out", "plan.bin"]);
    world.stop_sandbox();
    let state = "state/webhooks.state.json";
    let (sound, plan) = (world.read(state), world.read("plan.bin"));
    for (what, bomb) in [
        ("nesting", filled("", "[", "")),
        ("objects", filled("", "{\"a\":", "")),
        ("a long text", sound.replace("https://hooks.example.com/0", &filled("https://h/", "//:", ""))),
        ("many fields", numbered("{\"version\": 2", |n| format!(",\"f{n}\":0"), "}")),
        ("line ends", filled("", "\n", "")),
    ] {
        world.write(state, &bomb);
        for args in [&["show"][..], &["apply", "--auto-approve"]] {
            let _ = survives(&world, args, what);
        }
        world.write(state, &sound);
        world.write(&format!("{state}.journal"), &bomb);
        let _ = survives(&world, &["plan", "--refresh=false"], &format!("a journal of {what}"));
        std::fs::remove_file(world.path(&format!("{state}.journal"))).unwrap();
        world.write("bomb", &bomb);
        for args in [&["show", "bomb"][..], &["state", "recover", "bomb"]] {
            let _ = survives(&world, args, &format!("a file of {what}"));
        }
    }
    world.write("bomb", &plan.replace("https://hooks.example.com/0", &filled("", "\\\\u0041", "")));
    let _ = survives(&world, &["show", "bomb"], "a plan file of escapes");
}

#[test]
fn an_answer_of_the_api_is_read_within_bounds() {
    let endpoint = |url: &str| {
        format!(
            "{{\"endpoints\":[{{\"endpointId\":\"e\",\"url\":\"{url}\",\"events\":[\"a\"],\"createdAt\":1,\"signingSecretLast4\":\"abcd\"}}]}}"
        )
    };
    for (what, status, bomb) in [
        ("nesting", 200, filled("", "[", "")),
        ("a nested listing", 200, filled("{\"endpoints\":", "[", "")),
        ("a long message", 400, filled("{\"message\":\"", "//:", "\"}")),
        ("a long title", 502, filled("<title>", "whsec_", "</title>")),
        ("a long url", 200, endpoint(&filled("https://h/", "//:@", "").split_off(1024))),
        ("many endpoints", 200, numbered("{\"endpoints\":[0", |n| format!(",{{\"endpointId\":\"e{n}\"}}"), "]}")),
        ("more than is read", 200, filled("", " ", "") + "    "),
    ] {
        let url = serve(move |asked: &Asked| match asked.path.as_str() {
            "/v1/me" => Answer::new(200, "{\"teamId\":\"t\"}"),
            _ => Answer::new(status, bomb.clone()),
        });
        let world = World::new();
        world.config(&format!("[provider]\nbase_url = \"{url}\"\n{}", many(1)));
        for args in [&["plan", "--max-wait", "0s"][..], &["import", "--generate"]] {
            let _ = survives(&world, args, what);
        }
    }
}
