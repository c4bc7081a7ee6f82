//! What a user can do: one table for keys, footer, help and, later, palette and configuration.
//!
//! To add an action: a line in the table, a function in a file here that does it, and one that says when it can.

mod copy;
mod decide;
mod look;
mod marks;
mod moves;
mod program;
mod read;
mod scan;
mod sort;

use super::rows::PaneKind;
use super::{Effect, Key, State, View, activity};

pub(super) use copy::{export_to, save_to, take};
pub(super) use decide::{close, prepared, recorded, typed, undone};
pub(super) use marks::words as marked_words;
pub(super) use moves::scroll;
pub(super) use read::{found_at, look_for};
pub(super) use scan::{demo, rescan, switch_namespace};

/// Where an action applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// Everywhere.
    Anywhere,
    /// In lists.
    List,
    /// Where a finding is selected or shown.
    Finding,
    /// In texts: YAML, explanations, help.
    Text,
}

impl Context {
    /// The heading in the help.
    pub fn title(self) -> &'static str {
        match self {
            Self::Anywhere => "Everywhere",
            Self::List => "Lists",
            Self::Finding => "Findings",
            Self::Text => "Moving, in lists and texts",
        }
    }

    /// All of them, as the help lists them.
    pub const ALL: [Context; 4] = [Self::List, Self::Finding, Self::Anywhere, Self::Text];
}

/// A line of the table.
#[derive(Debug)]
pub struct Entry {
    /// Which action.
    pub action: Action,
    /// Where it applies.
    pub contexts: &'static [Context],
    /// Its default keys, by name.
    pub keys: &'static [&'static str],
    /// Its word in the footer; empty: not shown there.
    pub label: &'static str,
    /// Its line in the help.
    pub help: &'static str,
    /// Does it.
    pub run: fn(&mut State, Key) -> Vec<Effect>,
    /// Whether it would do anything now.
    pub can: fn(&State) -> bool,
}

macro_rules! actions {
    ($($action:ident $contexts:tt $keys:tt $label:literal $help:literal $run:path, $can:path;)*) => {
        /// Something a user can do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action { $(#[doc = $help] $action),* }

        /// The table, in the order of footer and help.
        pub static ACTIONS: &[Entry] = {
            use Context::*;
            &[$(Entry {
                action: Action::$action, contexts: &$contexts, keys: &$keys, label: $label, help: $help,
                run: $run, can: $can,
            }),*]
        };
    };
}

