//! Answers to what an alert raises, with what fails of each row.

use super::query::Query;
use super::{Effect, Failure, Load, State, View};
use crate::inventory::{Answer, AnswerRow, Next, Question, age};
use crate::model::{FindingStatus, ObjectRef, Report, Severity};
use std::collections::HashMap;
use std::sync::Arc;

/// An answer as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Titles of the columns.
    pub columns: &'static [&'static str],
    /// Rows.
    pub rows: Vec<FoundRow>,
    /// What has to be known to read it rightly.
    pub notes: Vec<String>,
}

/// A row of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRow {
    /// Its cells, which tell it from others.
    pub id: Arc<[String]>,
    /// Where it leads.
    pub next: Next,
    /// The worst that fails of it, and how much does.
    pub fails: Option<(Severity, usize)>,
}

impl Found {
    fn of(question: &Question, answer: Answer, report: Option<&Report>) -> Self {
        let mut fails: HashMap<&ObjectRef, (Severity, usize)> = HashMap::new();
        let leads = answer.rows.iter().filter_map(|row| match &row.next {
            Next::Findings(object) => Some(object),
            Next::Ask(_) | Next::Nowhere => None,
        });
        leads.for_each(|object| {
            fails.insert(object, (Severity::Info, 0));
        });
        let failing =
            report.iter().flat_map(|report| report.findings.rows()).filter(|f| f.status() == FindingStatus::Fail);
        for finding in failing {
            let object = if fails.contains_key(finding.owner()) { finding.owner() } else { finding.resource() };
            if let Some((worst, count)) = fails.get_mut(object) {
                (*worst, *count) = ((*worst).max(finding.severity()), *count + 1);
            }
        }
        let row = |AnswerRow { cells, next }: &AnswerRow| {
            let fails = match next {
                Next::Findings(object) => fails.get(object).copied().filter(|(_, count)| *count > 0),
                Next::Ask(_) | Next::Nowhere => None,
            };
            FoundRow { id: cells.as_slice().into(), next: next.clone(), fails }
        };
        // what is new and fails nothing is no news, but for who was given a right
        let is_binding = |row: &FoundRow| matches!(&row.next, Next::Findings(object) if matches!(&*object.kind, "RoleBinding" | "ClusterRoleBinding"));
        let is_news = |row: &FoundRow| row.fails.is_some() || is_binding(row);
        let all = !matches!(question, Question::Recent(_));
        let rows = answer.rows.iter().map(row).filter(|row| all || is_news(row)).collect();
        Self { columns: answer.columns, rows, notes: answer.notes }
    }

    /// A row by its cells.
    pub fn row(&self, id: &Arc<[String]>) -> Option<&FoundRow> {
        self.rows.iter().find(|row| row.id == *id)
    }
}

/// A question in few words.
pub fn title(question: &Question) -> String {
    match question {
        Question::Pod(name) => format!("Pods {name}"),
        Question::Image(text) => format!("Image {text}"),
        Question::Node(name) => format!("Node {name}"),
        Question::Account(None, name) => format!("ServiceAccount {name}"),
        Question::Account(Some(namespace), name) => format!("ServiceAccount {namespace}/{name}"),
        Question::Pods(owner) => format!("Pods of {}", owner.kind_name()),
        Question::WhoCan(verb, resource, None) => format!("Who can {verb} {resource}"),
        Question::WhoCan(verb, resource, Some(namespace)) => format!("Who can {verb} {resource} in {namespace}"),
        Question::Recent(seconds) => format!("New in {}", age(*seconds)),
        Question::Reach(object) => format!("Reach of {}", object.kind_name()),
        Question::Vulnerabilities(owner) => format!("Vulnerabilities of {}", owner.kind_name()),
    }
}

/// What to say where nothing was found.
pub fn nothing(question: &Question) -> &'static str {
    match question {
        Question::Pod(_) => "No pod has this in its name.",
        Question::Image(_) => "No container runs an image with this in its name.",
        Question::Node(_) => "No pod runs on a node with this in its name.",
        Question::Account(..) => "Nothing runs as this ServiceAccount.",
        Question::Pods(_) => "It has no pods now.",
        Question::WhoCan(..) => "No binding that was read grants it.",
        Question::Reach(_) => "Nothing is known of it.",
        Question::Vulnerabilities(_) => "There is no report of Trivy Operator about it.",
        Question::Recent(_) => "No binding was made or changed in this time, and nothing that was fails.",
    }
}

/// An answer came.
pub fn answered(state: &mut State, question: Question, answer: Result<Answer, Failure>) {
    let report = state.session.report.clone();
    let found = answer.map(|answer| Found::of(&question, answer, report.as_deref()));
    state.session.found.insert(question, found.into());
    state.refresh();
}

/// Trivy Operator's counts in one line, with the age of the oldest; None: there are none.
pub fn vulnerabilities(found: &Found) -> Option<String> {
    let sum =
        |column: usize| -> u64 { found.rows.iter().filter_map(|row| row.id.get(column)?.parse::<u64>().ok()).sum() };
    let oldest = found.rows.iter().filter_map(|row| row.id.last()).max_by_key(|age| (age.ends_with('d'), age.len()))?;
    let counts: Vec<String> = found
        .columns
        .iter()
        .enumerate()
        .filter(|(_, title)| !matches!(**title, "container" | "age"))
        .map(|(column, title)| format!("{} {title}", sum(column)))
        .collect();
    let containers = if found.rows.len() == 1 { "1 image".to_owned() } else { format!("{} images", found.rows.len()) };
    Some(format!("{} in {containers}, {oldest} old (Trivy Operator)", counts.join(", ")))
}

/// What was read is new: what is on the screens is asked for again.
pub fn again(state: &mut State) -> Vec<Effect> {
    let asked = state.screens().iter().filter_map(|screen| match &screen.view {
        View::Found(question) => Some(Effect::Ask(state.session.target.clone(), question.clone())),
        _ => None,
    });
    let effects: Vec<Effect> = asked.collect();
    state.session.found.retain(|question, _| {
        effects.iter().any(|effect| matches!(effect, Effect::Ask(_, asked) if asked == question))
    });
    effects
}

/// Where a row leads.
pub fn leads_to(state: &State, question: &Question, id: &Arc<[String]>) -> Option<View> {
    match &state.session.found.get(question).and_then(Load::ready)?.row(id)?.next {
        Next::Findings(object) => Some(View::Findings(Query::about(object))),
        Next::Ask(question) => Some(View::Found(question.clone())),
        Next::Nowhere => None,
    }
}
