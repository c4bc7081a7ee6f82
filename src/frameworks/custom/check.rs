//! A check of a user's pack, from its YAML: the shape of a ValidatingAdmissionPolicy's rules, with words around it.

use super::super::decode::{Fields, Source, did_you_mean};
use crate::checks;
use crate::checks::cel::Program;
use crate::checks::custom::{Asked, Draft, Validation, Variable};
use crate::inventory::{Kind, Wire};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity, nearest};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A severity by its word.
pub(super) fn severity(word: &str) -> Option<Severity> {
    Severity::ALL.into_iter().find(|severity| severity.as_str() == word)
}

/// What is said of a word that is none.
pub(super) fn no_severity(word: &str) -> String {
    let near = did_you_mean(word, Severity::ALL.iter().map(|severity| severity.as_str()));
    format!("severity: expected critical, high, medium, low or info, found {word:?}{near}")
}

fn keep(text: &str) -> &'static str {
    // checks live as long as the process, and packs are read once
    Box::leak(text.to_owned().into_boxed_str())
}

/// Reads a check. None: it has no id that could be its own.
pub(super) fn draft(source: &Source<'_>, fields: &Fields<'_>, ids: &mut BTreeSet<String>) -> Option<Draft> {
    let reader = Reader { source };
    let id = fields.required("id");
    let usable = reader.is_id(fields, &id, ids);
    ids.insert(id.to_string());
    let title = fields.required("title");
    let severity = match fields.required("severity") {
        word if word.is_empty() => None,
        word => {
            let known = severity(&word);
            if known.is_none() {
                fields.complain("severity", no_severity(&word));
            }
            known
        }
    };
    let why = fields.required("why");
    let over = reader.over(fields);
    let (variables, names) = reader.variables(fields);
    let conditions = fields.maps("matchConditions");
    let conditions: Vec<Option<Program>> = conditions
        .iter()
        .map(|condition| {
            condition.text("name");
            let program = reader.program(condition, "expression", &names);
            condition.done();
            program
        })
        .collect();
    let validations = reader.validations(fields, &names);
    let draft = Draft {
        id: keep(&id),
        title: keep(&title),
        severity: severity.unwrap_or(Severity::Medium),
        why: keep(&why),
        aliases: fields.texts("aliases").iter().map(|alias| keep(alias)).collect(),
        remedy: reader.remedy(fields, &title, validations.iter().any(|validation| validation.path.is_root())),
        over,
        conditions: conditions.into_iter().flatten().collect(),
        variables,
        validations,
        broken: None,
    };
    fields.done();
    usable.then_some(draft)
}

struct Reader<'r> {
    source: &'r Source<'r>,
}

