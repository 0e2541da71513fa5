//! Text of people on its way into a column: escaped into HTML columns, as it is into text columns (R25).

/// What no column can hold: PostgreSQL refuses a text with a NUL in it.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "")
}

/// One piece of text with its line breaks.
pub(crate) fn escaped(text: &str) -> String {
    let text = storable(text).replace("\r\n", "\n").replace('\r', "\n");
    html_escape::encode_quoted_attribute(&text).replace('\n', "<br>")
}

/// Blocks of lines, as paragraphs or as plain text.
pub(crate) fn blocks(blocks: &[Vec<String>], html: bool) -> String {
    let blocks = blocks.iter().filter(|block| !block.is_empty());
    if html {
        blocks
            .map(|block| format!("<p>{}</p>", block.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br>")))
            .collect()
    } else {
        blocks.map(|block| storable(&block.join("\n"))).collect::<Vec<_>>().join("\n\n")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn r25_markup_of_people_arrives_as_text() {
        let attack = "<img src=x onerror=alert(1)>\n'\"&amp;";
        assert_eq!(escaped(attack), "&lt;img src=x onerror=alert(1)&gt;<br>&#x27;&quot;&amp;amp;");
        assert_eq!(blocks(&[vec![attack.into()], vec!["b".into()]], false), format!("{attack}\n\nb"), "text is data");
        assert_eq!(storable("a\0b"), "ab");
    }

    proptest! {
        #[test]
        fn r25_only_our_own_tags_are_left(text in "\\PC{0,60}") {
            let html = blocks(&[vec![text]], true);
            let inside = html.replace("<br>", "").replace("<p>", "").replace("</p>", "");
            prop_assert!(!inside.contains(['<', '>', '"', '\'']));
        }
    }
}
