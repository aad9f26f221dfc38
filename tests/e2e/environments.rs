//! Environments, values of variables, and folders, end to end; and the examples of both.

use std::fs;
use std::path::Path;

use crate::support::{KEY, Run, World, finish};

const TWO: &str = r#"
[variables]
host = { description = "Where deliveries go" }

[environments.staging]
variables = { host = "staging.example" }
[environments.prod]
variables = { host = "hooks.example" }
api_key_env = "VIDEOGEN_API_KEY_PROD"

[webhooks.render-done]
url = "https://${var.host}/videogen"
events = ["file.upload.failed"]
description = "of ${environment}"
"#;

fn id_of(run: &Run) -> &str {
    run.stdout.lines().find_map(|line| line.strip_prefix("Plan id: ")).expect("a plan names its id")
}

#[test]
fn each_environment_has_its_state_its_ids_and_its_marker() {
    let world = World::with_sandbox(&[]);
    world.config(TWO);
    let forgotten = world.run(&["plan"]);
    assert_eq!(forgotten.code, Some(1));
    assert!(forgotten.stderr.contains("= hint: write `--env staging` or `--env prod`"), "{}", forgotten.stderr);

    world.ok(&["apply", "--auto-approve", "--env", "staging"]);
    assert!(world.path("state/webhooks.staging.state.json").exists());
    assert!(world.read("state/webhooks.staging.state.json").contains("\"of staging\""));

    let prod = world.run(&["plan", "--env", "prod", "--refresh=false"]);
    let staging = world.run(&["plan", "--env", "staging", "--refresh=false", "--var", "host=hooks.example"]);
    assert!(prod.stdout.contains("environment \"prod\"\n"), "{}", prod.stdout);
    assert!(prod.stdout.contains("Plan: 1 to add, 0 to change, 0 to destroy."), "{}", prod.stdout);
    assert_ne!(id_of(&prod), id_of(&staging));
    let comment = world.ok(&["plan", "--env", "prod", "--refresh=false", "--format", "markdown"]);
    assert!(comment.starts_with("<!-- hookwright plan: prod -->\n"), "{comment}");
    let path = world.path("webhooks.toml").display().to_string();
    let of_a_part = ["plan", "-c", "./webhooks.toml", "--env", "prod", "--refresh=false", "--target", "a b"];
    let of_a_part = world.run(&[&of_a_part[..], &["--format", "markdown"]].concat()).stdout;
    assert!(of_a_part.starts_with("<!-- hookwright plan: prod target=a%20b -->\n"), "{of_a_part}");
    let elsewhere = ["plan", "-c", &path, "--env", "prod", "--refresh=false", "--out", "plan.bin"];
    world.ok(&[&elsewhere[..], &["--format", "markdown"]].concat());
    let kept = world.ok(&["show", "plan.bin", "--format", "markdown"]);
    assert!(kept.starts_with("<!-- hookwright plan: prod config=%2F"), "{kept}");
    assert_eq!(world.run(&["plan", "--env", "staging", "--detailed-exitcode"]).code, Some(0));
}

#[test]
fn an_environments_key_is_its_own() {
    let world = World::with_sandbox(&[]);
    world.config(TWO);
    let without = world.run(&["apply", "--env", "prod", "--auto-approve"]);
    assert_eq!(without.code, Some(1));
    assert!(without.stderr.contains("VIDEOGEN_API_KEY_PROD is not set"), "{}", without.stderr);
    let mut command = world.command(&["apply", "--env", "prod", "--auto-approve"]);
    command.env("VIDEOGEN_API_KEY_PROD", KEY).env_remove("VIDEOGEN_API_KEY");
    let applied = finish(command);
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
}

#[test]
fn a_hostile_key_variable_is_refused_before_anything_is_asked() {
    let world = World::with_sandbox(&[]);
    world.config("[environments.prod]\napi_key_env = \"AWS_SECRET_ACCESS_KEY\"\n");
    let mut command = world.command(&["plan", "--env", "prod"]);
    command.env("AWS_SECRET_ACCESS_KEY", "CANARY");
    let refused = finish(command);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("`api_key_env` cannot be \"AWS_SECRET_ACCESS_KEY\""), "{}", refused.stderr);
    assert!(!refused.stderr.contains("CANARY"));
    assert_eq!(fs::read_to_string(world.path("requests.jsonl")).unwrap_or_default(), "");
}

