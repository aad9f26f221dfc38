//! Why there is no connection: each cause is told in its own words. And what `--verbose` tells of those there are.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use regex::Regex;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::support::{KEY, Run, World, finish};

const ENTRY: &str = "[webhooks.a]\nurl = \"https://hooks.example.com/a\"\nevents = [\"tool_execution.*\"]\n";

fn planned(environment: &[(&str, &str)]) -> Run {
    let world = World::new();
    world.config(ENTRY);
    let mut command = world.command(&["plan", "--request-timeout", "5s"]);
    command.env("VIDEOGEN_API_KEY", KEY).envs(environment.iter().copied());
    finish(command)
}

/// Serves every connection that comes, until the test process ends; the port.
fn each(serve: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(serve));
    port
}

/// A port on which nobody listens.
fn closed() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server whose certificate nobody here has issued.
fn unknown_issuer() -> u16 {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificate = CertificateDer::from_pem_slice(include_bytes!("../keys/localhost.crt")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../keys/localhost.key")).unwrap();
    let config =
        rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let config = Arc::new(config);
    each(move |mut stream| {
        let mut tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
        // The client gives up in the middle of it.
        while tls.is_handshaking() && tls.complete_io(&mut stream).is_ok() {}
    })
}

fn proxy_with_a_password() -> u16 {
    each(|mut stream| {
        let mut request = [0; 4096];
        let _ = stream.read(&mut request);
        let _ = stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    })
}

#[test]
fn each_cause_has_its_own_words_and_its_own_hint() {
    let (closed, tls, proxy) = (closed(), unknown_issuer(), proxy_with_a_password());
    let api = ("VIDEOGEN_BASE_URL", "https://api.videogen.io");
    let local = format!("https://localhost:{tls}");
    let local = ("VIDEOGEN_BASE_URL", local.as_str());
    let http = |port| format!("http://user:CANARYcanary@127.0.0.1:{port}");
    for (environment, error, hint) in [
        (
            &[("VIDEOGEN_BASE_URL", format!("http://127.0.0.1:{closed}").as_str())][..],
            "connection refused",
            "nothing listens on that port",
        ),
        (&[local][..], "its certificate is not trusted here: its issuer is not known", "SSL_CERT_FILE"),
        (&[local, ("SSL_CERT_FILE", "/nonexistent.pem")], "SSL_CERT_FILE names `/nonexistent.pem`", "unset it"),
        (&[api, ("HTTPS_PROXY", &http(proxy))], "the proxy wants a user and a password", "USER:PASSWORD"),
        (&[api, ("https_proxy", &http(closed))], "the proxy failed", "check HTTPS_PROXY and ALL_PROXY"),
        (&[api, ("ALL_PROXY", &format!("socks5h://127.0.0.1:{closed}"))], "the proxy failed", "check HTTPS_PROXY"),
        (&[api, ("ALL_PROXY", "gopher://127.0.0.1:1")], "the proxy of ALL_PROXY cannot be used", "socks5h"),
    ] {
        let run = planned(environment);
        assert_eq!(run.code, Some(1), "{environment:?}: {}", run.stderr);
        assert!(run.stderr.contains(error) && run.stderr.contains(hint), "{environment:?}: {}", run.stderr);
        assert!(!run.stderr.contains("CANARY"), "{environment:?}: {}", run.stderr);
    }
}

#[test]
fn verbose_tells_every_request_and_nothing_that_is_in_it() {
    let world = World::with_sandbox(&["--fault", "list-500@1"]);
    world.config(ENTRY);
    let told = Regex::new(
        r#"^http: (GET|POST|DELETE) /v1/[a-z/]+: (200|201|500) in \d+ ms, request id "req_[0-9a-f]+"(, attempt 2)?$"#,
    )
    .unwrap();
    let mut quiet = world.command(&["plan"]);
    quiet.env("HOOKWRIGHT_LOG", "off");
    assert!(!finish(quiet).stderr.contains("http:"));
    for (args, log, requests) in [
        (&["plan", "--verbose"][..], "", 2),
        (&["plan"], "debug", 2),
        (&["--verbose", "apply", "--auto-approve"], "", 3),
    ] {
        let mut command = world.command(args);
        command.env("HOOKWRIGHT_LOG", log);
        let run = finish(command);
        let lines: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("http:")).collect();
        assert!(lines.len() >= requests && lines.iter().all(|line| told.is_match(line)), "{args:?}: {}", run.stderr);
        assert!(!run.stderr.contains(KEY) && !run.stderr.contains("hooks.example.com/a\""), "{}", run.stderr);
    }
}

#[test]
fn verbose_tells_that_a_request_was_sent_again() {
    let world = World::with_sandbox(&["--fault", "list-500@1"]);
    world.config(ENTRY);
    let run = world.run(&["plan", "--verbose"]);
    assert!(
        run.stderr.contains("/v1/webhooks/endpoints: 500 in") && run.stderr.contains(", attempt 2\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_plan_and_a_summary_say_where_they_are_carried_out() {
    let world = World::new();
    let place = "API: \"sandbox\", team \"vg_team_sandbox\", environment \"prod\"";
    world.config(&format!("[provider]\nbase_url = \"sandbox\"\n\n[environments.prod]\n\n{ENTRY}"));
    let plan = world.ok(&["plan", "--env", "prod"]);
    assert!(plan.starts_with(&format!("{place}\n\n")), "{plan}");
    let comment = world.ok(&["plan", "--env", "prod", "--format", "markdown"]);
    let line = "\n\nEnvironment `prod`, API `sandbox`, team `vg_team_sandbox`\n";
    assert!(comment.starts_with("<!-- hookwright plan: prod -->\n") && comment.contains(line), "{comment}");
    let applied = world.ok(&["apply", "--env", "prod", "--auto-approve"]);
    assert!(applied.starts_with(place) && applied.contains(&format!("\n{place}\nApply complete!")), "{applied}");
}