impl Reader<'_> {
    fn is_id(&self, fields: &Fields<'_>, id: &str, ids: &BTreeSet<String>) -> bool {
        let word = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        if id.is_empty() {
            return false;
        }
        if !id.split_once('.').is_some_and(|(family, name)| word(family) && word(name)) {
            let expected = "expected family.name in lower-case letters, digits and dashes";
            fields.complain("id", format!("id: {expected}, found {id:?}"));
            return false;
        }
        if checks::ALL.iter().any(|check| check.id == id) {
            let instead = "choose another id, or grade it under `grades`";
            fields.complain("id", format!("id: {id:?} is a check of plimsoll's own: {instead}"));
            return false;
        }
        if ids.contains(id) {
            fields.complain("id", format!("id: {id:?} stands twice"));
            return false;
        }
        true
    }

    fn over(&self, fields: &Fields<'_>) -> Vec<Asked> {
        let matches = fields.one_or_more("match");
        if matches.is_empty() {
            fields.complain("match", "`match` is missing: apiVersion and kind of what is judged");
        }
        let mut over: Vec<Asked> = Vec::new();
        for of in &matches {
            let api_version = of.required("apiVersion");
            let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
            for kind in of.text_or_more("kind") {
                let asked = Asked { group: group.to_owned(), version: version.to_owned(), kind: kind.to_string() };
                let twice = over.iter().any(|other| (&other.group, &other.kind) == (&asked.group, &asked.kind));
                match is_readable(&asked, &api_version) {
                    Err(wrong) => of.complain("kind", wrong),
                    // an object is served in every version: it would be judged twice
                    Ok(()) if twice => of.complain("kind", format!("{kind} stands twice: choose one version")),
                    Ok(()) => over.push(asked),
                }
            }
            of.done();
        }
        over
    }

    fn variables(&self, fields: &Fields<'_>) -> (Vec<Variable>, Vec<Arc<str>>) {
        let (mut variables, mut names) = (Vec::<Variable>::new(), Vec::<Arc<str>>::new());
        for variable in fields.maps("variables") {
            let name = variable.required("name");
            let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !is_name && !name.is_empty() {
                variable.complain("name", format!("name: expected letters, digits and underscores, found {name:?}"));
            } else if names.contains(&name) {
                variable.complain("name", format!("name: {name:?} stands twice"));
            }
            let program = self.program(&variable, "expression", &names);
            variable.done();
            names.push(name.clone());
            variables.extend(program.map(|program| (name, program)));
        }
        (variables, names)
    }

    fn validations(&self, fields: &Fields<'_>, names: &[Arc<str>]) -> Vec<Validation> {
        let list = fields.maps("validations");
        if list.is_empty() {
            fields.complain("validations", "`validations` is missing: what must be true of an object");
        }
        let validation = |of: &Fields<'_>| {
            let expression = self.program(of, "expression", names);
            let message_expression =
                if of.has("messageExpression") { self.program(of, "messageExpression", names) } else { None };
            // what an admission policy answers with
            of.text("reason");
            let path = of.text("path").map(|text| self.path(of, &text)).unwrap_or_default();
            let expected = of.text("expected").or_else(|| of.text("expression"));
            let validation = expression.map(|expression| Validation {
                expression,
                message_expression,
                message: of.text("message").as_deref().unwrap_or_default().to_owned(),
                path,
                expected: keep(&short(expected.as_deref().unwrap_or_default())),
            });
            of.text("message");
            of.done();
            validation
        };
        list.iter().filter_map(validation).collect()
    }

    fn program(&self, of: &Fields<'_>, key: &'static str, names: &[Arc<str>]) -> Option<Program> {
        let text = of.required(key);
        if text.is_empty() {
            return None;
        }
        let faults = match Program::compile(&text, names) {
            Ok(program) => return Some(program),
            Err(faults) => faults,
        };
        for fault in faults {
            let place = (fault.line, fault.column);
            self.source.complain_inside(of.at(key), &text, place, format!("{key}: {}", fault.message));
        }
        None
    }

    /// `spec.template`, `metadata.labels['acme.dev/team']`, `spec.containers[name=app].image`, `spec.rules[0]`.
    fn path(&self, of: &Fields<'_>, text: &str) -> FieldPath {
        parse_path(text).unwrap_or_else(|| {
            let forms = "expected spec.a.b, metadata.labels['a/b'], containers[name=app] or rules[0]";
            of.complain("path", format!("path: {forms}, found {text:?}"));
            FieldPath::root()
        })
    }

    fn remedy(&self, fields: &Fields<'_>, title: &str, pathless: bool) -> Remedy {
        let given = fields.under("remedy");
        let text = |key: &'static str| given.as_ref().and_then(|remedy| remedy.text(key));
        let advice =
            text("advice").map_or_else(|| format!("Change the object so that this holds: {title}."), |a| a.to_string());
        let try_first = text("try_first").map_or_else(|| "Change one object first.".to_owned(), |t| t.to_string());
        let mut remedy = Remedy {
            advice: keep(&advice),
            fix: Fix::Advice,
            disruption: Disruption::MayBreak,
            try_first: keep(&try_first),
        };
        let Some(given) = given else { return remedy };
        let words = [Disruption::None, Disruption::Restarts, Disruption::MayBreak, Disruption::CutsTraffic];
        let words = words.map(|disruption| (disruption.as_str(), disruption));
        remedy.disruption = given.word("disruption", &words).unwrap_or(remedy.disruption);
        let (set, append, drops) = (given.any("set"), given.any("append"), given.flag("remove"));
        if usize::from(set.is_some()) + usize::from(append.is_some()) + usize::from(drops) > 1 {
            given.complain("", "remedy: one of set, append and remove");
        }
        remedy.fix = match (set, append) {
            (Some((value, _)), _) => Fix::Set(keep(&value.to_string())),
            (None, Some((value, _))) => Fix::Append(keep(&value.to_string())),
            (None, None) if drops => Fix::Remove,
            (None, None) => Fix::Advice,
        };
        if pathless && remedy.fix != Fix::Advice {
            given.complain("", "remedy: a change needs to know where: give each validation its path");
        }
        given.done();
        remedy
    }
}

