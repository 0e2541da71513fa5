//! Bodies as mail programs make them.

use super::*;

fn html(body: &str, wanted: &str, why: &str) {
    assert_eq!(of_mail(body, true), wanted, "{why}");
}

fn plain(body: &str, wanted: &str, why: &str) {
    assert_eq!(of_mail(body, false), wanted, "{why}");
}

#[test]
fn outlook() {
    html(
        r#"<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset="utf-8"><style><!-- p.MsoNormal {margin:0cm} --></style>
<!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit"/></xml><![endif]--></head><body lang="EN-GB"><div class="WordSection1">
<p class="MsoNormal">Hi Anna,<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">Your parcel
left our house <b>today</b>.<o:p></o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">
<p class="MsoNormal"><b>From:</b> Anna &lt;anna@x.example&gt; <br><b>Sent:</b> Monday, 2 March 2026 10:00<br><b>To:</b> Support<br><b>Subject:</b> Case #SR00000001</p></div></div>
<p class="MsoNormal">Where is my parcel?</p></div></body></html>"#,
        "Hi Anna,\n\nYour parcel left our house today.",
        "Word's paragraphs are lines, and its block of headers begins history",
    );
    html(
        r#"<div style="font-family:Aptos">It is on its way.</div><div id="Signature"><p>Mary King</p><p>Support</p></div>
<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Anna<br></div><div>old</div>"#,
        "It is on its way.",
        "Outlook on the web marks signature and history by id",
    );
    html(
        r#"<p>Guten Tag Frau Müller,<br>die Rechnung liegt bei.</p><p>Mit freundlichen Grüßen<br>Jan</p>
<p>________________________________</p><p><b>Von:</b> Müller, Eva<br><b>Gesendet:</b> Montag, 2. März 2026 09:12<br><b>An:</b> Support<br><b>Betreff:</b> Rechnung</p><p>alt</p>"#,
        "Guten Tag Frau Müller,\ndie Rechnung liegt bei.\n\nMit freundlichen Grüßen\nJan",
        "German headers, and the ruler above them",
    );
}

#[test]
fn gmail() {
    html(
        r#"<div dir="ltr">Thanks, that helps!<div><br></div><div>Anna</div></div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon, Mar 2, 2026 at 10:00 AM Support &lt;<a href="mailto:s@x.example">s@x.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex"><div>old</div></blockquote></div>"#,
        "Thanks, that helps!\n\nAnna",
        "Gmail's quote goes with its header",
    );
    html(
        r#"<div class="gmail_quote"><div class="gmail_attr">On Mon, Mar 2, 2026 wrote:</div><blockquote class="gmail_quote">Which colour?</blockquote><div>Blue, please.</div><blockquote class="gmail_quote">Which size?</blockquote><div>XL.</div></div>"#,
        "Blue, please.\n\nXL.",
        "answers between quotes are the person's words",
    );
    html(
        r#"<div>Done <img data-emoji="🎉" alt="🎉" src="cid:1"><img src="https://t.example/open.gif" width="1" height="1" alt="open"></div><div>-- </div><div class="gmail_signature">Mary<br>Support</div>"#,
        "Done 🎉",
        "emoji are words, pixels that count readers are not",
    );
    html(
        r#"<blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>Step one</div></blockquote><div>Step two</div>"#,
        "Step one\n\nStep two",
        "an indent is no quote",
    );
}

#[test]
fn apple_mail() {
    html(
        r#"<html><body style="overflow-wrap: break-word;">Bonjour,<div><br></div><div>c’est réparé.</div><div><br><div>Envoyé de mon iPhone</div><div><br><blockquote type="cite">Le 2 mars 2026 à 10:00, Anna &lt;a@x.example&gt; a écrit :<br><br>ancien</blockquote></div></div></body></html>"#,
        "Bonjour,\n\nc’est réparé.",
        "what the phone writes is not what the person wrote",
    );
    html(
        r#"<div>See below.</div><div><br></div><div id="AppleMailSignature">Sent from my iPad</div><div><br>On 2 Mar 2026, at 10:00, Anna &lt;a@x.example&gt; wrote:<br><br></div><blockquote type="cite"><div>old</div></blockquote><div>PS: call me</div>"#,
        "See below.\n\nPS: call me",
        "words below a quote are kept",
    );
}