actions! {
    // action     where            keys                          footer      help
    Open          [List]           ["enter", "right", "l"]       "open"      "Open what is selected"                         look::open, look::can_open;
    StopRead      [List]           ["x"]                         "stop reading" "Stop reading the kind"                     activity::stop, activity::can_stop;
    Back          [Anywhere]       ["esc", "q", "left", "h"]     "back"      "Clear the filter, else go back"                look::back, look::can_back;
    HistoryBack   [Anywhere]       ["["]                         ""          "The command before, as in k9s"                 program::history_back, program::has_history_back;
    HistoryOn     [Anywhere]       ["]"]                         ""          "The command after it"                          program::history_on, program::has_history_on;
    LastPlace     [Anywhere]       ["-"]                         ""          "The last command, and back again"              program::last_place, program::has_last_place;
    Attest        [Anywhere]       ["A"]                         "attest"    "Attest what is left to a person"              decide::attest, decide::can_attest;
    Yaml          [Finding]        ["y"]                         "yaml"      "The resource's YAML, the field marked"         look::yaml, look::can_yaml;
    Explain       [List, Finding]  ["d"]                         "explain"   "Explain: what was read, expected, why"         look::explain, look::can_explain;
    Search        [Text]           ["/"]                         "search"    "Search in the text"                            read::search, read::on_text;
    NextMatch     [Text]           ["n"]                         "next found" "The next place where it stands"               read::next_match, read::is_searching;
    Fold          [Text]           ["z"]                         ""          "Fold the block at the cursor, or open it"      read::fold, read::can_fold;
    SwitchFix     [Finding]        ["v"]                         "diff/yaml" "Show the fix as a diff, a patch, or the whole resource" look::switch_fix,  look::can_switch_fix;
    CopyFix       [Finding]        ["C"]                         "copy fix"  "Copy the fix as a patch in YAML"               copy::fix,         copy::can_fix;
    CopyCommand   [Finding]        ["K"]                         ""          "Copy the kubectl command that applies the fix" copy::command,     copy::can_command;
    CopyDiff      [Finding]        ["U"]                         ""          "Copy the fix as a unified diff"                copy::diff,        copy::can_diff;
    CopyWhole     [Finding]        ["Y"]                         ""          "Copy the whole resource with the fix in it"    copy::whole,       copy::can_whole;
    ColumnOn      [List]           ["shift-right", ">"]          ""          "The next column to sort by"                    sort::column_on, sort::can_sort;
    ColumnBack    [List]           ["shift-left", "<"]           ""          "The column before it"                          sort::column_back, sort::can_sort;
    Sort          [List]           ["O"]                         ""          "Sort by that column; again: the other way round; again: as it was" sort::sort, sort::can_sort;
    Wide          [List]           ["ctrl-w"]                    ""          "Wide: age, rule, frameworks and other further columns" sort::wide, moves::on_list;
    Waive         [Finding, List]  ["W"]                         "waive"     "Waive: let the failure stand, with reason and expiry" decide::waive, decide::can_waive;
    Pods          [Finding]        ["P"]                         "pods"      "The pods of its owner, with node and age"      look::pods, look::has_pods;
    Edit          [Finding]        ["e"]                         "edit copy" "Open a copy with the fix in it in your editor"  copy::edit,        look::has_finding;
    Reach         [Finding]        ["r"]                         "reach"     "Who reaches it, what it runs as and may do, where it connects to" look::reach, look::can_reach;
    Object        [Finding]        ["o"]                         "its others" "Everything found about the same object"         look::object, look::has_others;
    Undo          [Anywhere]       ["u"]                         "undo"      "Take the last waiver or attestation back"      decide::undo, decide::can_undo;
    NextFinding   [Finding]        ["}"]                         "next"      "The next finding of the list below"            look::next, look::on_finding;
    LastFinding   [Finding]        ["{"]                         ""          "The finding before"                            look::previous, look::on_finding;
    Demo          [Anywhere]       ["D"]                         "demo"      "Look at the demo cluster"                      scan::demo, scan::can_demo;
    Login         [Anywhere]       ["L"]                         "log in"    "Run the login program of this context here"    scan::login, scan::can_login;
    NextBox       [Anywhere]       ["tab"]                       "next box"  "The next box"                                  moves::next_box, moves::has_boxes;
    LastBox       [Anywhere]       ["shift-tab"]                 ""          "The box before"                                moves::last_box, moves::has_boxes;
    Filter        [List]           ["/"]                         "filter"    "Filter: words that must occur, !word that must not" program::filter, moves::on_list;
    LastMatch     [Text]           ["N"]                         ""          "The place before"                              read::last_match, read::is_searching;
    Outline       [Text]           ["Z"]                         ""          "Fold all but the way to the field at fault; open all" read::outline, read::has_document;
    ManagedFields [Text]           ["m"]                         "managed"   "Show or hide managedFields"                    read::managed, read::has_managed;
    Worst         [Anywhere]       ["H"]                         "crit+high" "Every critical and high finding"               look::worst, look::can_worst;
    Command       [Anywhere]       [":"]                         "command"   "Type a command"                                program::command, program::always;
    Palette       [Anywhere]       ["ctrl-p"]                    ""          "Everything that can be done or gone to, by a few letters" program::palette, program::always;
    Mark          [List]           ["space"]                     "mark"      "Mark the row: saving, copying and waiving go by the marks" marks::mark, marks::can_mark;
    MarkRange     [List]           ["ctrl-space"]                ""          "Mark all from the row that was marked last"    marks::range, marks::can_mark;
    ClearMarks    [List]           ["ctrl-\\", "ctrl-4"]         ""          "Take all marks away"                           marks::clear, marks::has_marks;
    CopyTable     [List]           ["M"]                         "table"     "Copy the marked rows as a Markdown table"      copy::table, marks::has_marks;
    Failures      [List]           ["ctrl-z"]                    "failures"  "Failures only, or everything"                  look::failures, look::has_report;
    Export        [Anywhere]       ["ctrl-s"]                    "csv"       "Save what the list shows as CSV"               copy::export, look::has_report;
    Rescan        [Anywhere]       ["ctrl-r"]                    "rescan"    "Read everything again"                         scan::rescan, scan::can_rescan;
    Freeze        [Anywhere]       ["F"]                         ""          "Hold the screen as it is, or let it go on"     scan::freeze, scan::can_freeze;
    Analyse       [List]           ["a"]                         "who answers" "Gap analysis: what is checked, collected, left to others" look::analyse, look::can_analyse;
    CopyName      [List, Finding, Text]  ["c"]                         "copy"      "Copy the name"                                 copy::name, copy::has_name;
    CopyNamespace [Finding]        ["n"]                         ""          "Copy the namespace"                            copy::namespace, copy::has_namespace;
    Role          [Anywhere]       ["R"]                         "role"      "The role to ask for, as YAML"                  look::role, look::can_role;
    Platform      [Anywhere]       ["p"]                         ""          "What platform components fail"                 look::platform, look::can_platform;
    Namespace     [Anywhere]       ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] "" "0 all namespaces, 1-9 favourites (:ns lists them)" scan::numbered, scan::has_namespaces;
    Down          [Text, List]     ["down", "j"]                 ""          "Down"                                          moves::down, program::always;
    Up            [Text, List]     ["up", "k"]                   ""          "Up"                                            moves::up, program::always;
    PageDown      [Text, List]     ["ctrl-f", "pgdn"]            ""          "A page down"                                   moves::page_down, program::always;
    PageUp        [Text, List]     ["ctrl-b", "pgup"]            ""          "A page up"                                     moves::page_up, program::always;
    HalfDown      [Text, List]     ["ctrl-d"]                    ""          "Half a page down (never deletes)"              moves::half_down, program::always;
    HalfUp        [Text, List]     ["ctrl-u", "ctrl-k"]          ""          "Half a page up (never kills)"                  moves::half_up, program::always;
    Top           [Text, List]     ["g", "home"]                 ""          "To the top"                                    moves::top, program::always;
    Bottom        [Text, List]     ["G", "end"]                  ""          "To the end"                                    moves::bottom, program::always;
    Requests      [Anywhere]       ["@"]                         ""          "The requests that were made, as kubectl lines" activity::requests, activity::can_requests;
    Help          [Anywhere]       ["?"]                         "help"      "Keys and commands"                             look::help, program::always;
    Quit          [Anywhere]       ["ctrl-c"]                    ""          "Leave"                                         program::quit, program::always;
}

