//! Texts with `{{ variables }}` in them.
//!
//! Most templates are words around plain variables: those are cut into pieces once and joined for each certificate.
//! Anything beyond that (a filter, a condition) goes through minijinja, with nothing in it that makes texts longer but what is
//! bounded: a profile may come from somebody else.

mod program;

use std::borrow::Cow;
use std::collections::BTreeMap;

use minijinja::{Environment, Value};

use self::program::{PROGRAM, program, sentence};

/// What becomes of a value when it is inserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::issuance) enum Escape {
    /// Nothing: the result is parsed as one value.
    Plain,
    /// Special characters of RFC 4514 are escaped, so a value stays one attribute's value.
    Subject,
    /// Percent-encoded but for the unreserved characters of RFC 3986.
    Url,
}

/// The variables that templates may use.
#[derive(Debug, Default)]
pub(in crate::issuance) struct Variables<'a>(BTreeMap<&'a str, Cow<'a, str>>);

impl<'a> Variables<'a> {
    /// Gives a variable its value.
    pub(in crate::issuance) fn set(&mut self, name: &'a str, value: impl Into<Cow<'a, str>>) {
        self.0.insert(name, value.into());
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(AsRef::as_ref)
    }
}

/// A text with variables, ready to be filled in.
#[derive(Debug, Clone)]
pub(in crate::issuance) struct Template {
    escape: Escape,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Pieces(Vec<Piece>),
    Program { environment: Box<Environment<'static>>, needs: Vec<String> },
}

#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Variable(String),
}

/// Longest template, value of a variable and filled-in text, in bytes: subjects and names have some hundreds at most.
const MAX_TEXT: usize = 8192;

fn too_long(what: &str) -> String {
    format!("{what} has more than {MAX_TEXT} bytes")
}

impl Template {
    /// Reads a template. `known` says which variables there are.
    ///
    /// The error is one sentence: bad syntax, an unknown variable.
    pub(in crate::issuance) fn compile(source: &str, escape: Escape, known: &[&str]) -> Result<Self, String> {
        if source.chars().any(char::is_control) {
            return Err("a template holds no control characters".into());
        }
        if source.len() > MAX_TEXT {
            return Err(too_long("the template"));
        }
        let form = match pieces(source) {
            Some(pieces) => Form::Pieces(pieces),
            None => program(source, escape)?,
        };
        let template = Self { escape, form };
        if let Some(name) = template.needs().find(|name| !known.contains(name)) {
            return Err(format!("unknown variable {name:?}{}", crate::notation::hint(name, known)));
        }
        Ok(template)
    }

    /// Whether it is words and plain variables only.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.form, Form::Pieces(_))
    }

    /// A plain template with the same text for every variable, to see whether it makes sense at all.
    pub(super) fn render_with(&self, value: &str) -> String {
        let mut variables = Variables::default();
        let needs: Vec<&str> = self.needs().collect();
        for name in needs {
            variables.set(name, value);
        }
        self.render(&variables).unwrap_or_default()
    }

    /// A text without any variable.
    pub(in crate::issuance) fn constant(&self) -> Option<&str> {
        match &self.form {
            Form::Pieces(pieces) => match pieces.as_slice() {
                [] => Some(""),
                [Piece::Text(text)] => Some(text),
                _ => None,
            },
            Form::Program { .. } => None,
        }
    }

    /// The variables it uses.
    pub(in crate::issuance) fn needs(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match &self.form {
            Form::Pieces(pieces) => Box::new(pieces.iter().filter_map(|piece| match piece {
                Piece::Text(_) => None,
                Piece::Variable(name) => Some(name.as_str()),
            })),
            Form::Program { needs, .. } => Box::new(needs.iter().map(String::as_str)),
        }
    }

    /// Fills it in. The error is one sentence that names the variable at fault.
    pub(in crate::issuance) fn render(&self, variables: &Variables<'_>) -> Result<String, String> {
        for name in self.needs() {
            let value = variables.value(name).ok_or_else(|| missing(name))?;
            if value.chars().any(char::is_control) {
                return Err(format!("the value of {name} holds a control character"));
            }
            if value.len() > MAX_TEXT {
                return Err(too_long(&format!("the value of {name}")));
            }
        }
        let text = match &self.form {
            Form::Pieces(pieces) => pieces.iter().fold(String::new(), |mut out, piece| {
                match piece {
                    // What is too long already is refused below.
                    _ if out.len() > MAX_TEXT => {}
                    Piece::Text(text) => out.push_str(text),
                    Piece::Variable(name) => {
                        escape_into(&mut out, variables.value(name).unwrap_or_default(), self.escape)
                    }
                }
                out
            }),
            Form::Program { environment, .. } => {
                let program = environment.get_template(PROGRAM).map_err(|error| sentence(&error))?;
                let values = self.needs().filter_map(|name| Some((name, Value::from(variables.value(name)?))));
                let text = program.render(Value::from_pairs(values)).map_err(|error| sentence(&error))?;
                if text.chars().any(char::is_control) {
                    return Err("the filled-in template holds a control character".into());
                }
                text
            }
        };
        if text.len() > MAX_TEXT { Err(too_long("the filled-in template")) } else { Ok(text) }
    }
}

