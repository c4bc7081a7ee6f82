//! The table of settings: one line each for its name, type, doc, and what stands in a new file. The struct, the reader, the
//! JSON Schema and the file that `config init` writes are made from it.

use super::read::{Node, Reader};
use super::value::{
    Always, Columns, File, FrameworkId, Hotkeys, Keys, Named, Selectors, ThemeName, ThemeOrAuto, Timeout, Value, When,
};
use crate::inventory::{self, AllowedRegistry};
use std::collections::BTreeMap;

/// A line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in the file.
    pub name: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// What a new file shows.
    pub sample: Sample,
    /// Its JSON Schema.
    pub schema: fn() -> serde_json::Value,
}

/// What a new file shows of a setting.
#[derive(Clone, Copy, Debug)]
pub enum Sample {
    /// The value that is in force where nobody says anything.
    Default(&'static str),
    /// A value for the sake of example.
    Example(&'static str),
    /// A table: lines under a heading of their own.
    Lines(fn() -> Vec<String>),
}

macro_rules! settings {
    ($($name:literal $field:ident: $type:ty, $sample:expr, $doc:literal;)*) => {
        /// What a file says, or the part of it that is about one context; None: it does not say.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Settings { $(#[doc = $doc] pub $field: Option<$type>,)* }

        /// The table.
        pub static FIELDS: &[Field] = &[$(
            Field { name: $name, doc: $doc, sample: $sample, schema: <$type as Value>::schema },
        )*];

        impl Settings {
            /// Reads the value of a setting; false: there is none of this name.
            pub(super) fn read(&mut self, name: &str, node: &Node<'_>, reader: &mut Reader<'_>) -> bool {
                match name {
                    $($name => self.$field = <$type as Value>::read(node, reader),)*
                    _ => return false,
                }
                true
            }

            /// What these say, and where they say nothing what the base says.
            pub fn over(self, base: &Self) -> Self {
                Self { $($field: match (self.$field, &base.$field) {
                    (Some(own), Some(base)) => Some(own.over(base)),
                    (own, base) => own.or_else(|| base.clone()),
                },)* }
            }
        }
    };
}

use Sample::{Default as Is, Example, Lines};

settings! {
    "theme" theme: ThemeOrAuto, Is("\"auto\""),
        "How it looks: the name of a theme, or auto: by the background that the terminal tells of. Your own themes are files in themes/ beside this one.";
    "theme-dark" theme_dark: ThemeName, Is("\"dark\""),
        "The theme that auto takes on a dark background, and where the terminal does not say.";
    "theme-light" theme_light: ThemeName, Is("\"light\""),
        "The theme that auto takes on a light background.";
    "color" color: When, Is("\"auto\""),
        "Colours: auto (as the terminal, NO_COLOR and CLICOLOR say), always or never. --color goes before it.";
    "ascii" ascii: bool, Is("false"),
        "Draw with ASCII characters only. A locale that is not UTF-8 does so too.";
    "mouse" mouse: bool, Is("false"),
        "Heed the mouse: click selects, click again opens, the wheel scrolls. The terminal then needs shift to select text. :mouse on|off switches it.";
    "framework" framework: FrameworkId, Example("\"cis\""),
        "The framework that the overview lists first.";
    "namespaces" namespaces: Vec<String>, Example("[\"shop\", \"pay\"]"),
        "What is judged in a cluster where neither -n nor -A says it. The scope stands in the header and in every export.";
    "favourites" favourites: Vec<String>, Example("[\"shop\", \"pay\"]"),
        "Namespaces on the keys 1 to 9.";
    "read-only" read_only: Always, Is("true"),
        "Nothing is written to a cluster. There is no other way in this version.";
    "request-timeout" request_timeout: Timeout, Is("\"20s\""),
        "How long to wait for an answer of the API server. --request-timeout goes before it.";
    "allowed-registries" allowed_registries: Vec<AllowedRegistry>, Example("[\"ghcr.io/acme\", \"*.azurecr.io\"]"),
        "Registries that images may come from; without them a person decides. --allowed-registry goes before it.";
    "cluster-id" cluster_id: String, Example("\"prod-eu-1\""),
        "The cluster's id in ticket keys; else the UID of kube-system. Most useful under a context.";
    "waivers" waivers: File, Example("\"~/src/platform/waivers.yaml\""),
        "Failures that may stand: this file in place of waivers.yaml beside this one; in a git repository, others see them too. --waivers goes before it.";
    "attestations" attestations: File, Example("\"~/src/platform/attestations.yaml\""),
        "What people found of controls that are left to them: this file in place of attestations.yaml beside this one. --attestations goes before it.";
    "team-labels" team_labels: Vec<String>, Example("[\"team\", \"app.kubernetes.io/part-of\"]"),
        "Labels whose value names the team: of the workload, of its pods or of the namespace; the first that is there.";
    "platform" platform: Selectors, Lines(|| lines(&["namespaces = [\"monitoring\", \"ingress-*\"]", "labels = \"tier=platform\""])),
        "What belongs to the platform besides the components that plimsoll knows: folded into one line of the overview, counted like everything else. Namespaces (a star may end them) and labels must both hold where both are given; of several tables of this name one must.";
    "teams" teams: Named<Selectors>, Lines(|| lines(&["payments = { namespaces = [\"pay\", \"pay-*\"] }", "web = { labels = \"app.kubernetes.io/part-of=shop\" }"])),
        "Teams and what is theirs, before what labels say: for the column team, for :findings team=NAME, and for tickets.";
    "columns" columns: Columns, Lines(columns),
        "Columns of the tables, in the order in which they are shown.";
    "keys" keys: Keys, Lines(keys),
        "Keys of the actions: one or a list. What is named here replaces the action's keys; an empty list leaves it without.";
    "hotkeys" hotkeys: Hotkeys, Lines(|| lines(&["f2 = \"findings critical\"", "f3 = \"findings team=payments\""])),
        "Keys that run a command.";
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.iter().map(|item| format!("{item:?}")).collect::<Vec<_>>().join(", "))
}

fn columns() -> Vec<String> {
    let names = super::Names::known(&BTreeMap::new());
    names.tables.iter().map(|(table, columns)| format!("{table} = {}", list(columns))).collect()
}

fn keys() -> Vec<String> {
    let names = super::Names::known(&BTreeMap::new());
    let longest = names.actions.iter().map(|(name, keys, _)| name.len() + list(keys).len()).max().unwrap_or(0);
    let line = |(name, keys, help): &(String, Vec<String>, String)| {
        let keys = list(keys);
        let gap = " ".repeat(longest.min(48).saturating_sub(name.len() + keys.len()));
        format!("{name} = {keys}{gap}  # {help}")
    };
    names.actions.iter().map(line).collect()
}

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// For every context.
    pub everywhere: Settings,
    /// For one context, over that, by name.
    pub contexts: BTreeMap<String, Settings>,
}

impl Config {
    /// What holds in a context; None: no context, or one that nothing is said of.
    pub fn of(&self, context: Option<&str>) -> Settings {
        match context.and_then(|name| self.contexts.get(name)) {
            Some(own) => own.clone().over(&self.everywhere),
            None => self.everywhere.clone(),
        }
    }
}

impl Settings {
    /// What rules are given to go by.
    pub fn inventory(&self) -> inventory::Settings {
        let teams = self.teams.iter().flat_map(|Named(teams)| teams);
        inventory::Settings {
            allowed_registries: self.allowed_registries.clone().unwrap_or_default(),
            team_labels: self.team_labels.clone().unwrap_or_default(),
            teams: teams.map(|(name, Selectors(selectors))| (name.as_str().into(), selectors.clone())).collect(),
            platform: self.platform.clone().unwrap_or_default().0,
            max_age: inventory::MaxAge::default(),
        }
    }
}
