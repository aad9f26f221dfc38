//! What a plan is made of, at 100, 1,000 and 10,000 endpoints: the file parsed, the state read, the planner, and each
//! format of a plan that changes a tenth of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hookwright::surface::Sources;
use hookwright::surface::Timestamp;
use hookwright::surface::{self, Colour};
use hookwright::surface::{Binding, Plugins, Recipient, SecretEncryptor, SecretString, generate_identity};
use hookwright::surface::{Choices, Plan, World, plan};
use hookwright::surface::{Desired, Inputs, parse};
use hookwright::surface::{EndpointId, Observed};
use hookwright::surface::{Guards, State, Store};

const SIZES: [usize; 3] = [100, 1_000, 10_000];
const NOW: Timestamp = Timestamp(1_800_000_000);

/// All that a plan is made from.
struct Parts {
    text: String,
    desired: Desired,
    state: State,
    live: Vec<Observed>,
}

/// A configuration with so many webhooks; every tenth has another url once `edited`.
fn text(endpoints: usize, edited: bool) -> String {
    let mut text = "[safety]\nallowed_hosts = [\"hooks.example.com\"]\n".to_owned();
    for number in 0..endpoints {
        let path = if edited && number % 10 == 0 { "edited" } else { "videogen" };
        let _ = write!(
            text,
            "\n[webhooks.endpoint-{number:06}]\nurl = \"https://hooks.example.com/{path}/{number:06}\"\n\
             events = [\"tool_execution.*\"]\ndescription = \"Endpoint {number} of the benchmark\"\n"
        );
    }
    text
}

fn desired(text: &str) -> Desired {
    parse(&Sources::one("webhooks.toml", text.to_owned()), &Inputs::default()).expect("the configuration is valid")
}

fn guards() -> Guards {
    let hosts = BTreeSet::from(["hooks.example.com".to_owned()]);
    Guards { base_url: "https://api.videogen.io".to_owned(), allowed_hosts: Some(hosts), ..Guards::default() }
}

/// The state after an apply, each secret encrypted.
fn state(desired: &Desired, recipient: &Recipient) -> State {
    let encryptor = SecretEncryptor::probed(vec![recipient.clone()], Plugins::none()).expect("the recipient encrypts");
    let lineage = "11111111-2222-4333-8444-555555555555";
    let id = EndpointId::new("ep_sealed");
    let binding = Binding { lineage, endpoint_id: &id };
    // One block for all: a plan opens none.
    let encrypted = encryptor.encrypt(binding, &SecretString::from("whsec_benchmark".to_owned())).expect("it encrypts");
    let endpoints: serde_json::Map<String, serde_json::Value> = desired
        .webhooks
        .iter()
        .map(|(name, entry)| {
            let endpoint = serde_json::json!({
                "endpoint_id": format!("ep_{name}"),
                "url": entry.wanted.spec.url,
                "events": entry.wanted.spec.events,
                "description": entry.wanted.spec.description,
                "events_as_written": entry.wanted.events_as_written,
                "created_at": NOW.0 - 1000,
                "rotation": 1,
                "secret_last4": "mark",
                "secret": encrypted.as_str(),
                "sealed_to": [recipient.as_str()],
            });
            (name.to_string(), endpoint)
        })
        .collect();
    let state = serde_json::json!({
        "version": 1, "serial": 1, "lineage": lineage, "team_id": "vg_team_1", "guards": guards(), "endpoints": endpoints,
    });
    serde_json::from_value(state).expect("the state is one")
}

fn parts(endpoints: usize, recipient: &Recipient) -> Parts {
    let before = desired(&text(endpoints, false));
    let state = state(&before, recipient);
    let live = state.currents().map(|(_, managed)| Observed {
        tag: None,
        id: managed.endpoint_id.clone(),
        url: managed.wanted.spec.url.clone(),
        events: managed.wanted.spec.events.clone(),
        description: Some(managed.wanted.spec.description.clone()),
        created_at: managed.created_at,
        secret_last4: managed.secret_last4.clone(),
    });
    let live = live.collect();
    let text = text(endpoints, true);
    Parts { desired: desired(&text), text, live, state }
}

fn made(parts: &Parts) -> Plan {
    plan(&World {
        desired: &parts.desired,
        state: &parts.state,
        live: Some(&parts.live),
        guards: &guards(),
        team: Some("vg_team_1"),
        now: NOW,
        environment: None,
        choices: &Choices::default(),
        cannot_encrypt: None,
        elsewhere: &Default::default(),
    })
}

type Format = (&'static str, fn(&Plan) -> String);

const FORMATS: [Format; 5] = [
    ("text", |plan| surface::text(plan, Colour::Always)),
    ("markdown", surface::markdown),
    ("json", surface::json),
    ("terraform-json", surface::terraform_json),
    ("gitlab-report", surface::gitlab_report),
];

fn plans(criterion: &mut Criterion) {
    let (_, recipient) = generate_identity();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    for endpoints in SIZES {
        let parts = parts(endpoints, &recipient);
        let file = folder.path().join(format!("{endpoints}.state.json"));
        fs::write(&file, serde_json::to_vec_pretty(&parts.state).expect("a state is JSON")).expect("it is written");
        let store = Store::at(&file);
        let plan = made(&parts);

        let mut group = criterion.benchmark_group("plan");
        group.throughput(Throughput::Elements(endpoints as u64)).sample_size(10);
        group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
        group.bench_function(BenchmarkId::new("config", endpoints), |b| b.iter(|| desired(black_box(&parts.text))));
        group.bench_function(BenchmarkId::new("state", endpoints), |b| {
            b.iter(|| runtime.block_on(store.load()).expect("it loads"))
        });
        group.bench_function(BenchmarkId::new("planner", endpoints), |b| b.iter(|| made(black_box(&parts))));
        for (name, render) in FORMATS {
            group.bench_function(BenchmarkId::new(name, endpoints), |b| b.iter(|| render(black_box(&plan))));
        }
        group.finish();
    }
}

criterion_group!(benches, plans);
criterion_main!(benches);
