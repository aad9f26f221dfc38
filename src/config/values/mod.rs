//! Single values, a kind a file: what may be written, and what it means. None knows of an entry or an environment.

pub(in crate::config) mod base_url;
pub(in crate::config) mod endpoint_url;
pub(in crate::config) mod events;
pub(in crate::config) mod fill;
pub(in crate::config) mod given;
pub(in crate::config) mod hosts;
pub(in crate::config) mod lifecycle;
pub(in crate::config) mod name;
pub(in crate::config) mod recipients;
pub(in crate::config) mod variables;
