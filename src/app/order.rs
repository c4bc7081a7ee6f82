//! By which column a list is sorted, and by which it may be.

use super::rows::{PaneKind, RowId};
use super::{Load, State};
use crate::inventory::Facts;
use crate::model::findings::{Findings, Row};
use crate::model::{ControlRef, FindingStatus};
use std::collections::HashMap;
use std::sync::Arc;

/// How a table is sorted; without one it has an order of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The column's name.
    pub column: &'static str,
    /// The last first.
    pub descending: bool,
}

impl Order {
    /// As it is written in a title.
    pub fn arrow(self) -> &'static str {
        if self.descending { "↓" } else { "↑" }
    }
}

/// What a row is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Value<'a> {
    /// A number.
    Number(i64),
    /// A text, in two parts where it is put together of two.
    Text(&'a str, &'a str),
    /// A text that is made for it.
    Made(String),
}

/// Columns of lists of findings; those after `id` are shown on request.
const FINDINGS: &[&str] = &[
    "severity",
    "status",
    "namespace",
    "resource",
    "container",
    "check",
    "pods",
    "reach",
    "team",
    "id",
    "age",
    "rule",
    "frameworks",
];

/// The name of a list's table, and its columns in their order.
pub fn columns(state: &State, pane: &PaneKind) -> Option<(&'static str, Vec<&'static str>)> {
    let (table, columns): (_, &[&'static str]) = match pane {
        PaneKind::Failing(..) | PaneKind::Findings(_) => ("findings", FINDINGS),
        PaneKind::Controls(_, false) => ("controls", &["status", "id", "title", "fail", "review", "unread", "level"]),
        PaneKind::Controls(_, true) => ("criteria", &["status", "id", "title", "fail"]),
        PaneKind::AllFrameworks => ("frameworks", &["title", "worst", "coverage", "fail", "manual", "unread"]),
        PaneKind::Gaps(_) => ("gaps", &["kind", "namespace", "why", "checks"]),
        PaneKind::Namespaces => ("namespaces", &["namespace", "failing"]),
        PaneKind::Contexts => ("contexts", &["context", "cluster", "namespace"]),
        PaneKind::Nodes => ("nodes", &["node", "roles", "kubelet", "condition", "looked at", "fails"]),
        PaneKind::Found(question) => {
            let found = state.session.found.get(question).and_then(Load::ready)?;
            let titles = found.columns.iter().copied().filter(|title| !title.is_empty());
            return Some(("found", titles.chain(["fails"]).collect()));
        }
        _ => return None,
    };
    Some((table, columns.to_vec()))
}

/// Whether the largest is what one looks for first.
pub fn largest_first(column: &str) -> bool {
    matches!(
        column,
        "severity"
            | "pods"
            | "reach"
            | "fail"
            | "fails"
            | "failing"
            | "review"
            | "unread"
            | "manual"
            | "checks"
            | "frameworks"
    )
}

/// What a finding is sorted by.
pub(super) fn of_finding<'a>(column: &str, finding: &Row<'a>, facts: Option<&Facts>) -> Value<'a> {
    let text = |text: &'a str| Value::Text(text, "");
    let named = |name: Option<&'a Arc<str>>| Value::Text(name.map_or("", |name| name), "");
    let number = |number: usize| Value::Number(i64::try_from(number).unwrap_or(i64::MAX));
    match column {
        "severity" => Value::Number(finding.severity() as i64),
        "status" => Value::Number(match finding.status() {
            FindingStatus::Fail => 0,
            FindingStatus::Manual => 1,
            FindingStatus::NotEvaluated => 2,
            FindingStatus::Waived => 3,
        }),
        "namespace" => named(finding.resource().namespace.as_ref()),
        "resource" => Value::Text(&finding.resource().kind, &finding.resource().name),
        "container" => named(finding.container()),
        "check" => text(finding.check()),
        "pods" => number(finding.instances().unwrap_or(0)),
        "reach" => number(finding.reach().len()),
        "team" => named(finding.team()),
        "age" => {
            let age = facts.and_then(|facts| facts.get(finding.owner())).and_then(|facts| facts.age);
            Value::Number(age.unwrap_or(i64::MAX))
        }
        "rule" => finding.controls().first().map_or(Value::Text("", ""), |rule| Value::Text(&rule.framework, &rule.id)),
        "frameworks" => number(frameworks(finding.controls()).len()),
        _ => Value::Made(finding.fingerprint().to_string()),
    }
}