fn missing(name: &str) -> String {
    match name {
        "name" => "the profile needs a name, and none was given".into(),
        "authority" => "the profile names its authority, and a self-signed certificate has none".into(),
        _ => format!("the profile needs the variable {name}: give it with --set {name}=VALUE"),
    }
}

/// The pieces of a template that holds plain variables only.
fn pieces(source: &str) -> Option<Vec<Piece>> {
    if source.contains("{%") || source.contains("{#") {
        return None;
    }
    let mut pieces = Vec::new();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("{{") {
        let (inside, after) = after.split_once("}}")?;
        let name = inside.trim();
        if !is_variable(name) {
            return None;
        }
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Variable(name.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Some(pieces)
}

/// Whether a text may be a variable's name: what minijinja calls an identifier, keywords and constants aside.
pub(super) fn is_variable(name: &str) -> bool {
    const RESERVED: [&str; 12] =
        ["true", "false", "none", "True", "False", "None", "and", "or", "not", "in", "is", "if"];
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&name)
}

fn escape_into(out: &mut String, value: &str, escape: Escape) {
    match escape {
        Escape::Plain => out.push_str(value),
        Escape::Subject => escape_subject(out, value),
        Escape::Url => {
            for byte in value.bytes() {
                match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
                    _ => out.push_str(&format!("%{byte:02X}")),
                }
            }
        }
    }
}

