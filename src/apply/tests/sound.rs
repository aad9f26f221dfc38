//! An API that does all it should: it honours keys, lists what is live, and keeps what the disk held at every call.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::endpoint::{EndpointId, Observed, Spec};
use crate::secrets::SecretString;
use crate::state::{State, Store};
use crate::timestamp::Timestamp;
use crate::videogen::{ApiError, ApiReader, ApiWriter, Created, Made};

/// Clones are the same API.
#[derive(Clone)]
pub(crate) struct Sound(Arc<Mutex<Server>>);

struct Server {
    live: BTreeMap<EndpointId, Observed>,
    /// Key → what it made.
    made: HashMap<String, EndpointId>,
    calls: Vec<Call>,
    store: Store,
    now: Timestamp,
}

/// One call, and the state on the disk, journal included, when it came.
#[derive(Clone)]
pub(crate) struct Call {
    /// `create NAME`, `made NAME`, `delete ID`, `list`.
    pub what: String,
    pub disk: State,
}

/// The secret of an endpoint.
pub(super) fn secret_of(id: &EndpointId) -> String {
    format!("whsec_of_{id}")
}

/// The last part of a URL: in these tests, the entry's name.
fn path(spec: &Spec) -> &str {
    spec.url.rsplit('/').next().unwrap()
}

impl Sound {
    pub(crate) fn new(live: Vec<Observed>, store: Store, now: Timestamp) -> Self {
        let live = live.into_iter().map(|seen| (seen.id.clone(), seen)).collect();
        Self(Arc::new(Mutex::new(Server { live, made: HashMap::new(), calls: Vec::new(), store, now })))
    }

    fn server(&self) -> MutexGuard<'_, Server> {
        self.0.lock().unwrap()
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.server().calls.clone()
    }

    /// The calls in words.
    pub(crate) fn told(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.what).collect()
    }

    /// The creates that were sent.
    pub(crate) fn creates(&self) -> Vec<String> {
        self.told().into_iter().filter(|what| what.starts_with("create ")).collect()
    }

    /// The call in these words, the first of them.
    pub(crate) fn call(&self, what: &str) -> Call {
        let told = self.told();
        let found = self.calls().into_iter().find(|call| call.what == what);
        found.unwrap_or_else(|| panic!("nobody called {what}: {told:?}"))
    }

    pub(crate) fn live(&self) -> Vec<String> {
        self.server().live.keys().map(ToString::to_string).collect()
    }

    /// Notes a create that a fake does not hand on.
    pub(crate) fn note_create(&self, spec: &Spec) {
        self.server().note(format!("create {}", path(spec)));
    }

    /// Makes an endpoint whatever the key, as an API does that knows no keys.
    pub(crate) fn make(&self, spec: &Spec) -> Made {
        let mut server = self.server();
        let id = EndpointId::new(format!("ep_new_{}_{}", path(spec), server.live.len()));
        let secret = secret_of(&id);
        let observed = Observed {
            id: id.clone(),
            url: spec.url.clone(),
            events: spec.events.clone(),
            description: Some(spec.description.clone()),
            created_at: Some(server.now.0),
            tag: None,
            secret_last4: Some(crate::secrets::last4(&secret)),
        };
        server.live.insert(id, observed.clone());
        server.note(format!("made {}", path(spec)));
        Made { observed, secret: SecretString::from(secret) }
    }
}

impl Server {
    fn answered(&self, key: &str) -> Option<Observed> {
        self.live.get(self.made.get(key)?).cloned()
    }

    fn note(&mut self, what: String) {
        let disk = super::stage::on_disk(&self.store);
        self.calls.push(Call { what, disk });
    }
}

impl ApiReader for Sound {
    async fn team(&self) -> Result<String, ApiError> {
        Ok("vg_team_a".to_owned())
    }

    async fn list(&self) -> Result<Vec<Observed>, ApiError> {
        let mut server = self.server();
        server.note("list".to_owned());
        Ok(server.live.values().cloned().collect())
    }
}

impl ApiWriter for Sound {
    async fn create(&self, spec: &Spec, key: &str) -> Created {
        self.note_create(spec);
        if let Some(observed) = self.server().answered(key) {
            let secret = SecretString::from(secret_of(&observed.id));
            return Created::Made(Made { observed, secret });
        }
        let made = self.make(spec);
        self.server().made.insert(key.to_owned(), made.observed.id.clone());
        Created::Made(made)
    }

    async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        let mut server = self.server();
        server.note(format!("delete {id}"));
        server.live.remove(id);
        Ok(())
    }
}
