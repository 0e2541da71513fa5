//! Tokens of a formula.

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Number(f64),
    Text(String),
    Sign(String),
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        let run = |from: usize, good: &dyn Fn(char) -> bool| chars[from..].iter().take_while(|c| good(**c)).count();
        match c {
            c if c.is_whitespace() => at += 1,
            '/' if chars.get(at + 1) == Some(&'*') => {
                let rest: String = chars[at..].iter().collect();
                at += rest.find("*/").ok_or("Syntax error. Comment is not closed")? + 2;
            }
            c if c.is_ascii_digit() => {
                let length = run(at, &|c| c.is_ascii_digit() || c == '.');
                let number: String = chars[at..at + length].iter().collect();
                out.push(Token::Number(number.parse().map_err(|_| format!("Syntax error. Found '{number}'"))?));
                at += length;
            }
            c if c.is_alphabetic() || c == '$' || c == '_' => {
                let length = run(at, &|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$'));
                out.push(Token::Name(chars[at..at + length].iter().collect()));
                at += length;
            }
            '"' | '\'' => {
                let mut inside = String::new();
                let mut to = at + 1;
                loop {
                    match chars.get(to) {
                        Some('\\') if to + 1 < chars.len() => {
                            inside.push(chars[to + 1]);
                            to += 2;
                        }
                        Some(end) if *end == c => break,
                        Some(other) => {
                            inside.push(*other);
                            to += 1;
                        }
                        None => return Err("Syntax error. Text is not closed".to_owned()),
                    }
                }
                out.push(Token::Text(inside));
                at = to + 1;
            }
            _ => {
                let two: String = chars[at..].iter().take(2).collect();
                let sign = if ["<>", "!=", "<=", ">=", "&&", "||", "=="].contains(&two.as_str()) {
                    two
                } else {
                    c.to_string()
                };
                if sign.len() == 1 && !"=<>!&+-*/(),".contains(c) {
                    return Err(format!("Syntax error. Found '{c}'"));
                }
                at += sign.chars().count();
                out.push(Token::Sign(sign));
            }
        }
    }
    Ok(out)
}
