//! Taking over what exists: by command, by configuration, all at once; and letting go of it.

use serde_json::Value;

use crate::support::World;

const ENTRY: &str = r#"
[webhooks.old-hook]
url = "https://stranger.example.com/x"
events = ["file.upload.failed"]
"#;

/// A world where a stranger's endpoint is live: its id and secret.
fn world() -> (World, String, String) {
    let world = World::with_sandbox(&[]);
    let answer = world.stranger("https://stranger.example.com/x");
    let text = |key: &str| answer[key].as_str().unwrap().to_owned();
    (world, text("endpointId"), text("signingSecret"))
}

#[test]
fn an_endpoint_is_imported_with_its_secret_and_the_plan_is_empty() {
    let (world, id, secret) = world();
    world.config(ENTRY);
    world.write("secret.txt", &format!("{secret}\n"));
    world.ok(&["import", "old-hook", &id, "--secret-file", "secret.txt"]);
    assert_eq!(world.ok(&["secret", "show", "old-hook", "--identity", "identity.txt"]), format!("{secret}\n"));
    let plan: Value = serde_json::from_str(&world.ok(&["plan", "--format", "json"])).unwrap();
    assert_eq!((plan["changes"].as_array().unwrap().len(), plan["notes"].as_array().unwrap().len()), (0, 0), "{plan}");
}