/// Whether objects of a kind may be read whole, and can be, as far as is known without a server.
fn is_readable(asked: &Asked, api_version: &str) -> Result<(), String> {
    if asked.kind.is_empty() || api_version.is_empty() {
        return Ok(()); // complained of already
    }
    if asked.group.is_empty() && asked.kind.eq_ignore_ascii_case("secret") {
        return Err("Secrets are never read whole: whoever asks about one asks for its values".to_owned());
    }
    if Kind::of(&asked.group, &asked.kind).is_some_and(|kind| kind.info().wire == Wire::Gathered) {
        return Err(format!("{} is gathered by plimsoll and no object of the API", asked.kind));
    }
    let own: Vec<&str> = Kind::ALL
        .iter()
        .map(|kind| kind.info())
        .filter(|info| info.group == asked.group && !info.name.is_empty())
        .map(|info| info.name)
        .collect();
    if own.contains(&asked.kind.as_str()) {
        return Ok(());
    }
    // a kind that plimsoll does not know may be served all the same; a slip of the pen is none
    let near = nearest(&asked.kind, own.iter().copied()).filter(|near| is_slip(&asked.kind, near));
    match near {
        Some(near) => Err(format!("{api_version} has no {:?}: did you mean {near:?}?", asked.kind)),
        None => Ok(()),
    }
}

/// Another case, a plural, or one letter more, less or other.
fn is_slip(name: &str, near: &str) -> bool {
    let (name, near) = (name.to_lowercase(), near.to_lowercase());
    if name == near || name.trim_end_matches('s') == near {
        return true;
    }
    let same =
        |mut pairs: Box<dyn Iterator<Item = (char, char)> + '_>| pairs.by_ref().take_while(|(a, b)| a == b).count();
    let front = same(Box::new(name.chars().zip(near.chars())));
    let back = same(Box::new(name.chars().rev().zip(near.chars().rev())));
    let (long, short) =
        (name.chars().count().max(near.chars().count()), name.chars().count().min(near.chars().count()));
    long - short <= 1 && front + back + 1 >= long
}

/// A path as people write it. None: it is none.
fn parse_path(text: &str) -> Option<FieldPath> {
    let mut path = FieldPath::root();
    let mut rest = text.strip_prefix("object.").or_else(|| text.strip_prefix('.')).unwrap_or(text);
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let quote = inner.chars().next().filter(|c| matches!(c, '\'' | '"'));
            let end = match quote {
                Some(quote) => inner.get(1..)?.find(quote)? + 2,
                None => inner.find(']')?,
            };
            let item = inner.get(..end)?;
            rest = inner.get(end..)?.strip_prefix(']')?;
            path = match (quote, item.split_once('='), item.parse::<usize>()) {
                (Some(_), ..) => path.key(item.get(1..item.len() - 1)?),
                (None, Some(("name", name)), _) if !name.is_empty() => path.named(0, name),
                (None, _, Ok(index)) => path.index(index),
                _ => return None,
            };
            rest = rest.strip_prefix('.').unwrap_or(rest);
            continue;
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let name = rest.get(..end)?;
        if name.is_empty() || name.contains(char::is_whitespace) {
            return None;
        }
        path = path.fields(name);
        rest = rest.get(end..)?;
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    Some(path)
}

/// An expression on one line, cut where it is long.
fn short(text: &str) -> String {
    const MOST: usize = 100;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST { line } else { format!("{}…", line.chars().take(MOST - 1).collect::<String>()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_they_are_printed() {
        for (text, printed) in [
            ("spec.template.spec", "spec.template.spec"),
            ("object.metadata.labels['acme.dev/team']", "metadata.labels[\"acme.dev/team\"]"),
            ("metadata.labels[\"a.b\"]", "metadata.labels[\"a.b\"]"),
            ("spec.containers[name=app].image", "spec.containers[name=app].image"),
            ("spec.rules[0].host", "spec.rules[0].host"),
        ] {
            assert_eq!(parse_path(text).map(|path| path.to_string()).as_deref(), Some(printed), "{text}");
        }
        for wrong in ["spec..x", "spec.a b", "spec[", "spec[x]", "spec['a]", "spec[name=]"] {
            assert_eq!(parse_path(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_slip_is_told_from_another_kind() {
        assert!(
            is_slip("Deploymnt", "Deployment")
                && is_slip("deployments", "Deployment")
                && is_slip("Depoyment", "Deployment")
        );
        assert!(
            !is_slip("IPAddress", "Ingress") && !is_slip("Endpoints", "EndpointSlice") && !is_slip("Lease", "Node")
        );
    }
}