impl Action {
    /// Its name in the configuration: `copy-fix`.
    pub fn name(self) -> String {
        let mut name = String::new();
        for c in format!("{self:?}").chars() {
            if c.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.extend(c.to_lowercase());
        }
        name
    }

    /// The action of this name.
    pub fn named(name: &str) -> Option<Self> {
        ACTIONS.iter().map(|entry| entry.action).find(|action| action.name() == name)
    }
}

/// Contexts of the current screen and selection.
pub fn contexts(state: &State) -> Vec<Context> {
    let mut contexts = vec![Context::Anywhere];
    match state.pane().map(|pane| &pane.kind) {
        Some(kind) if kind.is_list() => contexts.push(Context::List),
        Some(_) => contexts.push(Context::Text),
        None => {}
    }
    if state.current().is_some() {
        contexts.push(Context::Finding);
    }
    contexts
}

/// The actions that would do something now, in the order of the table.
pub fn available(state: &State) -> impl Iterator<Item = &'static Entry> + '_ {
    let contexts = contexts(state);
    ACTIONS.iter().filter(move |entry| entry.contexts.iter().any(|c| contexts.contains(c)) && (entry.can)(state))
}

/// Carries out the action or the command of a key; a key without one does nothing.
pub fn press(state: &mut State, key: Key) -> Vec<Effect> {
    let actions = state.preferences().keys.actions(key);
    // a key may mean one thing in lists and another in texts
    let entry = available(state).find(|entry| actions.contains(&entry.action));
    match (entry, actions.first().copied()) {
        (Some(entry), _) => (entry.run)(state, key),
        (None, Some(Action::Back)) => {
            state.say(format!("This is the first screen; {} or :q leaves.", state.key(Action::Quit)));
            Vec::new()
        }
        // In texts the key that marks rows turns the page, as in pagers.
        (None, Some(Action::Mark)) if state.pane().is_some_and(|pane| !pane.kind.is_list()) => {
            run(state, Action::PageDown)
        }
        (None, Some(action)) => {
            if let Some(why) = decide::why_not(state, action) {
                state.say(why);
            }
            Vec::new()
        }
        (None, None) => {
            let hotkeys = &state.preferences().hotkeys;
            let command = hotkeys.iter().find(|(hotkey, _)| *hotkey == key).map(|(_, command)| command.clone());
            command.map_or_else(Vec::new, |command| super::commands::run(state, &command))
        }
    }
}

