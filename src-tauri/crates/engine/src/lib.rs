//! Ingest, lanes, trace and settings: joins the store and the connectors.