#[test]
fn a_flag_stands_before_the_environment_and_that_before_a_file_and_that_before_the_configuration() {
    let world = World::new();
    world.config(TWO);
    world.write("values.toml", "host = \"file.example\"\n");
    let url = |flags: &[&str], variable: Option<&str>| {
        let mut command =
            world.command(&[&["plan", "--env", "prod", "--refresh=false", "--format", "json"], flags].concat());
        command.envs(variable.map(|value| ("HOOKWRIGHT_VAR_host", value)));
        let plan: serde_json::Value = serde_json::from_str(&finish(command).stdout).unwrap();
        plan["changes"][0]["after"]["url"].as_str().unwrap().to_owned()
    };
    let file = ["--var-file", "values.toml"];
    let all = ["--var-file", "values.toml", "--var", "host=flag.example"];
    assert_eq!(url(&[], None), "https://hooks.example/videogen");
    assert_eq!(url(&file, None), "https://file.example/videogen");
    assert_eq!(url(&file, Some("variable.example")), "https://variable.example/videogen");
    assert_eq!(url(&all, Some("variable.example")), "https://flag.example/videogen");

    let unknown = world.run(&["plan", "--env", "prod", "--var", "hots=x"]);
    assert!(unknown.stderr.contains("did you mean `host`?"), "{}", unknown.stderr);
}

#[test]
fn the_schema_and_the_manual_are_written() {
    let world = World::new();
    let schema: serde_json::Value = serde_json::from_str(&world.ok(&["schema"])).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    world.ok(&["man", "pages"]);
    assert!(world.read("pages/hookwright-plan.1").contains("\\-\\-detailed\\-exitcode"));
}

/// Copies an example's folder into a world, so that nothing is written into the sources.
fn copy(world: &World, example: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            world.write(path.file_name().unwrap().to_str().unwrap(), &fs::read_to_string(&path).unwrap());
        } else {
            let below = path.file_name().unwrap().to_str().unwrap();
            for entry in fs::read_dir(&path).unwrap() {
                let file = entry.unwrap().path();
                let name = format!("{below}/{}", file.file_name().unwrap().to_str().unwrap());
                world.write(&name, &fs::read_to_string(&file).unwrap());
            }
        }
    }
}

#[test]
fn the_example_of_environments_is_planned_in_each() {
    let world = World::new();
    copy(&world, "environments");
    let plan = |environment| world.ok(&["plan", "-c", "hooks.toml", "--env", environment, "--var", "tenant=acme"]);
    assert!(plan("staging").contains("https://hooks.staging.example.com/videogen/acme"));
    assert!(plan("prod").contains("\"Render pipeline of acme, prod\""));
    let missing = world.run(&["plan", "-c", "hooks.toml", "--env", "prod"]);
    assert!(missing.stderr.contains("the variable `tenant` has no value"), "{}", missing.stderr);
}

#[test]
fn the_example_of_many_files_is_one_desired_state() {
    let world = World::new();
    copy(&world, "many-files");
    assert!(world.ok(&["plan", "-c", "hooks"]).contains("Plan: 3 to add"));
    world.ok(&["apply", "--auto-approve", "-c", "hooks/"]);
    assert!(world.path("hooks/state/hooks.state.json").exists());
    let planned = world.run(&["plan", "-c", "../hooks", "--chdir", "hooks", "--detailed-exitcode"]);
    assert_eq!(planned.code, Some(0), "{}{}", planned.stdout, planned.stderr);
    assert_eq!(world.run(&["plan", "-c", ".", "--chdir", "hooks", "--detailed-exitcode"]).code, Some(0));

    world.write("hooks/zz.toml", "[webhooks.uploads]\nurl = \"https://media.example.com/2\"\nevents = [\"file.*\"]\n");
    let refused = world.run(&["validate", "-c", "hooks"]);
    assert!(refused.stderr.contains("--> hooks/zz.toml:1:11"), "{}", refused.stderr);
    assert!(refused.stderr.contains("::: hooks/media.toml:3:11"), "{}", refused.stderr);
}

#[test]
fn a_folder_is_read_whole_or_not_at_all_and_keeps_its_paths_inside() {
    let world = World::new();
    fs::create_dir(world.path("hooks")).unwrap();
    let empty = world.run(&["validate", "-c", "hooks"]);
    assert!(empty.stderr.contains("holds no *.toml"), "{}", empty.stderr);
    world.write("hooks/a.toml", "[encryption]\nrecipients_file = \"../outside.txt\"\n");
    let outside = world.run(&["validate", "-c", "hooks"]);
    assert!(outside.stderr.contains("the path leads out of the configuration's folder"), "{}", outside.stderr);
    world.write("hooks/a.toml", "");
    world.write("outside.toml", "[webhooks.a]\n");
    std::os::unix::fs::symlink(world.path("outside.toml"), world.path("hooks/b.toml")).unwrap();
    let link = world.run(&["validate", "-c", "hooks"]);
    assert_eq!(link.code, Some(1));
    assert!(link.stderr.contains("a link leads out of its folder"), "{}", link.stderr);
}

