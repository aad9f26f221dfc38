//! The README's picture of a plan: the tool's own coloured output, drawn as SVG. It cannot go stale: this fails where
//! the file differs from what would be drawn now, and `HOOKWRIGHT_BLESS=1 cargo test picture` draws it anew.

use std::fmt::Write as _;
use std::fs;

use crate::examples;
use crate::support::{World, finish};

const BEFORE: &str = r#"
[webhooks.exports]
url = "https://hooks.example.com/exports"
events = ["project_export.succeeded"]

[webhooks.render-done]
url = "https://hooks.example.com/videogen"
events = ["tool_execution.succeeded", "tool_execution.cancelled"]
"#;
const AFTER: &str = r#"
[webhooks.render-done]
url = "https://hooks.example.com/render"
events = ["tool_execution.succeeded", "tool_execution.failed"]

[webhooks.uploads]
url = "https://hooks.example.com/uploads"
events = ["file.playback_ready"]
"#;

/// A public recipient, so that the plan's id is the same at every run.
const RECIPIENT: &str = "age1hst40jkj328pvwtq5ka46qmqnxkhwf9v28d6ffzlh26ym3tpqu0q2wkj3n";

#[test]
fn the_picture_in_the_readme_is_what_a_plan_looks_like() {
    let mut world = World::with_sandbox(&["--seed", "7"]);
    let config = |rest: &str| {
        format!(
            "[encryption]\nrecipients = [\"{RECIPIENT}\"]\n[safety]\nallowed_hosts = [\"hooks.example.com\"]\n{rest}"
        )
    };
    world.write("webhooks.toml", &config(BEFORE));
    world.ok(&["apply", "--auto-approve", "--parallelism", "1"]);
    world.write("webhooks.toml", &config(AFTER));
    let mut plan = world.command(&["plan"]);
    plan.env("CLICOLOR_FORCE", "1");
    let mut plan = finish(plan);
    plan.stdout = plan.stdout.replace(world.url(), "https://api.videogen.io");
    world.stop_sandbox();
    assert_eq!(plan.code, Some(0), "{}", plan.stderr);

    let drawn = svg("$ hookwright plan", plan.stdout.split("\nPlan id:").next().unwrap().trim_end());
    let path = examples::folder().join("plan.svg");
    if std::env::var_os("HOOKWRIGHT_BLESS").is_some() {
        fs::write(&path, &drawn).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, drawn, "examples/plan.svg is stale: HOOKWRIGHT_BLESS=1 cargo test picture");
}

const LINE: usize = 18;
const CHARACTER: f64 = 8.0;

/// A terminal's window with a prompt and what a command printed.
fn svg(prompt: &str, text: &str) -> String {
    let lines: Vec<&str> = std::iter::once(prompt).chain(text.lines()).collect();
    let widest = lines.iter().map(|line| plain(line).chars().count()).max().unwrap();
    let (width, height) = ((widest as f64 * CHARACTER) as usize + 40, lines.len() * LINE + 36);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-label=\"The output of hookwright plan\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#0d1117\"/>\n\
         <g font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"13\" \
         fill=\"#d1d7e0\" xml:space=\"preserve\" style=\"white-space:pre\">\n"
    );
    for (at, line) in lines.iter().enumerate() {
        if !line.is_empty() {
            writeln!(out, "<text x=\"20\" y=\"{}\">{}</text>", 30 + at * LINE, spans(line)).unwrap();
        }
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// A line's stretches of one style, each at its own column: a viewer's font may be narrower than ours.
fn spans(line: &str) -> String {
    let mut out = String::new();
    let (mut style, mut column) = (Style::default(), 0);
    for (at, part) in line.split('\u{1b}').enumerate() {
        let text = match part.split_once('m').filter(|_| at > 0) {
            Some((codes, text)) => {
                style.take(codes.trim_start_matches('['));
                text
            }
            None => part,
        };
        let spaces = text.chars().take_while(|c| *c == ' ').count();
        let shown = text.trim_matches(' ').replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        if !shown.is_empty() {
            let x = 20.0 + (column + spaces) as f64 * CHARACTER;
            let length = text.trim_matches(' ').chars().count() as f64 * CHARACTER;
            write!(out, "<tspan x=\"{x}\" textLength=\"{length}\"{}>{shown}</tspan>", style.attributes()).unwrap();
        }
        column += text.chars().count();
    }
    out
}

fn plain(line: &str) -> String {
    line.split('\u{1b}')
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once('m').map_or(part, |(_, text)| text) })
        .collect()
}

/// What the escape sequences of a plan can say.
#[derive(Default)]
struct Style {
    colour: Option<&'static str>,
    bold: bool,
    faint: bool,
    underlined: bool,
}

impl Style {
    fn take(&mut self, codes: &str) {
        for code in codes.split(';') {
            match code {
                "" | "0" => *self = Self::default(),
                "1" => self.bold = true,
                "2" => self.faint = true,
                "4" => self.underlined = true,
                "31" => self.colour = Some("#ff7b72"),
                "32" => self.colour = Some("#56d364"),
                "33" => self.colour = Some("#e3b341"),
                other => panic!("the picture does not know the escape code {other}"),
            }
        }
    }

    fn attributes(&self) -> String {
        let mut out = String::new();
        let mut add = |on: bool, text: &str| out.push_str(if on { text } else { "" });
        add(self.bold, " font-weight=\"bold\"");
        add(self.faint, " opacity=\"0.6\"");
        add(self.underlined, " text-decoration=\"underline\"");
        if let Some(colour) = self.colour {
            write!(out, " fill=\"{colour}\"").unwrap();
        }
        out
    }
}
