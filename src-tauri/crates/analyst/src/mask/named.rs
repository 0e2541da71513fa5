//! Secrets that are called so: "my password is …", in English, German, French, Spanish and Portuguese.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::read::pattern;

/// What people call a password.
const PASSWORD: &str = "pass\\s?word|passwd|pwd|pass\\s?phrase|pass\\s?code|kennwort|passwort|mot de passe|contraseña|\
                        clave de acceso|palavra[\\s-]passe|senha";
/// What people call the short number of a card or a door.
const PIN: &str = "pin|pin[\\s-]?code|pin number|cvv2?|cvc2?|security code|card verification (?:code|number)|\
                   (?:karten)?prüf(?:ziffer|nummer|code)|sicherheits(?:code|nummer)|code de sécurité|cryptogramme|\
                   código de (?:seguridad|segurança)";
/// What people call a code that was sent to them.
const ONE_TIME: &str = "one[\\s-]?time (?:code|password|pin)|otp|2fa(?: code)?|verification code|login code|\
                        auth(?:entication)? code|confirmation pin|(?:einmal|bestätigungs|verifizierungs)code|tan|\
                        code de (?:vérification|confirmation)|código de (?:verificación|verificação|confirmación|confirmação)";
/// Is, in the same languages.
const BE: &str = "is|was|will be|should be|ist|war|lautet|est|était|es|era|é";

/// What people call a secret, and the secret after it.
static NAMED: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    // What follows "is" ends it: "password issue" says none, and "ist" is another word.
    let is =
        format!(r"(?:\s+(?:{BE})(?:\s+(?:now|jetzt|nun|maintenant|ahora|agora))?(?:\s*:\s*|\s+)|\s*[:=]\s*|\s+-\s+)");
    let secret = r#"["'“‘`„«]?(?P<secret>[^\s"'”’`“»]+)"#;
    [
        format!(r"\b(?:{PASSWORD})\b(?:\s+(?:for|to|of|für|vom|zum|zu|pour|de|du|para|da|do)\s+[^.?!\n]{{1,30}}?)?{is}{secret}"),
        format!(r"\b(?:api|access|secret|private|client|auth|bearer|refresh)[\s_-]?(?:key|token|secret)\b{is}{secret}"),
        format!(r"\b(?:{PIN})\b(?:\s*(?:{BE}|code|number|:|=|-))*\s*(?P<secret>\d{{3,8}})\b"),
        format!(r"\b(?:{ONE_TIME})\b(?:\s+(?:i got|i received|you sent))?{is}(?P<secret>[\d][\d\s-]{{2,9}}\d)\b"),
        r"\b(?:ssn|social security(?: number)?)\b(?:\s*(?:is|:|=|-|#))*\s*(?P<secret>\d{3}[\s-]?\d{2}[\s-]?\d{4})\b".to_owned(),
        r"\bbearer\s+(?P<secret>[A-Za-z0-9._~+/-]{16,}=*)".to_owned(),
        r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:(?P<secret>[^\s/@]+)@".to_owned(),
        r"[?&](?:access_token|token|api_key|apikey|key|secret|password|sig|signature)=(?P<secret>[^\s&#]{6,})".to_owned(),
    ]
    .iter()
    .map(|source| pattern(source))
    .collect()
});

/// What follows "my password is" without being one. One line a language.
const NO_SECRET: &str = "
    wrong not incorrect invalid expired expiring lost forgotten correct too weak locked the a an being no never required missing reset changed stored \
    still always what where in on also and or to for my your rejected refused accepted working broken different saved that \
    falsch nicht ungültig abgelaufen vergessen weg gesperrt richtig korrekt zu schwach das der die ein eine kein mein noch immer leider auch nun nur schon so was wo \
    incorrect faux pas invalide expiré oublié perdu bloqué trop faible le la un une mon encore toujours aussi bien refusé périmé très \
    incorrecta incorrecto inválida inválido errónea equivocada caducada vencida olvidada bloqueada demasiado muy débil el mi todavía también rechazada \
    incorreta errada não expirada esquecida muito fraca o minha ainda também recusada";

/// Bytes of a text that hold a secret which its own words announce.
pub(super) fn named_in(text: &str) -> Vec<Range<usize>> {
    let mut secrets = Vec::new();
    for secret in NAMED.iter().flat_map(|form| form.captures_iter(text)).filter_map(|found| found.name("secret")) {
        let bare = secret.as_str().trim_end_matches(['.', ',', ';', '?', ')']);
        let said = bare.trim_end_matches('!').to_lowercase();
        if bare.chars().count() >= 3 && !NO_SECRET.split_whitespace().any(|word| word == said) {
            secrets.push(secret.start()..secret.start() + bare.len());
        }
    }
    secrets
}
