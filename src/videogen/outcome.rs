//! What the answer to a create says: an endpoint, nothing, or nobody knows.

use super::api::Created;
use super::carry::Answer;
use super::wire;
use crate::endpoint::Spec;

/// What the answer to a create says. A secret that can be read is kept, whatever else is odd about the answer.
pub(super) fn outcome(answer: Answer, spec: &Spec) -> Created {
    let status = answer.status;
    let named = match wire::made(&answer.body, spec) {
        Ok(made) if (200..300).contains(&status) => return Created::Made(made),
        Ok(made) => Some(made.observed.id),
        Err(named) => named,
    };
    // These four may come from a proxy while the API goes on; of the other 4xx none made anything.
    if matches!(status, 400..500) && !matches!(status, 408 | 409 | 425 | 499) {
        return Created::Nothing(answer.error());
    }
    let error = match answer.whole() {
        Ok(answer) if matches!(status, 200..300) => answer.unreadable("no readable secret in it"),
        Ok(answer) => answer.error(),
        Err(error) => error,
    };
    Created::Unknown { error, named }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::EndpointId;

    const BORN: &[u8] = br#"{"endpointId":"ep_1","signingSecret":"whsec_c2VjcmV0"}"#;

    fn ended(status: u16, body: &[u8], cut: Option<&str>) -> Created {
        let spec = Spec { url: "https://h/".into(), events: Default::default(), description: None };
        let (body, cut) = (body.to_vec().into(), cut.map(str::to_owned));
        outcome(Answer { request: String::new(), status, request_id: None, retry_after: None, body, cut }, &spec)
    }

    #[test]
    fn any_2xx_with_an_id_and_a_secret_is_success() {
        for status in 200..300 {
            assert!(matches!(ended(status, BORN, None), Created::Made(_)), "{status}");
            assert!(matches!(ended(status, BORN, Some("reset")), Created::Made(_)), "{status}, its end missing");
        }
    }

    #[test]
    fn a_4xx_made_nothing_but_for_the_four_that_a_proxy_may_say() {
        for status in 400..500 {
            let unknown = matches!(status, 408 | 409 | 425 | 499);
            for cut in [None, Some("reset")] {
                assert_eq!(matches!(ended(status, b"{}", cut), Created::Unknown { .. }), unknown, "{status}");
                assert_eq!(matches!(ended(status, b"{}", cut), Created::Nothing(_)), !unknown, "{status}");
            }
        }
    }

    #[test]
    fn all_else_is_unknown_and_names_what_the_answer_names() {
        let bare = br#"{"endpointId":"ep_1"}"#;
        for (status, body) in (200..300).map(|status| (status, &bare[..])).chain((300..400).map(|s| (s, BORN))) {
            let Created::Unknown { named, .. } = ended(status, body, None) else { panic!("{status} is unknown") };
            assert_eq!(named, Some(EndpointId::new("ep_1")));
        }
        for status in 500..600 {
            assert!(matches!(ended(status, b"", None), Created::Unknown { named: None, .. }), "{status}");
        }
    }
}
