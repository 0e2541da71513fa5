//! What goes over the wire: read strictly on the way in, documented on the way out.

pub(crate) mod events;
pub(crate) mod kinds;
pub(crate) mod sessions;
