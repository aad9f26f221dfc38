//! Files at the size limit that are made to cost much: each is refused or read within a bound on memory, and on the
//! processor's time, so that one whose cost is quadratic ends as a failure instead of a test without end.

use crate::support::{World, finish};

/// The most bytes of a configuration.
const MOST: usize = 8 << 20;
/// The memory that a run may map, in KiB: its stacks and libraries take a third of it.
const MEMORY: usize = 900 << 10;
/// The seconds of processor time that a run may take; the worst takes a tenth.
const SECONDS: usize = 100;

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

/// Validates a configuration; what is said of it. It may be sound, and it may be refused, and nothing else.
fn validated(world: &World, name: &str, config: &str) -> String {
    assert!(config.len() <= MOST, "{name}");
    world.write("webhooks.toml", config);
    let script = format!("ulimit -v {MEMORY}; ulimit -t {SECONDS}; exec $hookwright validate");
    let run = finish(world.outside("sh", &["-c", &script]));
    assert!(matches!(run.code, Some(0 | 1)), "{name}: {:?} {}", run.code, &run.stderr[..run.stderr.len().min(500)]);
    assert!(run.stderr.len() < 1 << 20, "{name}: {} bytes are said", run.stderr.len());
    run.stderr
}

#[test]
fn text_that_is_masked_costs_no_more_than_its_length() {
    let world = World::new();
    for unit in ["//:", "//@", "https:", "whsec_", "sk_videogen_", "\\u0041"] {
        let said = validated(&world, unit, &filled("x = \"", unit, "\"\n"));
        assert!(said.contains("unknown key"), "{unit}: {said}");
    }
}

#[test]
fn words_and_signs_without_end_are_counted_before_anything_is_made_of_them() {
    let world = World::new();
    for (unit, words) in [
        ("\r", "a carriage return stands alone"),
        ("a\r", "a carriage return stands alone"),
        ("\n", "words and signs"),
        ("[", "words and signs"),
        (".a", "words and signs"),
    ] {
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
    assert!(said.contains("there are more than 100 faults"), "{said}");
}