/// The frameworks of some controls, each once.
pub fn frameworks(controls: &[ControlRef]) -> Vec<&str> {
    let mut names: Vec<&str> = controls.iter().map(|control| &*control.framework).collect();
    names.dedup();
    names
}

/// `5d3h`, `x12`, `1,204` as a number; what is none stands by its letters.
fn cell(text: &str) -> Value<'static> {
    let digits: String = text.trim_start_matches('x').chars().filter(|c| *c != ',').collect();
    let (mut seconds, mut number) = (0_i64, String::new());
    for c in digits.chars() {
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            c if c.is_ascii_digit() => {
                number.push(c);
                continue;
            }
            _ => return Value::Made(text.to_lowercase()),
        };
        let Ok(count) = std::mem::take(&mut number).parse::<i64>() else { return Value::Made(text.to_lowercase()) };
        seconds = seconds.saturating_add(count.saturating_mul(unit));
    }
    match (number.parse::<i64>(), digits.is_empty()) {
        (_, true) => Value::Made(String::new()),
        (Ok(rest), _) => Value::Number(seconds.saturating_add(rest)),
        (Err(_), _) => Value::Number(seconds),
    }
}

/// What a row of the other lists is sorted by.
fn of_row<'a>(state: &'a State, row: &'a RowId, column: &str) -> Value<'a> {
    let session = &state.session;
    let number = |number: usize| Value::Number(i64::try_from(number).unwrap_or(i64::MAX));
    let text = |text: &'a str| Value::Text(text, "");
    match row {
        RowId::Control(framework, id) => session.control(framework, id).map(|control| match column {
            "status" => Value::Number(control.status as i64),
            "title" => text(&control.title),
            "fail" => number(control.counts.fail),
            "review" => number(control.counts.manual),
            "unread" => number(control.counts.not_evaluated),
            "level" => Value::Number(control.level.map_or(0, i64::from)),
            _ => Value::Made(natural(&control.id)),
        }),
        RowId::Framework(id) | RowId::Criteria(id) => session.framework(id).map(|framework| {
            let permille = |share: Option<f64>| {
                #[allow(clippy::cast_possible_truncation)] // a share of one
                Value::Number((share.unwrap_or(-1.0) * 1e6) as i64)
            };
            match column {
                "worst" => permille(framework.score.worst),
                "coverage" => permille(framework.coverage),
                "fail" => number(framework.counts.fail),
                "manual" => number(framework.counts.manual),
                "unread" => number(framework.counts.not_evaluated),
                _ => text(&framework.id),
            }
        }),
        RowId::Namespace(name) => Some(match column {
            "failing" => number(session.summary.failing_in(name.as_ref())),
            _ => text(name.as_deref().unwrap_or_default()),
        }),
        RowId::Context(name) => {
            let context = state.contexts.ready().into_iter().flatten().find(|context| context.name == *name);
            context.map(|context| match column {
                "cluster" => text(&context.cluster),
                "namespace" => text(context.namespace.as_deref().unwrap_or_default()),
                _ => text(&context.name),
            })
        }
        RowId::Node(name) => session.node(name).map(|node| match column {
            "roles" => text(&node.roles),
            "kubelet" => text(&node.version),
            "condition" => Value::Made(node.troubles.join(" ")),
            "looked at" => number(node.looks.len()),
            "fails" => number(node.failing),
            _ => text(&node.name),
        }),
        RowId::Gap(i) => session.report.as_deref().and_then(|report| report.gaps.get(*i)).map(|gap| match column {
            "namespace" => text(gap.namespace.as_deref().unwrap_or_default()),
            "why" => text(gap.reason.as_str()),
            "checks" => number(gap.checks.len()),
            _ => text(&gap.kind),
        }),
        _ => None,
    }
    .unwrap_or(Value::Text("", ""))
}

