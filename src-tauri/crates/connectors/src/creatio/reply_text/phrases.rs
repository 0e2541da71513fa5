//! What mail programs write before history and below signatures, by language.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// `On 3 March 2026 at 10:00, Anna <a@x.com> wrote:` from its first to its last word.
static WROTE: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSet::new([
        r"(?i)^on\b.*\bwrote\s*:$",
        r"(?i)^am\b.*\bschrieb\b.*:$",
        r"(?i)^.*\bschrieb am\b.*:$",
        r"(?i)^le\b.*\ba écrit\s*:$",
        r"(?i)^(w dniu|dnia|dn\.|\S+,)?.*\b(napisał|napisała|napisał\(a\)|pisze|użytkownik .* napisał)\s*:$",
        r"(?i)^el\b.*\bescribi(ó|o|eron)\s*:$",
        r"(?i)^il\b.*\bha(nno)? scritto\s*:$",
        r"(?i)^op\b.*\b(schreef|geschreven)\b.*:$",
        r"(?i)^em\b.*\bescreveu\s*:$",
        r"(?i)^(den|på)\b.*\bskrev\b.*:$",
        r"(?i)^.*\bskrev\s*:$",
        r"(?i)^.*\bkirjoitti\b.*:$",
        r"(?i)^(dne)\b.*\bnapsal(\(a\)|a)?\s*:$",
        r"(?i)^.*\b(написал|написала|пишет|написав|пише)\b.*:$",
        r"(?i)^.*\btarihinde\b.*\byazdı\s*:$",
        r"^.*(写道|寫道|のメール|さんは書きました)\s*[:：]$",
    ])
    .ok()
});

/// `-----Original Message-----` and its like.
static ORIGINAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^[-_=*\s]{2,}\s*(
            original\ (message|appointment|e-?mail) | forwarded\ message | begin\ forwarded\ message
          | ursprüngliche\ (nachricht|e-?mail) | weitergeleitete\ nachricht
          | message\ (d['’]origine|original|transféré) | mensaje\ (original|reenviado)
          | wiadomość\ (oryginalna|przekazana) | oryginalna\ wiadomość | przekazana\ wiadomość
          | messaggio\ (originale|inoltrato) | oorspronkelijk\ bericht | doorgestuurd\ bericht
          | mensagem\ (original|encaminhada) | ursprungligt\ meddelande | oprindelig\ meddelelse
          | původní\ (zpráva|e-?mail) | (исходное|пересылаемое)\ сообщение
        )\s*[-_=*\s]{2,}$",
    )
    .ok()
});

/// The first line of a block of headers.
static FROM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^\*?(from|von|de|od|da|van|från|fra|lähettäjä|от|від|kimden|expéditeur|nadawca|发件人|差出人)\s?:\*?\s*\S").ok()
});

/// The lines that may follow it.
static HEADER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^\*?(
            sent|date|to|cc|subject|reply-to
          | gesendet|datum|an|kopie|betreff
          | envoyé|à|objet|date\ d['’]envoi
          | wysłano|wysłane|data|do|dw|temat
          | enviado(\ el|\ em)?|fecha|para|asunto|assunto
          | inviato|a|oggetto | verzonden|aan|onderwerp
          | skickat|till|ämne|sendt|til|emne | lähetetty|päiväys|vastaanottaja|aihe
          | odesláno|komu|předmět | отправлено|дата|кому|тема|надіслано | gönderme|tarih|kime|konu
          | 发送时间|收件人|主题|日期 | 送信日時|宛先|件名
        )\s?:\*?(\s|$)",
    )
    .ok()
});

/// What phones and apps put below a mail.
static FOOTER: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSet::new([
        r"(?i)^sent from (my|outlook|mail|yahoo|proton|samsung|the)\b.{0,80}$",
        r"(?i)^get outlook for (ios|android)\b.{0,80}$",
        r"(?i)^(von meinem .{1,40} gesendet|gesendet (von|mit|aus)\b.{1,60})$",
        r"(?i)^envoyé (de|depuis|à partir de)\b.{1,60}$",
        r"(?i)^wysłan[eo] z\b.{1,60}$",
        r"(?i)^enviado (desde|do|de)\b.{1,60}$",
        r"(?i)^inviato (da|dal)\b.{1,60}$",
        r"(?i)^verzonden (vanaf|met|via)\b.{1,60}$",
        r"(?i)^(skickat|sendt) (från|fra)\b.{1,60}$",
        r"(?i)^отправлено (с|из)\b.{1,60}$",
    ])
    .ok()
});

/// A sentence that names who wrote what follows. There is a date in it: people begin sentences alike.
pub(super) fn introduces(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= 3 && WROTE.as_ref().is_some_and(|set| set.is_match(text))
}

/// A line that only mail programs write before the whole of an older message.
pub(super) fn original(text: &str) -> bool {
    text.starts_with(['-', '_', '=', '*']) && ORIGINAL.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// The first line of a block of headers.
pub(super) fn from(text: &str) -> bool {
    text.contains(':') && FROM.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// Another line of it.
pub(super) fn header(text: &str) -> bool {
    HEADER.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// A line of a phone or an app.
pub(super) fn footer(text: &str) -> bool {
    FOOTER.as_ref().is_some_and(|set| set.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_are_patterns() {
        assert!(WROTE.is_some() && ORIGINAL.is_some() && FROM.is_some() && HEADER.is_some() && FOOTER.is_some());
    }

    #[test]
    fn people_may_begin_a_sentence_like_a_mail_program() {
        assert!(!introduces("On the phone Anna wrote:"), "no date, no header");
        assert!(!header("To be honest: no"), "a header has its colon at once");
        assert!(!original("-- the original message --, as I said --"), "words around it");
        assert!(!footer("Sent from our warehouse yesterday"), "a sentence about a parcel");
    }
}
