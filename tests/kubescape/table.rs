//! `rules.yaml`: which checks answer a rule, and where they part from it.

use plimsoll::checks;
use plimsoll::inventory::yaml;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Checks that answer a rule.
pub struct Answer {
    /// Their ids: an object fails where it fails one of them.
    pub checks: Vec<String>,
    /// Cases in which they part from kubescape, and why.
    pub differs: BTreeMap<String, String>,
}

/// What became of a rule.
pub enum Entry {
    /// Answered; each answer stands for itself.
    Answered(Vec<Answer>),
    /// Not plimsoll's question; why.
    Refused(String),
}

/// The whole file.
pub struct Table {
    /// By the name of the rule's folder.
    pub rules: BTreeMap<String, Entry>,
}

impl Table {
    /// Reads it. Reasons stand under `reasons`, or are written out.
    pub fn read() -> Self {
        let file = yaml::parse(include_str!("rules.yaml")).unwrap().value;
        let reasons = &file["reasons"];
        let mut used = Vec::new();
        let mut reason = |value: &Value| {
            let said = value.as_str().unwrap();
            used.push(said.to_owned());
            reasons[said].as_str().unwrap_or(said).to_owned()
        };
        let mut rules = BTreeMap::new();
        for (rule, entry) in file["rules"].as_object().unwrap() {
            let entry = match entry {
                Value::Array(answers) => Entry::Answered(answers.iter().map(|one| answer(one, &mut reason)).collect()),
                Value::Object(one) if one.contains_key("refused") => Entry::Refused(reason(&one["refused"])),
                one => Entry::Answered(vec![answer(one, &mut reason)]),
            };
            rules.insert(rule.clone(), entry);
        }
        let unused: Vec<_> = reasons.as_object().unwrap().keys().filter(|key| !used.contains(key)).collect();
        assert!(unused.is_empty(), "reasons that nothing gives: {unused:?}");
        Self { rules }
    }
}

fn answer(value: &Value, reason: &mut impl FnMut(&Value) -> String) -> Answer {
    let checks: Vec<String> =
        value["checks"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().into()).collect();
    for id in &checks {
        assert!(checks::find(id).is_some(), "no check {id}");
    }
    let none = Map::new();
    let differs = value["differs"].as_object().unwrap_or(&none);
    Answer { checks, differs: differs.iter().map(|(case, why)| (case.clone(), reason(why))).collect() }
}
