//! What is made from the table of settings: a new file, and the JSON Schema.

use super::fields::{FIELDS, Sample};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Columns of a comment.
const WIDTH: usize = 100;

/// A new file: every setting with what it is for, none of it in force yet.
pub fn template() -> String {
    let mut text = String::from(
        "# plimsoll's settings. Every line that begins with # and no blank is a setting: take the # away to set it.\n\
         # `plimsoll config check` says what is wrong, `plimsoll config schema` prints the JSON Schema for your editor.\n\
         # plimsoll reads this file again when it changes.\n",
    );
    for field in FIELDS {
        text.push('\n');
        comment(&mut text, field.doc);
        match field.sample {
            Sample::Default(value) | Sample::Example(value) => {
                let _ = writeln!(text, "#{} = {value}", field.name);
            }
            Sample::Lines(lines) => {
                let _ = writeln!(text, "#[{}]", field.name);
                lines().iter().for_each(|line| {
                    let _ = writeln!(text, "#{line}");
                });
            }
        }
    }
    text.push('\n');
    comment(&mut text, CONTEXTS);
    text.push_str("#[contexts.\"prod-eu-1\"]\n#theme = \"high-contrast\"\n#cluster-id = \"prod-eu-1\"\n");
    text
}

const CONTEXTS: &str = "Any of these for one context of the kubeconfig, over what stands above.";

fn comment(text: &mut String, doc: &str) {
    let mut line = String::from("#");
    for word in doc.split_whitespace() {
        if line.len() + 1 + word.len() > WIDTH {
            let _ = writeln!(text, "{line}");
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(text, "{line}");
}

/// The JSON Schema of the file.
pub fn schema() -> Value {
    let property = |field: &super::Field| {
        let mut schema = (field.schema)();
        if let Value::Object(schema) = &mut schema {
            schema.insert("description".to_owned(), field.doc.into());
            if let Sample::Default(value) = field.sample
                && let Ok(value) = serde_json::from_str::<Value>(value)
            {
                schema.insert("default".to_owned(), value);
            }
        }
        (field.name.to_owned(), schema)
    };
    let mut properties: Map<String, Value> = FIELDS.iter().map(property).collect();
    let context = json!({"type": "object", "additionalProperties": false, "properties": properties});
    let contexts = json!({"type": "object", "description": CONTEXTS, "additionalProperties": context});
    properties.insert("contexts".to_owned(), contexts);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "plimsoll's settings",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}