#[test]
fn a_refusal_names_the_file_of_its_entry() {
    let world = World::new();
    copy(&world, "many-files");
    world.ok(&["apply", "--auto-approve", "-c", "hooks"]);
    let protected = "[webhooks.uploads]\nurl = \"https://media.example.com/new\"\nevents = [\"file.*\"]\n\
                     lifecycle = { prevent_destroy = true, overlap = \"0s\" }\n";
    world.write("hooks/media.toml", protected);
    let refused = world.run(&["plan", "-c", "hooks", "--allow-delete", "*"]);
    assert!(refused.stdout.contains("* uploads, \"hooks/media.toml\" line 1: "), "{}", refused.stdout);
}

const ONE_ACCOUNT: &str = r#"
[environments.prod]
[environments.staging]

[webhooks.both]
url = "https://hooks.example.com/${environment}"
events = ["file.upload.failed"]

[webhooks.only-prod]
environments = ["prod"]
url = "https://hooks.example.com/audit"
events = ["file.upload.failed"]
"#;

#[test]
fn what_another_environment_manages_in_the_same_account_is_not_unmanaged_here() {
    let world = World::with_sandbox(&[]);
    world.config(ONE_ACCOUNT);
    world.ok(&["apply", "--auto-approve", "--env", "prod"]);
    world.stranger("https://stranger.example.com/");
    let plan = |args: &[&str]| -> serde_json::Value {
        let run = world.run(&[&["plan", "--env", "staging", "--format", "json"][..], args].concat());
        serde_json::from_str(&run.stdout).unwrap()
    };
    let staging = plan(&[]);
    assert_eq!(staging["summary"]["create"], 1, "an entry of prod is not wanted here: {staging}");
    let urls: Vec<&str> =
        staging["unmanaged"].as_array().unwrap().iter().map(|seen| seen["url"].as_str().unwrap()).collect();
    assert_eq!(urls, ["https://stranger.example.com/"]);
    let generated = world.ok(&["import", "--generate", "--env", "staging"]);
    assert!(generated.contains("[environments.staging.imports]\nstranger-example-com = \"ep_"), "{generated}");
    assert!(!generated.contains("hooks.example.com"), "{generated}");

    let prod: serde_json::Value = serde_json::from_str(&world.read("state/webhooks.prod.state.json")).unwrap();
    let theirs = prod["endpoints"]["both"]["endpoint_id"].as_str().unwrap();
    world.config(&ONE_ACCOUNT.replace("${environment}", "prod"));
    let import = world.run(&["import", "both", theirs, "--env", "staging"]);
    assert!(import.stderr.contains("another environment of the configuration manages"), "{}", import.stderr);

    world.config(ONE_ACCOUNT);
    world.write("state/webhooks.prod.state.json", "damaged");
    let unknown = world.run(&["plan", "--env", "staging"]);
    assert_eq!(unknown.code, Some(0), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("what the environment `prod` manages is not known"), "{}", unknown.stderr);
    assert_eq!(plan(&[])["unmanaged"].as_array().unwrap().len(), 3);
}

#[test]
fn values_for_other_configurations_are_passed_over() {
    let world = World::new();
    world.write("webhooks.toml", TWO);
    world.write("common.toml", "host = \"a.example\"\nregion = \"eu\"\nsizes = [1, 2]\n");
    let plan = |args: &[&str]| {
        let mut command = world.command(&[&["validate", "--env", "prod"][..], args].concat());
        command.env("HOOKWRIGHT_VAR_other", "x");
        finish(command)
    };
    let run = plan(&["--var-file", "common.toml"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stderr.contains("common.toml\", line 2, gives \"region\", which is no declared variable"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("line 3, gives \"sizes\""), "{}", run.stderr);
    assert!(!run.stderr.contains("other"), "{}", run.stderr);
    let flag = plan(&["--var", "region=eu"]);
    assert_eq!(flag.code, Some(1));
    assert!(
        flag.stderr.starts_with("error: `--var` gives \"region\", which is no declared variable\nhint: "),
        "{}",
        flag.stderr
    );
}
