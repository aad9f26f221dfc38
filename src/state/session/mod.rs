//! Writing a state. A [`Session`] holds the lease and has the journal replayed: the state can be read, changed as a
//! whole, and committed. [`Session::begin`] makes it a [`Recording`], and only then can anything be recorded. Its
//! commit gives the saved state, or what an unsaved one can still do: rescue its receipts.

mod held;
mod opened;
mod read;
mod recording;

pub(crate) use opened::Session;
pub(super) use read::load;
pub(crate) use recording::Recording;
