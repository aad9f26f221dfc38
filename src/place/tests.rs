//! What is a place, what is none, and what covers what.

use proptest::prelude::*;

use super::{Encryption, Pin, Place, PlaceError, Style};

fn place(text: &str) -> Place {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn pin(text: &str) -> Pin {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> PlaceError {
    text.parse::<Place>().map(|place| place.to_string()).expect_err(text)
}

#[test]
fn a_place_has_all_that_its_text_says() {
    let Place::S3(place) = place(
        "s3://acme-hookwright/prod/webhooks.state.json?region=eu-central-1&endpoint=https%3A%2F%2Fs3.example.com%3A9000&\
         style=virtual&sse=aws:kms&kms_key_id=arn%3Aaws%3Akms%3Aeu-central-1%3A1%3Akey%2Fk-1&checksum=sha256",
    );
    assert_eq!((place.bucket(), place.key()), ("acme-hookwright", "prod/webhooks.state.json"));
    let options = place.options();
    assert_eq!(options.region.as_deref(), Some("eu-central-1"));
    assert_eq!(options.endpoint.as_ref().unwrap().to_string(), "https://s3.example.com:9000");
    assert_eq!(options.endpoint.as_ref().unwrap().with_bucket_as_host("b"), "https://b.s3.example.com:9000");
    assert_eq!(options.style, Style::Virtual);
    assert_eq!(options.encryption, Some(Encryption::Kms(Some("arn:aws:kms:eu-central-1:1:key/k-1".to_owned()))));
    assert!(options.checksum);
}

#[test]
fn one_place_has_one_text() {
    for (text, canonical) in [
        ("s3://abc/k", "s3://abc/k"),
        ("s3://abc/k?style=path", "s3://abc/k"),
        ("s3://abc/k?checksum=sha256&region=eu-west-1", "s3://abc/k?region=eu-west-1&checksum=sha256"),
        ("s3://abc/k?sse=aws%3Akms", "s3://abc/k?sse=aws:kms"),
        ("s3://abc/k?endpoint=https://S3.Example.com:443/", "s3://abc/k?endpoint=https%3A%2F%2Fs3.example.com"),
        ("s3://abc/k?endpoint=https%3a%2f%2fh%2Fa%2Fb", "s3://abc/k?endpoint=https%3A%2F%2Fh%2Fa%2Fb"),
        ("s3://abc/k?endpoint=http://[::1]:9000", "s3://abc/k?endpoint=http%3A%2F%2F%5B%3A%3A1%5D%3A9000"),
    ] {
        assert_eq!(place(text).to_string(), canonical);
        assert_eq!(place(canonical).to_string(), canonical);
    }
}

#[test]
fn the_text_of_an_endpoint_keeps_what_a_place_needs_of_it() {
    let local = |text: &str| match place(&format!("s3://abc/k?endpoint={text}")) {
        Place::S3(place) => place.options().endpoint.clone().unwrap().is_local(),
    };
    assert!(local("http://127.0.0.1:8333") && local("https://localhost") && local("http://[::1]"));
    assert!(!local("https://s3.example.com"));
}

#[test]
fn what_is_no_place_is_refused() {
    let long = format!("s3://abc/{}", "k".repeat(3000));
    let long_key = format!("s3://abc/{}", "k".repeat(701));
    for (text, error) in [
        ("", PlaceError::NoScheme),
        ("prod.state.json", PlaceError::NoScheme),
        ("//abc/k", PlaceError::NoScheme),
        ("a b:c", PlaceError::Character(' ')),
        ("S3://abc/k", PlaceError::Scheme("S3".to_owned())),
        ("file:///k", PlaceError::Scheme("file".to_owned())),
        ("https://example.com/k", PlaceError::Scheme("https".to_owned())),
        ("gs://abc/k", PlaceError::NotYet("Google Cloud Storage")),
        ("az://account/container/k", PlaceError::NotYet("Azure Blob Storage")),
        ("git:origin?branch=b", PlaceError::NotYet("git")),
        ("git+https://h/r", PlaceError::NotYet("git")),
        ("git+ssh://git@h/r", PlaceError::NotYet("git")),
        ("https://gitlab.example.com/api/v4/projects/42/terraform/state/N", PlaceError::NotYet("GitLab's states")),
        (&long, PlaceError::Long(2048)),
        (&long_key, PlaceError::LongKey(700)),
        ("s3://abc/k\n", PlaceError::Character('\n')),
        ("s3://abc/\u{202e}k", PlaceError::Character('\u{202e}')),
        ("s3://abc/\u{e4}", PlaceError::Character('\u{e4}')),
        ("s3:abc/k", PlaceError::Bucket),
        ("s3:///k", PlaceError::Bucket),
        ("s3://Abc/k", PlaceError::Bucket),
        ("s3://ab/k", PlaceError::Bucket),
        ("s3://a..b/k", PlaceError::Bucket),
        ("s3://-abc/k", PlaceError::Bucket),
        ("s3://abc:9000/k", PlaceError::Bucket),
        ("s3://abc%2Fd/k", PlaceError::Bucket),
        ("s3://abc", PlaceError::NoKey),
        ("s3://abc?region=r", PlaceError::NoKey),
        ("s3://abc/", PlaceError::NoKey),
        ("s3://abc/prod/", PlaceError::Folder),
        ("s3://abc/a//b", PlaceError::Segment),
        ("s3://abc//b", PlaceError::Segment),
        ("s3://abc/a/../b", PlaceError::Segment),
        ("s3://abc/..", PlaceError::Segment),
        ("s3://abc/./b", PlaceError::Segment),
        ("s3://abc/a%2Fb", PlaceError::Encoded),
        ("s3://abc/a%2e%2e/b", PlaceError::Encoded),
        ("s3://abc/%00", PlaceError::Encoded),
        ("s3://abc/a\\b", PlaceError::PathCharacter('\\')),
        ("s3://abc/${var.x}", PlaceError::PathCharacter('$')),
        ("s3://abc/k.journal/l/1/1", PlaceError::Reserved(".journal")),
        ("s3://abc/k.late", PlaceError::Reserved(".late")),
        ("s3://abc/k#f", PlaceError::Fragment),
        ("s3://abc/k?", PlaceError::Option(String::new())),
        ("s3://abc/k?regoin=r", PlaceError::Option("regoin".to_owned())),
        ("s3://abc/k?REGION=r", PlaceError::Option("…".to_owned())),
        ("s3://abc/k?region=a&region=a", PlaceError::Repeated("region")),
        ("s3://abc/k?region=", PlaceError::Value("region")),
        ("s3://abc/k?region", PlaceError::Value("region")),
        ("s3://abc/k?region=a%zz", PlaceError::Value("region")),
        ("s3://abc/k?region=a%2", PlaceError::Value("region")),
        ("s3://abc/k?region=%FF", PlaceError::Value("region")),
        ("s3://abc/k?region=a.example", PlaceError::Value("region")),
        ("s3://abc/k?style=host", PlaceError::Value("style")),
        ("s3://abc/k?checksum=md5", PlaceError::Value("checksum")),
        ("s3://abc/k?sse=none", PlaceError::Value("sse")),
        ("s3://abc/k?sse=aws:kms&kms_key_id=a%20b", PlaceError::Value("kms_key_id")),
        ("s3://abc/k?kms_key_id=k", PlaceError::KeyWithoutKms),
        ("s3://abc/k?sse=AES256&kms_key_id=k", PlaceError::KeyWithoutKms),
        ("s3://abc/k?endpoint=h", PlaceError::Endpoint),
        ("s3://abc/k?endpoint=ftp://h", PlaceError::Endpoint),
        ("s3://abc/k?endpoint=https:h", PlaceError::Endpoint),
        ("s3://abc/k?endpoint=https://h/a/../b", PlaceError::Endpoint),
        ("s3://abc/k?endpoint=https://h/a//b", PlaceError::Endpoint),
        ("s3://abc/k?endpoint=https://h%5Cx", PlaceError::Endpoint),
        ("s3://abc/k?endpoint=https://h%3Fa", PlaceError::Endpoint),
        ("s3://abc/k?endpoint=https:///h", PlaceError::Endpoint),
        ("s3://abc/k?endpoint=http://s3.example.com", PlaceError::Plain),
        ("s3://abc/k?endpoint=http://127.0.0.1.example.com", PlaceError::Plain),
        ("s3://abc/k?endpoint=http://10.0.0.1", PlaceError::Plain),
    ] {
        assert_eq!(refused(text), error, "{text}");
        assert!(!error.hint().is_empty());
    }
}

#[test]
fn no_error_repeats_what_may_be_a_secret() {
    for text in [
        "s3://AKIA:topsecret@abc/k",
        "s3://AKIA:topsecret/rest@abc/k",
        "s3://AKIA:topsecret/k",
        "s3://abc/topsecret@k",
        "s3://abc/k?endpoint=https://u:topsecret@h",
        "s3://abc/k?endpoint=https%3A%2F%2Fu%3Atopsecret%40h",
        "s3://abc/k?secret_access_key=topsecret",
        "s3://abc/k?TOPSECRETtopsecret",
        "s3://abc/k?region=topsecret/",
        "topsecret:topsecret",
        "git+https://u:topsecret@h/r",
        "https://u:topsecret@h/api/v4/projects/1/terraform/state/N",
    ] {
        let error = refused(text);
        // A scheme is a word that everybody may know.
        if !matches!(error, PlaceError::Scheme(_)) {
            let said = format!("{error} {} {error:?}", error.hint());
            assert!(!said.contains("topsecret") && !said.contains("AKIA"), "{text}: {said}");
        }
    }
    assert_eq!(refused("s3://AKIA:topsecret@abc/k"), PlaceError::Userinfo);
    assert_eq!(refused("s3://abc/k?endpoint=https%3A%2F%2Fu%3As%40h"), PlaceError::Userinfo);
}

#[test]
fn an_option_that_is_none_is_told_with_the_one_that_was_meant() {
    assert_eq!(
        refused("s3://abc/k?regoin=r").hint(),
        "did you mean `region`? the options are region, endpoint, style, sse, kms_key_id, checksum"
    );
}

#[test]
fn a_pin_covers_itself_or_all_below_its_folder() {
    for (place_text, pin_text, is_below) in [
        ("s3://abc/prod/a.json", "s3://abc/prod/a.json", true),
        ("s3://abc/prod/a.json", "s3://abc/prod/", true),
        ("s3://abc/prod/deep/a.json", "s3://abc/prod/", true),
        ("s3://abc/prod/a.json", "s3://abc/", true),
        ("s3://abc/prod/a.json?style=path", "s3://abc/prod/", true),
        ("s3://abc/prod/a.json", "s3://abc/prod", false),
        ("s3://abc/prod", "s3://abc/prod/", false),
        ("s3://abc/production/a.json", "s3://abc/prod/", false),
        ("s3://abc/prod/a.json", "s3://abc/prod/a.jso", false),
        ("s3://abcd/prod/a.json", "s3://abc/prod/", false),
        ("s3://abc/prod/a.json?region=eu-west-1", "s3://abc/prod/", false),
        ("s3://abc/prod/a.json?region=eu-west-1", "s3://abc/prod/?region=eu-west-1", true),
        ("s3://abc/prod/a.json", "s3://abc/prod/?endpoint=https%3A%2F%2Fh", false),
    ] {
        assert_eq!(place(place_text).is_below(&pin(pin_text)), is_below, "{place_text} below {pin_text}");
    }
    let place = place("s3://abc/prod/a.json?region=r");
    assert!(place.is_below(&Pin::from(place.clone())));
}

#[test]
fn under_a_folder_the_place_is_the_default_file_of_it() {
    let named = |text: &str, name: &str| pin(text).place(name).map(|place| place.to_string());
    assert_eq!(named("s3://abc/prod/?region=r", "w.state.json").unwrap(), "s3://abc/prod/w.state.json?region=r");
    assert_eq!(named("s3://abc/", "w.state.json").unwrap(), "s3://abc/w.state.json");
    assert_eq!(named("s3://abc/prod/mine.json", "w.state.json").unwrap(), "s3://abc/prod/mine.json");
    assert!(pin("s3://abc/prod/").is_folder() && !pin("s3://abc/prod").is_folder());
    assert_eq!(named("s3://abc/prod/", "../w.state.json"), Err(PlaceError::Segment));
    assert_eq!(named("s3://abc/prod/", "w\u{e4}.state.json"), Err(PlaceError::PathCharacter('\u{e4}')));
    assert_eq!(named("s3://abc/prod/", ""), Err(PlaceError::Folder));
}

fn texts() -> impl Strategy<Value = String> {
    let path = "[a-z0-9=+,_-]{1,9}(/[a-zA-Z0-9._-]{1,9}){0,3}/?";
    let option = prop_oneof![
        "region=[a-z0-9-]{1,9}",
        "endpoint=https(://|%3A%2F%2F|%3a%2f%2f)[a-zA-Z0-9.-]{1,12}(:[0-9]{1,4})?(/[a-z]{1,3}){0,2}/?",
        "style=(path|virtual)",
        "sse=(AES256|aws:kms|aws%3Akms:dsse)",
        "sse=aws:kms&kms_key_id=[a-zA-Z0-9:-]{1,12}",
        "checksum=sha256",
    ];
    let query = proptest::collection::vec(option, 0..4).prop_map(|options| options.join("&"));
    ("[a-z][a-z0-9.-]{1,12}[a-z0-9]", path, query).prop_map(|(bucket, path, query)| match query.as_str() {
        "" => format!("s3://{bucket}/{path}"),
        query => format!("s3://{bucket}/{path}?{query}"),
    })
}

proptest! {
    #[test]
    fn the_text_of_a_place_is_that_place(text in texts()) {
        if let Ok(place) = text.parse::<Place>() {
            prop_assert_eq!(place.to_string().parse::<Place>().unwrap(), place);
        }
        if let Ok(pin) = text.parse::<Pin>() {
            prop_assert_eq!(pin.to_string().parse::<Pin>().unwrap(), pin);
        }
    }

    #[test]
    fn any_text_is_a_place_or_an_error(text in "(s3://abc/)?\\PC{0,60}") {
        if let Ok(place) = text.parse::<Place>() {
            let Place::S3(place) = place;
            prop_assert!(place.key().split('/').all(|segment| !matches!(segment, "" | "." | "..")));
        }
    }
}