#[test]
fn the_editor_of_creatio() {
    html(
        r#"<p style="margin:0">Hello&nbsp;Anna,</p><p>please try:</p><ol><li>turn it off</li><li>turn it on<ul><li>slowly</li></ul></li></ol><p>More in <a href="https://help.example/a?b=1">our guide</a> or at <a href="https://help.example/">help.example</a>.</p><table><tr><td>Item</td><td>Price</td></tr><tr><td>Lamp</td><td>9&nbsp;€</td></tr></table>"#,
        "Hello Anna,\n\nplease try:\n\n1. turn it off\n2. turn it on\n  - slowly\n\nMore in our guide (https://help.example/a?b=1) or at help.example.\n\nItem\tPrice\nLamp\t9 €",
        "lists, links and tables stay readable",
    );
    html(
        "First line\nsecond &amp; last",
        "First line\nsecond & last",
        "a column of HTML without a tag keeps its lines",
    );
}

#[test]
fn other_programs() {
    html(
        r#"<p>Sounds good</p><div class="moz-cite-prefix">Am 02.03.2026 um 10:00 schrieb Support:<br></div><blockquote type="cite" cite="mid:1">alt</blockquote><div class="moz-signature">-- <br>Eva</div>"#,
        "Sounds good",
        "Thunderbird",
    );
    html(
        r#"<div>Ok!</div><div class="yahoo_quoted" id="yahoo_quoted_1">On Monday, March 2, 2026, Support wrote: old</div>"#,
        "Ok!",
        "Yahoo",
    );
    html(
        r#"<div>Fine.</div><div class="protonmail_signature_block"><div>Sent with Proton Mail</div></div><div class="protonmail_quote">On Monday, March 2nd, 2026 at 10:00, A wrote:<blockquote class="protonmail_quote">old</blockquote></div>"#,
        "Fine.",
        "Proton",
    );
    html(
        r#"<div style="display:none;max-height:0">Preview of the newsletter</div><div>Visible</div><script>alert(1)</script>"#,
        "Visible",
        "what nobody sees is not said",
    );
}

#[test]
fn plain_text() {
    plain(
        "Dear Anna,\r\n\r\nit is solved.\r\n\r\nOn Mon, 2 Mar 2026 at 10:00, Anna <a@x.example>\r\nwrote:\r\n\r\n> old\r\n> older\r\n\r\n-- \r\nMary King\r\nSupport\r\n",
        "Dear Anna,\n\nit is solved.",
        "a header broken over two lines, a quote and a signature",
    );
    plain("Tak, działa.\n\nW dniu 2.03.2026 o 10:00, Anna pisze:\n> stare\n", "Tak, działa.", "Polish");
    plain(
        "Sí, claro.\n\nEl lun, 2 mar 2026 a las 10:00, Ana (<a@x.example>) escribió:\n\n> viejo\n",
        "Sí, claro.",
        "Spanish",
    );
    plain("Merci.\n\nLe lun. 2 mars 2026 à 10:00, Anna <a@x.example> a écrit :\n> vieux\n", "Merci.", "French");
    plain("Danke!\n\nAm Mo., 2. März 2026 um 10:00 Uhr schrieb Support <s@x.example>:\n\n> alt\n", "Danke!", "German");
    plain("Yes.\n\n-----Original Message-----\nFrom: A\nSent: Monday\nTo: B\n\nold", "Yes.", "Outlook in plain text");
    plain("Tak.\n\n-----Wiadomość oryginalna-----\nOd: A\n\nstare", "Tak.", "the same in Polish");
    plain("> Which size?\nXL\n> Which colour?\nBlue", "XL\n\nBlue", "answers between quoted lines");
    plain("a < b and <b>c</b>", "a < b and <b>c</b>", "text is not markup");
    plain("<div>Hello<br>there</div>", "Hello\nthere", "HTML that is not said to be HTML");
}

#[test]
fn words_are_never_lost() {
    html("<blockquote>only a quote</blockquote>", "only a quote", "somebody may write inside a quote");
    html(r#"<div class="gmail_signature">Yes, do it.</div>"#, "Yes, do it.", "or inside the signature");
    plain("> everything is quoted", "> everything is quoted", "nothing else is left");
    plain("On Monday Anna wrote:\nshe is happy", "On Monday Anna wrote:\nshe is happy", "no date: a person's sentence");
    plain("--\n", "--", "not even dashes");
    plain(
        &format!("list\n--\n{}", "line\n".repeat(20)),
        format!("list\n--\n{}", "line\n".repeat(20)).trim_end(),
        "too long for a signature",
    );
    assert_eq!(
        of_note("> she said\n-- \nyes", false),
        "> she said\n-- \nyes".replace("-- ", "--"),
        "notes quote nothing by themselves"
    );
    html("<p>&nbsp;</p><img src='x.gif'>", "", "nothing was said");
    html("ab\u{202E}cd\u{200B}e&#8203;f&zwnj;", "abcdef\u{200C}", "what turns or hides text is gone");
    plain("می\u{200C}خواهم 👩\u{200D}💻", "می\u{200C}خواهم 👩\u{200D}💻", "joiners are part of words and emoji");
}
