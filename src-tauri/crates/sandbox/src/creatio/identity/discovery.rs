//! The discovery document. Its issuer is the bare name `creatio.com`, not an address.

use serde_json::{Value as Json, json};

/// The document, with the endpoints under `base`.
pub(crate) fn discovery(base: &str) -> Json {
    json!({
        "issuer": "creatio.com",
        "jwks_uri": format!("{base}/.well-known/openid-configuration/jwks"),
        "authorization_endpoint": format!("{base}/connect/authorize"),
        "token_endpoint": format!("{base}/connect/token"),
        "userinfo_endpoint": format!("{base}/connect/userinfo"),
        "end_session_endpoint": format!("{base}/connect/endsession"),
        "check_session_iframe": format!("{base}/connect/checksession"),
        "revocation_endpoint": format!("{base}/connect/revocation"),
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "response_types_supported": ["code"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
    })
}