/// Numbers in it compare as numbers: `5.2.10` comes after `5.2.9`.
fn natural(text: &str) -> String {
    let mut padded = String::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let digits = part.chars().take_while(char::is_ascii_digit).count();
        padded.extend(std::iter::repeat_n('0', 6_usize.saturating_sub(digits).min(if digits > 0 { 6 } else { 0 })));
        padded.push_str(part);
    }
    padded
}

/// The part of a finding that alone decides a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// What its check says.
    Said,
    /// What its check says, and whether that is a failure.
    Controls,
    /// Its owner.
    Owner,
    /// Nothing that others share.
    Own,
}

fn part_of(column: &str) -> Part {
    match column {
        "severity" | "container" | "check" => Part::Said,
        "rule" | "frameworks" => Part::Controls,
        "namespace" | "resource" | "reach" | "team" | "age" => Part::Owner,
        _ => Part::Own,
    }
}

/// Values as they turn up, each with a number.
#[derive(Default)]
struct Numbering<'a> {
    numbers: HashMap<Value<'a>, usize>,
    distinct: Vec<Value<'a>>,
}

impl<'a> Numbering<'a> {
    fn number(&mut self, value: Value<'a>) -> usize {
        let distinct = &mut self.distinct;
        *self.numbers.entry(value).or_insert_with_key(|value| {
            distinct.push(value.clone());
            distinct.len() - 1
        })
    }

    /// Places of rows in their values' order, by the numbers of their values; equal ones keep their places.
    fn order(&self, numbered: &[usize], descending: bool) -> Vec<usize> {
        let count = self.distinct.len();
        let mut by_value: Vec<usize> = (0..count).collect();
        by_value.sort_unstable_by_key(|number| self.distinct.get(*number));
        if descending {
            by_value.reverse();
        }
        let mut rows_of = vec![0_usize; count];
        for number in numbered {
            if let Some(rows) = rows_of.get_mut(*number) {
                *rows += 1;
            }
        }
        // where the next row of each value goes
        let (mut places, mut next) = (vec![0; count], 0);
        for number in by_value {
            if let (Some(place), Some(rows)) = (places.get_mut(number), rows_of.get(number)) {
                (*place, next) = (next, next + rows);
            }
        }
        let mut order = vec![0; numbered.len()];
        for (row, number) in numbered.iter().enumerate() {
            let Some(place) = places.get_mut(*number) else { continue };
            if let Some(at) = order.get_mut(*place) {
                *at = row;
            }
            *place += 1;
        }
        order
    }
}

