//! The nodes: what they are, how they fare, and what is known of each.

use super::Box;
use crate::app::{Line, RowId, State, Tone};
use crate::inventory::nodes::{KubeletKnown, NodeRow};
use crate::ui::Theme;
use crate::ui::widgets::{Cell, Column, Table, piece, put};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const COLUMNS: &[Column] = &[
    Column::new("node", 12).grow(3),
    Column::new("roles", 13).drop(2),
    Column::new("kubelet", 11),
    Column::new("condition", 12).grow(2),
    Column::new("config", 8).drop(3),
    Column::new("looked at", 12).grow(1),
    Column::new("fails", 5).right().drop(1),
];

/// How many nodes, how many versions, and of how many something is known.
pub(super) fn summary(buffer: &mut Buffer, theme: &Theme, state: &State, area: Rect) {
    let nodes = &state.session.nodes;
    if nodes.is_empty() {
        return;
    }
    let count = |wanted: &dyn Fn(&NodeRow) -> bool| nodes.iter().filter(|node| wanted(node)).count();
    let mut words = vec![format!("{} nodes", nodes.len())];
    let (ready, skewed) = (count(&|node| node.ready == Some(true)), count(&|node| node.behind.is_some_and(|n| n != 0)));
    words.push(if ready == nodes.len() { "all ready".to_owned() } else { format!("{ready} ready") });
    if skewed > 0 {
        words.push(format!("{skewed} of another version than the API server"));
    }
    let known = count(&|node| !matches!(node.kubelet, KubeletKnown::No | KubeletKnown::Refused(_)));
    let (looked, stale) =
        (count(&|node| !node.looks.is_empty()), count(&|node| node.looks.iter().any(|look| look.stale)));
    let refused = count(&|node| matches!(node.kubelet, KubeletKnown::Refused(_)));
    let mut evidence = vec![match known {
        0 if refused > 0 => (Tone::Unread, format!("{refused} kubelets did not answer")),
        0 if state.session.target.kubelets => (Tone::Unread, "kubelets are being asked".to_owned()),
        0 => (Tone::Unread, "kubelets not asked (:kubelet)".to_owned()),
        n if n == nodes.len() => (Tone::Text, "all kubelets' configuration known".to_owned()),
        n => (Tone::Unread, format!("{n} kubelets' configuration known")),
    }];
    evidence.push((Tone::Dim, " · ".to_owned()));
    evidence.push(match looked {
        _ if state.session.collecting => (Tone::Notice, "the nodes are being looked at".to_owned()),
        0 => (Tone::Unread, "not looked at (:import, :collect)".to_owned()),
        n if n == nodes.len() => (Tone::Text, "all looked at".to_owned()),
        n => (Tone::Unread, format!("{n} looked at")),
    });
    if stale > 0 {
        evidence.push((Tone::Unread, format!(", {stale} too long ago to pass")));
    }
    let lines: [Line; 2] = [vec![(Tone::Strong, words.join(" · "))], evidence];
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        put(buffer, theme, (area.x + 1, y), area.width.saturating_sub(2), line);
    }
}

/// The list.
pub(super) fn nodes(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    at.title(buffer, "");
    if at.says_empty(buffer, "No node is known: they may not be listed, or the source holds none.") {
        return None;
    }
    let table = Table { columns: COLUMNS, pane: at.pane, focus: at.focus };
    table.draw(buffer, at.theme, at.layout, at.area, |i| {
        let node = match at.pane.rows.get(i) {
            Some(RowId::Node(name)) => at.state.session.node(name),
            _ => None,
        };
        node.map_or_else(|| Cell::Across(Line::new()), row)
    })
}

fn row(node: &NodeRow) -> Cell {
    let condition = match (node.troubles.as_slice(), node.ready) {
        ([], Some(true)) => (Tone::Text, "ready".to_owned()),
        ([], _) => (Tone::Unread, "unknown".to_owned()),
        (troubles, _) => (Tone::Fail, troubles.join(", ")),
    };
    let config = match node.kubelet {
        KubeletKnown::Asked => (Tone::Text, "asked"),
        KubeletKnown::Files => (Tone::Text, "by files"),
        KubeletKnown::Refused(_) => (Tone::Unread, "refused"),
        KubeletKnown::No => (Tone::Dim, "–"),
    };
    let looked = match node.looks.as_slice() {
        [] => (Tone::Dim, "–".to_owned()),
        [look, ..] if look.stale => (Tone::Unread, format!("stale: {}", look.age)),
        [look, ..] => (Tone::Text, look.age.clone()),
    };
    let mut version = vec![(Tone::Text, node.version.clone())];
    // minors behind the API server; d says it in words
    if let Some(behind) = node.behind.filter(|behind| *behind != 0) {
        version.push((Tone::Unread, format!(" {:+}", -behind)));
    }
    Cell::Cells(vec![
        piece(Tone::Strong, node.name.to_string()),
        piece(Tone::Text, node.roles.clone()),
        crate::ui::widgets::Piece::Text(version),
        piece(condition.0, condition.1),
        piece(config.0, config.1),
        piece(looked.0, looked.1),
        piece(Tone::Fail, if node.failing > 0 { node.failing.to_string() } else { String::new() }),
    ])
}
