//! HTTP surface: the sessions API. The only crate that serves HTTP for the product.