/// Rows in a column's order; those that are equal keep their places. Only what differs is compared: lists are long, and
/// names in them few.
pub(super) fn sorted<T: Clone>(rows: &[T], descending: bool, values: &[Value<'_>]) -> Vec<T> {
    let mut numbering = Numbering::default();
    let numbered: Vec<usize> = values.iter().map(|value| numbering.number(value.clone())).collect();
    numbering.order(&numbered, descending).into_iter().filter_map(|row| rows.get(row)).cloned().collect()
}

/// Findings, by their positions, in a column's order; those that are equal keep their places. What many findings share is
/// looked at once.
pub(super) fn sorted_findings(
    positions: &[usize],
    findings: &Findings,
    order: Order,
    facts: Option<&Facts>,
) -> Vec<usize> {
    let part = part_of(order.column);
    let (mut numbering, mut known) = (Numbering::default(), Vec::<Option<usize>>::new());
    let numbered: Vec<usize> = positions
        .iter()
        .map(|position| {
            let Some(finding) = findings.row(*position) else { return numbering.number(Value::Number(0)) };
            let shared = match part {
                Part::Said => Some(finding.said_number()),
                Part::Controls => {
                    Some(2 * finding.said_number() + usize::from(finding.status() == FindingStatus::Fail))
                }
                Part::Owner if std::ptr::eq(finding.owner(), finding.resource()) => Some(finding.owner_number()),
                Part::Owner | Part::Own => None,
            };
            let mut number = || numbering.number(of_finding(order.column, &finding, facts));
            match shared {
                Some(shared) => {
                    if known.len() <= shared {
                        known.resize(shared + 1, None);
                    }
                    known.get_mut(shared).map_or(0, |known| *known.get_or_insert_with(number))
                }
                None => number(),
            }
        })
        .collect();
    numbering.order(&numbered, order.descending).into_iter().filter_map(|row| positions.get(row)).copied().collect()
}

/// Findings, by their positions, in the order of their fingerprints, of which no two are the same.
pub(super) fn sorted_by_id<'a>(positions: &[usize], descending: bool, id: impl Fn(usize) -> &'a str) -> Vec<usize> {
    // most differ in their first letters
    let first =
        |id: &str| id.bytes().chain(std::iter::repeat(0)).take(8).fold(0_u64, |all, byte| all << 8 | u64::from(byte));
    let mut sorted: Vec<(u64, usize)> = positions.iter().map(|position| (first(id(*position)), *position)).collect();
    sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| id(a.1).cmp(id(b.1))));
    if descending {
        sorted.reverse();
    }
    sorted.into_iter().map(|(_, position)| position).collect()
}

/// Rows of a short list in a column's order. Headings and folds make no sense there: they go, or stay at the end.
pub(super) fn arranged(state: &State, pane: &PaneKind, rows: Vec<RowId>, order: Order) -> Vec<RowId> {
    let rows = rows.into_iter().filter(|row| !matches!(row, RowId::Section(..)));
    let is_last = |row: &RowId| matches!(row, RowId::LevelTwo(_) | RowId::MoreFrameworks);
    // a fold is no row: it stays at the end
    let (last, rows): (Vec<RowId>, Vec<RowId>) = rows.partition(is_last);
    let place = match pane {
        PaneKind::Found(question) => {
            let found = state.session.found.get(question).and_then(Load::ready);
            found.and_then(|found| found.columns.iter().position(|title| *title == order.column))
        }
        _ => None,
    };
    let values: Vec<Value<'_>> = rows
        .iter()
        .map(|row| match (pane, row, place) {
            (_, RowId::Found(cells), Some(place)) => cells.get(place).map_or(Value::Number(0), |text| cell(text)),
            (PaneKind::Found(question), RowId::Found(cells), None) => {
                let found = state.session.found.get(question).and_then(Load::ready);
                let fails = found.and_then(|found| found.row(cells)).and_then(|row| row.fails);
                let (worst, count) = fails.map_or((0, 0), |(worst, count)| (worst as i64 + 1, count));
                Value::Number(worst * 1_000_000 + i64::try_from(count).unwrap_or(0))
            }
            _ => of_row(state, row, order.column),
        })
        .collect();
    let mut sorted: Vec<RowId> = sorted(&rows, order.descending, &values);
    sorted.extend(last);
    sorted
}

/// Whether what is known of objects is needed for it.
pub(super) fn needs_facts(order: Option<Order>) -> bool {
    order.is_some_and(|order| order.column == "age")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_keep_their_places_both_ways() {
        let values = ["b", "a", "b", "a"].map(|text| Value::Text(text, ""));
        assert_eq!(sorted(&[0, 1, 2, 3], false, &values), [1, 3, 0, 2]);
        assert_eq!(sorted(&[0, 1, 2, 3], true, &values), [0, 2, 1, 3]);
    }

    #[test]
    fn numbers_in_cells_and_ids_are_numbers() {
        assert_eq!(cell("5d3h"), Value::Number(5 * 86_400 + 3 * 3600));
        assert_eq!((cell("x12"), cell("1,204")), (Value::Number(12), Value::Number(1204)));
        assert_eq!(cell("Web"), Value::Made("web".to_owned()));
        assert!(natural("5.2.9") < natural("5.2.10") && natural("CC6.1") < natural("CC10.1"));
    }
}