/// Carries out an action that would do something now.
pub fn run(state: &mut State, action: Action) -> Vec<Effect> {
    let entry = available(state).find(|entry| entry.action == action);
    let key = state.preferences().keys.of(action).first().copied();
    entry.map_or_else(Vec::new, |entry| (entry.run)(state, key.unwrap_or(Key::plain(super::Code::Enter))))
}

/// Why an action would do nothing now; None: it would do something.
pub(super) fn why_not(state: &State, entry: &Entry) -> Option<String> {
    let here = contexts(state);
    let applies = entry.contexts.iter().any(|context| here.contains(context));
    if applies && (entry.can)(state) {
        return None;
    }
    let why = match entry.contexts.first() {
        _ if applies => match decide::why_not(state, entry.action) {
            Some(why) => return Some(why),
            None => "nothing here that it could act on",
        },
        Some(Context::Finding) => "no finding is selected or shown",
        Some(Context::List) => "no list has the focus",
        Some(Context::Text) => "no text is shown",
        Some(Context::Anywhere) | None => "nothing here that it could act on",
    };
    Some(why.to_owned())
}

/// Whether the fix is on screen.
fn shows_fix(state: &State) -> bool {
    matches!(state.screen().view, View::Finding(_))
        && state.screen().panes.iter().any(|pane| matches!(pane.kind, PaneKind::Fix(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn every_key_has_one_meaning_and_a_name_that_reads_back() {
        // the same habit in lists and in texts, and of vim where something is looked for
        const SHARED: [&str; 2] = ["/", "n"];
        let mut seen = HashMap::new();
        for entry in ACTIONS {
            assert!(!entry.keys.is_empty() && !entry.help.is_empty(), "{:?}", entry.action);
            for key in entry.keys {
                assert_eq!(key.parse::<Key>().unwrap().to_string(), *key);
                let before = seen.insert(key, entry.action);
                assert!(before.is_none() || SHARED.contains(key), "{key} is bound twice");
            }
        }
    }

    #[test]
    fn the_keys_that_delete_elsewhere_only_scroll() {
        for (key, action) in [("ctrl-d", Action::HalfDown), ("ctrl-k", Action::HalfUp)] {
            assert_eq!(ACTIONS.iter().find(|e| e.keys.contains(&key)).unwrap().action, action);
        }
    }
}
