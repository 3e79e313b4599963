//! Whether a value fits a JSON Schema, as far as tests of ours need to know.

use serde_json::Value;

/// Why a value does not fit a schema, for the keywords that ours uses (patterns aside).
pub(crate) fn mismatch(value: &Value, schema: &Value) -> Option<String> {
    check(value, schema, schema).err()
}

fn check(value: &Value, schema: &Value, root: &Value) -> Result<(), String> {
    let fail = |why: String| Err(format!("{value}: {why}"));
    for (keyword, rule) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$ref" => check(value, root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).unwrap(), root)?,
            "type" => {
                let types: Vec<&str> = rule.as_array().map_or_else(
                    || vec![rule.as_str().unwrap()],
                    |types| types.iter().map(|name| name.as_str().unwrap()).collect(),
                );
                let own = match value {
                    Value::Null => "null",
                    Value::Bool(_) => "boolean",
                    Value::Number(_) => "integer",
                    Value::String(_) => "string",
                    Value::Array(_) => "array",
                    Value::Object(_) => "object",
                };
                if !types.contains(&own) {
                    return fail(format!("type {own}"));
                }
            }
            "enum" if !rule.as_array().unwrap().contains(value) => return fail(format!("not in {rule}")),
            "const" if rule != value => return fail(format!("not {rule}")),
            "required" => {
                for name in rule.as_array().unwrap() {
                    if value.get(name.as_str().unwrap()).is_none() {
                        return fail(format!("lacks {name}"));
                    }
                }
            }
            "properties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    match (rule.get(name), schema.get("additionalProperties")) {
                        (Some(rule), _) => check(value, rule, root)?,
                        (None, Some(Value::Bool(false))) => return fail(format!("unknown {name}")),
                        (None, Some(rule)) if rule.is_object() => check(value, rule, root)?,
                        _ => {}
                    }
                }
            }
            "additionalProperties" if schema.get("properties").is_none() && rule.is_object() => {
                value.as_object().into_iter().flatten().try_for_each(|(_, value)| check(value, rule, root))?;
            }
            "items" => value.as_array().into_iter().flatten().try_for_each(|item| check(item, rule, root))?,
            "anyOf" | "oneOf" => {
                let fits = rule.as_array().unwrap().iter().filter(|rule| check(value, rule, root).is_ok()).count();
                if fits == 0 || (keyword == "oneOf" && fits > 1) {
                    return fail(format!("fits {fits} of {rule}"));
                }
            }
            _ => {}
        }
    }
    Ok(())
}
