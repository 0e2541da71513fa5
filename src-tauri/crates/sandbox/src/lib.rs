//! Stand-in CRMs, and a stand-in language model, that behave like the real ones, refusals and oddities included.
//! Knows nothing of the product.
//!
//! Where the behaviour of the real system is not publicly confirmed, the stand-in picks one reading and the
//! comment beside it says `UNCONFIRMED`; most of those are switches of [`creatio::CreatioConfig`] or
//! [`salesforce::SalesforceConfig`].

mod callout;
mod chance;
mod clock;
pub mod creatio;
pub mod llm;
mod requests;
pub mod salesforce;
mod style;
mod wire;
