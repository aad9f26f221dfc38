//! Sections: the entries, the environments and the settings of a run, names beside the entries, and what they owe to
//! one another.

pub(in crate::config) mod duplicates;
pub(in crate::config) mod entry;
pub(in crate::config) mod environments;
pub(in crate::config) mod guards;
pub(in crate::config) mod names;
pub(in crate::config) mod sections;
pub(in crate::config) mod settings;
