//! The API, as far as recovery can tell: what is live, what is still under way, and what a key answered.

use std::collections::BTreeMap;

use hookwright::surface::Intent;
use hookwright::surface::{EndpointId, Name, Observed, Spec};

/// What the server does with a key that it has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// It answers the same endpoint again, with its secret.
    Honoured,
    /// It makes another endpoint.
    Ignored,
    /// It answers the same endpoint again, without its secret.
    WithoutSecret,
}

/// One live endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub spec: Spec,
    /// The key of the create that made it; `None`: somebody else did.
    pub key: Option<String>,
    pub made: i64,
    pub tag: Option<String>,
}

/// A create that is still under way after its sender gave it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    pub key: String,
    pub spec: Spec,
    pub tag: Option<String>,
}

impl Post {
    pub fn of(intent: &Intent) -> Self {
        Self { key: intent.key.clone(), spec: intent.wanted.spec.clone(), tag: intent.tag.clone() }
    }
}

#[derive(Debug, Clone)]
pub struct Server {
    pub keys: Keys,
    /// Whether a later endpoint has an id that sorts before the earlier ones.
    pub falling_ids: bool,
    pub live: BTreeMap<EndpointId, Endpoint>,
    /// What each key answered first.
    answered: BTreeMap<String, EndpointId>,
    pub late_creates: Vec<Post>,
    /// With the entry of each planned one; none for an orphan.
    pub late_deletes: Vec<(EndpointId, Option<Name>)>,
    made: u32,
    /// Whether somebody else ever made an endpoint.
    pub had_strangers: bool,
}

impl Server {
    pub fn new(keys: Keys, falling_ids: bool) -> Self {
        let (live, answered) = (BTreeMap::new(), BTreeMap::new());
        Self {
            keys,
            falling_ids,
            live,
            answered,
            late_creates: Vec::new(),
            late_deletes: Vec::new(),
            made: 0,
            had_strangers: false,
        }
    }

    /// Whether the key answered before, and its next answer is a repeated one.
    pub fn knows(&self, key: &str) -> bool {
        self.answered.contains_key(key)
    }

    /// Commits a create, and tells what it answers.
    pub fn commit(&mut self, post: &Post, now: i64) -> EndpointId {
        if self.keys != Keys::Ignored
            && let Some(id) = self.answered.get(&post.key)
        {
            return id.clone();
        }
        let made = Endpoint { spec: post.spec.clone(), key: Some(post.key.clone()), made: now, tag: post.tag.clone() };
        let id = self.insert(made);
        self.answered.insert(post.key.clone(), id.clone());
        id
    }

    /// Somebody else makes an endpoint.
    pub fn by_somebody_else(&mut self, spec: Spec, now: i64) -> EndpointId {
        self.had_strangers = true;
        self.insert(Endpoint { spec, key: None, made: now, tag: None })
    }

    fn insert(&mut self, endpoint: Endpoint) -> EndpointId {
        self.made += 1;
        let number = if self.falling_ids { 100 - self.made } else { self.made };
        let id = EndpointId::new(format!("ep_{number:02}"));
        self.live.insert(id.clone(), endpoint);
        id
    }

    /// What a listing shows, without one endpoint where it leaves one out.
    pub fn listing(&self, left_out: Option<&EndpointId>) -> Vec<Observed> {
        let shown = self.live.iter().filter(|(id, _)| Some(*id) != left_out);
        shown.map(|(id, endpoint)| observed(id, endpoint)).collect()
    }
}

/// An endpoint as the API lists it.
pub fn observed(id: &EndpointId, endpoint: &Endpoint) -> Observed {
    let Spec { url, events, description } = endpoint.spec.clone();
    Observed {
        id: id.clone(),
        url,
        events,
        description: Some(description),
        created_at: Some(endpoint.made),
        tag: endpoint.tag.clone(),
        secret_last4: Some("1111".to_owned()),
    }
}
