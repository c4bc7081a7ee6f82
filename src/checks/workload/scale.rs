//! How many pods a workload keeps, with its autoscaler.

use super::super::Cx;
use crate::inventory::kinds::limits::HorizontalPodAutoscaler;
use crate::inventory::{ControllerRow, Kind};

/// Workloads of a kind that are judged and that nothing else controls: what an operator makes is set in its own object.
pub(super) fn each<'a>(cx: &Cx<'a>, kind: Kind) -> impl Iterator<Item = &'a ControllerRow> + use<'a> {
    let inventory = cx.inventory;
    let rows = inventory.controllers_of(kind);
    rows.filter(move |row| row.meta.controller().is_none() && inventory.in_scope(kind, &row.meta))
}

/// How many pods a workload keeps.
pub(super) struct Scale<'a> {
    /// `spec.replicas`; absent is one.
    pub(super) replicas: i32,
    pub(super) autoscaler: Option<&'a HorizontalPodAutoscaler>,
}

impl<'a> Scale<'a> {
    pub(super) fn of(cx: &Cx<'a>, kind: Kind, row: &ControllerRow) -> Self {
        Self { replicas: row.replicas.unwrap_or(1), autoscaler: cx.scaling().autoscaler(kind, &row.meta) }
    }

    /// The fewest that it goes down to: with an autoscaler that one's floor, `spec.replicas` is only what it chose last.
    pub(super) fn least(&self) -> i32 {
        self.autoscaler.map_or(self.replicas, HorizontalPodAutoscaler::least)
    }

    /// Whether there are two or more, at the moment or whenever it is quiet.
    pub(super) fn is_replicated(&self) -> bool {
        self.replicas.max(self.least()) >= 2
    }
}