/// Escapes a value for a distinguished name in text, RFC 4514 §2.4.
pub(in crate::issuance) fn escape_subject(out: &mut String, value: &str) {
    let last = value.chars().count().saturating_sub(1);
    for (index, c) in value.chars().enumerate() {
        let special = matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' | '/')
            || (c == '#' && index == 0)
            || (c == ' ' && (index == 0 || index == last));
        if special {
            out.push('\\');
        }
        out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(source: &str, escape: Escape, values: &[(&'static str, &'static str)]) -> Result<String, String> {
        let known: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
        let mut variables = Variables::default();
        for (name, value) in values {
            variables.set(name, *value);
        }
        Template::compile(source, escape, &known)?.render(&variables)
    }

    #[test]
    fn plain_variables_take_the_short_way_and_agree_with_minijinja() {
        let values = [("name", "a,b"), ("org", "O=x")];
        for source in ["CN={{ name }},O={{org}}", "x", "", "{{name}}"] {
            let short = Template::compile(source, Escape::Subject, &["name", "org"]).unwrap();
            assert!(matches!(short.form, Form::Pieces(_)), "{source}");
            let long = fill(&format!("{{# #}}{source}"), Escape::Subject, &values).unwrap();
            assert_eq!(fill(source, Escape::Subject, &values).unwrap(), long);
        }
    }

    #[test]
    fn a_value_in_a_subject_stays_one_value() {
        let value = [("name", " x,O=Evil+C=\"\\ ")];
        let expected = "CN=\\ x\\,O\\=Evil\\+C\\=\\\"\\\\\\ ";
        assert_eq!(fill("CN={{ name }}", Escape::Subject, &value).unwrap(), expected);
        assert_eq!(fill("CN={{ name|safe }}", Escape::Subject, &value).unwrap(), expected);
        assert_eq!(fill("CN={{ name|trim }}", Escape::Subject, &value).unwrap(), "CN=x\\,O\\=Evil\\+C\\=\\\"\\\\");
    }

    #[test]
    fn a_value_in_a_url_is_percent_encoded() {
        let value = [("authority", "a b/ü")];
        assert_eq!(fill("http://x/{{ authority }}.crl", Escape::Url, &value).unwrap(), "http://x/a%20b%2F%C3%BC.crl");
    }

    #[test]
    fn a_missing_variable_is_named() {
        let template = Template::compile("{{ team }}", Escape::Plain, &["team"]).unwrap();
        let why = template.render(&Variables::default()).unwrap_err();
        assert!(why.contains("--set team=VALUE"), "{why}");
        let template = Template::compile("{{ team|upper }}", Escape::Plain, &["team"]).unwrap();
        let why = template.render(&Variables::default()).unwrap_err();
        assert!(why.contains("--set team=VALUE"), "{why}");
    }

    #[test]
    fn an_unknown_variable_is_refused_when_read() {
        let why = Template::compile("{{ nmae }}", Escape::Plain, &["name", "team"]).unwrap_err();
        assert_eq!(why, "unknown variable \"nmae\", did you mean \"name\"?");
        assert!(Template::compile("{% if nmae %}x{% endif %}", Escape::Plain, &["name"]).is_err());
    }

    #[test]
    fn broken_templates_are_refused_when_read() {
        for source in ["{{ name", "{{ name|nosuch( }}", "{% if %}", "a\nb"] {
            assert!(Template::compile(source, Escape::Plain, &["name"]).is_err(), "{source}");
        }
    }

    #[test]
    fn filters_and_conditions_that_subjects_need_work() {
        let values = [("name", "api.corp.test"), ("unit", "")];
        for (source, filled) in [
            ("{{ name|split('.')|first|upper }}", "API"),
            ("{{ name|replace('.', '-') }}", "api-corp-test"),
            ("{{ name | trim('t') | capitalize }}", "Api.corp.tes"),
            ("{{ unit or 'none' }}{{ unit|default('+ * ~', true) }}", "none+ * ~"),
            ("{%- if unit == '' and name is endingwith('.test') -%}x{%- elif unit %}y{% else %}z{% endif %}", "x"),
            ("{{ name[:3] }}{# a ~ b #}{{ name|length }}{{ name|split('.')|last }}", "api13test"),
            ("{{ 'a' if unit else \"b\\\"}}\" }}", "b\"}}"),
        ] {
            assert_eq!(fill(source, Escape::Plain, &values).as_deref(), Ok(filled), "{source}");
        }
    }

    #[test]
    fn nothing_in_a_template_grows_without_bound() {
        let set = format!("{{% set a='xxxxxxxx' %}}{}{{{{ a }}}}", "{% set a=a~a %}".repeat(34));
        for source in [
            set.as_str(),
            "{{ ('x'*100000)|length }}",
            "{{ name + name }}",
            "{{ '\\'' ~ name }}",
            "{{ {'a': 1} }}",
            "{{ 'x'|indent(2000000000) }}",
            "{{ 'x' | nosuch }}",
            "{{ '%2000000000d'|format(1) }}",
            "{{ range(100) }}",
            "{% for a in name %}x{% endfor %}",
            "{%- macro m() %}x{% endmacro %}",
            "{% raw %}x{% endraw %}",
            "{%+ set a = 1 %}",
            "{% filter upper %}x{% endfilter %}",
            "{#x#}{{ a ~ name }}",
            &"x".repeat(MAX_TEXT + 1),
        ] {
            assert!(Template::compile(source, Escape::Plain, &["name", "a"]).is_err(), "{source:.80}");
        }
        let grow = "|replace('x', 'xxxxxxxxxxxxxxxx')".repeat(10);
        for (source, name) in [
            (format!("{{{{ name{grow} }}}}"), "x".to_owned()),
            ("{{ name|replace('', name) }}".to_owned(), "x".repeat(1000)),
            ("{{ name }}".repeat(100), "x".repeat(1000)),
            ("{{ name|upper }}".repeat(100), "x".repeat(1000)),
            ("{{ name }}".to_owned(), "x".repeat(MAX_TEXT + 1)),
            ("{{ '%9d' % name }}".to_owned(), "1".to_owned()),
            ("{{ name.upper() }}".to_owned(), "x".to_owned()),
        ] {
            let mut variables = Variables::default();
            variables.set("name", name);
            let template = Template::compile(&source, Escape::Plain, &["name"]).unwrap();
            assert!(template.render(&variables).is_err(), "{source:.80}");
        }
    }

    #[test]
    fn control_characters_are_refused_however_they_come() {
        assert!(fill("{{ name }}", Escape::Plain, &[("name", "a\u{0}b")]).is_err());
        assert!(fill("{{ 'a\\nb' }}", Escape::Plain, &[]).is_err());
    }
}