#[test]
fn a_secret_that_is_not_the_endpoints_is_refused_and_never_quoted() {
    let (world, id, _) = world();
    world.config(ENTRY);
    world.write("secret.txt", "whsec_c29tZWJvZHkgZWxzZQ==");
    let refused = world.run(&["import", "old-hook", &id, "--secret-file", "secret.txt"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("not the endpoint's secret"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("c29tZWJvZHk"));
    assert!(!world.path("state/webhooks.state.json").exists());
}

#[test]
fn an_endpoint_that_differs_is_refused_with_the_difference() {
    let (world, id, _) = world();
    world.config(&ENTRY.replace("/x", "/y"));
    let refused = world.run(&["import", "old-hook", &id]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains(r#"url is "https://stranger.example.com/x" and the entry has"#),
        "{}",
        refused.stderr
    );
    world.config(&format!("{}\n[imports]\nold-hook = \"{id}\"\n", ENTRY.replace("/x", "/y")));
    let refused = world.run(&["apply", "--auto-approve"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stdout.contains("differs from its entry"), "{}", refused.stdout);
}

#[test]
fn an_import_by_configuration_is_planned_and_offers_to_renew_the_secret() {
    let (world, id, _) = world();
    world.config(&format!("{ENTRY}\n[imports]\nold-hook = \"{id}\"\n"));
    assert!(world.ok(&["plan"]).contains("Plan: 1 to import, 0 to add, 0 to change, 0 to destroy."));
    let applied = world.ok(&["apply", "--auto-approve"]);
    let counted = "Apply complete! Resources: 1 imported, 0 added, 0 changed, 0 destroyed.";
    assert!(applied.contains(counted), "{applied}");
    let plan = world.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(0));
    assert!(plan.stdout.contains("its signing secret is unknown; raise its rotation to 2"), "{}", plan.stdout);
    let unknown = world.run(&["secret", "show", "old-hook", "--identity", "identity.txt"]);
    assert_eq!(unknown.code, Some(1));
    world.config(&format!("{ENTRY}rotation = 2\n"));
    world.ok(&["apply", "--auto-approve"]);
    world.ok(&["secret", "show", "old-hook", "--identity", "identity.txt"]);
}

#[test]
fn what_is_generated_leads_to_a_plan_of_imports_alone() {
    let (world, id, _) = world();
    world.config("");
    let generated = world.ok(&["import", "--generate"]);
    assert!(generated.contains(&id));
    world.config(&generated);
    let plan: Value = serde_json::from_str(&world.ok(&["plan", "--format", "json"])).unwrap();
    assert_eq!((plan["summary"]["import"].as_u64(), plan["changes"].as_array().unwrap().len()), (Some(1), 1), "{plan}");
}

#[test]
fn an_account_is_taken_over_by_init() {
    let (world, ..) = world();
    world.ok(&["init", "--from-live", "--identity", "new-identity.txt"]);
    assert!(world.read("webhooks.toml").contains("\nmark = true\n"));
    let plan: Value = serde_json::from_str(&world.ok(&["plan", "--format", "json"])).unwrap();
    assert_eq!((plan["summary"]["import"].as_u64(), plan["changes"].as_array().unwrap().len()), (Some(1), 1), "{plan}");
    world.ok(&["apply", "--auto-approve"]);
}

#[test]
fn what_is_removed_is_forgotten_and_stays_live() {
    let world = World::with_sandbox(&[]);
    world.config(ENTRY);
    world.ok(&["apply", "--auto-approve"]);
    world.config("[removed]\nnames = [\"old-hook\"]\n");
    world.ok(&["apply", "--auto-approve"]);
    assert!(world.state()["endpoints"].as_object().unwrap().is_empty());
    let plan: Value = serde_json::from_str(&world.ok(&["plan", "--format", "json"])).unwrap();
    assert_eq!(plan["unmanaged"].as_array().unwrap().len(), 1, "{plan}");
}

const TWO: &str = r#"
[webhooks.render-done]
url = "https://hooks.example.com/videogen"
events = ["tool_execution.succeeded"]

[webhooks.uploads]
url = "https://hooks.example.com/uploads"
events = ["file.upload.*"]
"#;

#[test]
fn a_lost_state_is_mended_by_one_block_to_paste_and_its_secrets_are_added_later() {
    let world = World::with_sandbox(&[]);
    world.config(TWO);
    world.ok(&["apply", "--auto-approve"]);
    let secret = world.ok(&["secret", "show", "uploads", "-i", "identity.txt"]);
    std::fs::remove_dir_all(world.path("state")).unwrap();

    let refused = world.run(&["plan"]);
    assert_eq!(refused.code, Some(1));
    let block: Vec<&str> = refused
        .stdout
        .lines()
        .skip_while(|line| line.trim() != "[imports]")
        .take_while(|line| !line.is_empty())
        .collect();
    assert_eq!(block.len(), 3, "{}", refused.stdout);
    let generated = world.ok(&["import", "--generate"]);
    assert_eq!(generated.lines().collect::<Vec<_>>(), block.iter().map(|line| line.trim()).collect::<Vec<_>>());
    world.config(&format!("{TWO}{}\n", block.join("\n")));
    world.ok(&["apply", "--auto-approve"]);
    let plan = world.ok(&["plan"]);
    assert!(plan.contains("the signing secrets of `render-done`, `uploads` are unknown"), "{plan}");

    world.write("secret.txt", &secret);
    let wrong = world.run(&["import", "render-done", "--secret-file", "secret.txt"]);
    assert!(wrong.stderr.contains("not the endpoint's secret"), "{}", wrong.stderr);
    let mut command = world.command(&["import", "uploads", "--secret-stdin"]);
    command.stdin(std::fs::File::open(world.path("secret.txt")).unwrap());
    let added = crate::support::finish(command);
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert_eq!(world.ok(&["secret", "show", "uploads", "-i", "identity.txt"]), secret);
    let again = world.run(&["import", "uploads", "--secret-file", "secret.txt"]);
    assert!(again.stderr.contains("has the secret of `uploads` already"), "{}", again.stderr);
    assert!(world.ok(&["plan"]).contains("`render-done`: its signing secret is unknown"));
    let nothing = world.run(&["import", "uploads"]);
    assert_eq!(nothing.code, Some(1));
    assert!(nothing.stderr.contains("<ID>"), "{}", nothing.stderr);
}
