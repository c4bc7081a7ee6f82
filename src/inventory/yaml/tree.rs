use super::{YamlError, scalar};
use crate::model::{FieldPath, ObjectRef, Step, flag_position};
use serde_json::{Map, Value};
use serde_saphyr::granit_parser::{self, Event, Marker, Parser, ScalarStyle, StructureStyle};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// How deep a document may nest, aliases included; Kubernetes objects nest about twenty deep.
const MAX_DEPTH: usize = 512;
/// How much aliases may add to a document: bytes of text, and 64 a node.
const ALIAS_BUDGET: usize = 16 << 20;

/// How many merge keys are looked through for one field.
const MERGES: usize = 10_000;

/// A document that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// Its value; null where it is empty.
    pub value: Value,
    /// What kubectl takes silently and a person should know: keys given twice.
    pub warnings: Vec<YamlError>,
}

/// Where a field stands in a document's text; lines and columns from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Line of the field's key, or of the list item.
    pub line: usize,
    /// Column of the key.
    pub column: usize,
    /// Line on which its value ends.
    pub end_line: usize,
    /// Column after its value.
    pub end_column: usize,
    /// Whether it is the field itself. False: the field is absent, this is the deepest thing that should hold it.
    pub exact: bool,
}

/// Reads one document as kubectl does: YAML 1.1 booleans, octals and null, merge keys, the last of two equal keys.
/// Lines and columns are those of the text.
pub fn parse(document: &str) -> Result<Parsed, YamlError> {
    let text = document.trim_start();
    if text.starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(Parsed { value, warnings: Vec::new() });
    }
    let tree = Tree::compose(document)?;
    let mut reader = Reader { tree: &tree, left: ALIAS_BUDGET, warnings: Vec::new() };
    let value = tree.root.map_or(Ok(Value::Null), |root| reader.value(root, 0, false))?;
    Ok(Parsed { value, warnings: reader.warnings })
}

/// Finds a field in a document's text; list items by merge key, else by index. None: the text is no YAML, or empty.
pub fn locate(document: &str, path: &FieldPath) -> Option<Span> {
    Positions::of(document)?.locate(path)
}

/// Where things stand in a document's text, for more than one question about it.
#[derive(Debug)]
pub struct Positions<'t>(Tree<'t>);

impl<'t> Positions<'t> {
    /// Of a document. None: it is no YAML.
    pub fn of(document: &'t str) -> Option<Self> {
        Tree::compose(document).ok().map(Self)
    }

    /// Finds a field, as [`locate`] does.
    pub fn locate(&self, path: &FieldPath) -> Option<Span> {
        let root = self.0.root?;
        let mut span = self.0.span(root, root)?;
        let mut here = root;
        for step in path.steps() {
            let Some((key, value)) = self.0.child(here, step) else { return Some(Span { exact: false, ..span }) };
            span = self.0.span(key, value)?;
            here = value;
        }
        Some(span)
    }

    /// Where an object stands in a document that is a list of objects; the root where it is none.
    pub fn object(&self, wanted: &ObjectRef) -> FieldPath {
        let items = FieldPath::of("items");
        let is_wanted = |index: &usize| {
            let text = |dotted: &str| {
                let id = self.0.find(&items.clone().index(*index).fields(dotted))?;
                self.0.text(id)
            };
            // items of a typed list may leave out their kind, manifests their namespace
            text("metadata.name") == Some(&*wanted.name)
                && text("kind").is_none_or(|kind| kind == &*wanted.kind)
                && text("metadata.namespace").is_none_or(|namespace| Some(namespace) == wanted.namespace.as_deref())
        };
        let count = match self.0.find(&items).and_then(|id| self.0.node(id)).map(|(_, node)| &node.content) {
            Some(Content::List(list)) => list.len(),
            _ => 0,
        };
        let found = (0..count).find(is_wanted);
        found.map_or_else(FieldPath::root, |index| items.clone().index(index))
    }
}

pub(super) type Id = usize;

/// A position: byte, line from 1, column from 0.
#[derive(Clone, Copy, Debug, Default)]
struct Point {
    byte: u32,
    line: u32,
    column: u32,
}

/// A position as 32 bits, to keep trees of large documents small; beyond 4 GiB positions are wrong, values are not.
fn short(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl From<Marker> for Point {
    fn from(marker: Marker) -> Self {
        Self { byte: short(marker.byte_offset().unwrap_or(0)), line: short(marker.line()), column: short(marker.col()) }
    }
}

#[derive(Debug)]
pub(super) enum Content<'t> {
    Scalar {
        text: Cow<'t, str>,
        plain: bool,
        tag: Tag,
    },
    List(Vec<Id>),
    Map(Vec<(Id, Id)>),
    /// The anchor's number.
    Alias(usize),
}

/// What a scalar's tag makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// None: its form decides.
    Resolve,
    /// `!!str`, or one that is not of YAML's own.
    Text,
    /// `!!bool`: what is written must be that.
    Bool,
    /// `!!int` or `!!float`.
    Number,
    /// `!!null`.
    Null,
}

#[derive(Debug)]
pub(super) struct Node<'t> {
    pub(super) content: Content<'t>,
    start: Point,
    end: Point,
}

/// A document's nodes, in an arena so that aliases are indexes.
#[derive(Debug)]
pub(super) struct Tree<'t> {
    nodes: Vec<Node<'t>>,
    anchors: HashMap<usize, Id>,
    root: Option<Id>,
}

impl<'t> Tree<'t> {
    /// Builds the tree from parser events.
    pub(super) fn compose(text: &'t str) -> Result<Self, YamlError> {
        let options = granit_parser::options! {
            emit_comments: false,
            // as libyaml, which kubectl's reader is a port of
            block_scalar_eof_without_line_feed: true,
        };
        let mut tree = Tree { nodes: Vec::new(), anchors: HashMap::new(), root: None };
        // collections that are open, with their children so far
        let mut open: Vec<Open> = Vec::new();
        let (mut in_flow, mut done) = (false, false);
        for event in Parser::new_from_str_with_options(text, options) {
            let (event, span) = event.map_err(|error| explain(text, &error))?;
            let (start, end) = (Point::from(span.start), Point::from(span.end));
            let mut end = end;
            let (content, anchor) = match event {
                Event::Scalar(value, style, anchor, tag) => {
                    if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
                        end = trimmed(text, start, end);
                    }
                    let tag = tag.map_or(Tag::Resolve, |tag| match tag.core_suffix() {
                        Some("bool") => Tag::Bool,
                        Some("int" | "float") => Tag::Number,
                        Some("null") => Tag::Null,
                        _ => Tag::Text,
                    });
                    (Content::Scalar { text: value, plain: style == ScalarStyle::Plain, tag }, anchor)
                }
                Event::Alias(anchor) => (Content::Alias(anchor), 0),
                Event::SequenceStart(style, anchor, _) => {
                    in_flow = style == StructureStyle::Flow;
                    (Content::List(Vec::new()), anchor)
                }
                Event::MappingStart(style, anchor, _) => {
                    in_flow = style == StructureStyle::Flow;
                    (Content::Map(Vec::new()), anchor)
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    tree.close(open.pop(), end);
                    continue;
                }
                Event::DocumentStart(..) if done => {
                    return Err(start.error("a second document begins here: expected one"));
                }
                Event::DocumentEnd => {
                    done = true;
                    continue;
                }
                _ => continue,
            };
            let opens = matches!(content, Content::List(_) | Content::Map(_));
            let id = tree.nodes.len();
            tree.nodes.push(Node { content, start, end });
            if anchor != 0 {
                tree.anchors.insert(anchor, id);
            }
            match open.last_mut() {
                Some(parent) => parent.children.push(id),
                None => tree.root = Some(id),
            }
            if opens {
                open.push(Open { id, flow: in_flow, children: Vec::new() });
            }
        }
        Ok(tree)
    }

    /// Gives a collection its children.
    fn close(&mut self, open: Option<Open>, end: Point) {
        let Some(Open { id, flow, children }) = open else { return };
        let last = children.last().and_then(|last| self.nodes.get(*last)).map(|node| node.end);
        let Some(node) = self.nodes.get_mut(id) else { return };
        // a flow collection ends with its bracket, a block collection with its last child
        node.end = last.filter(|_| !flow).unwrap_or(end);
        match &mut node.content {
            Content::List(list) => {
                *list = children;
                list.shrink_to_fit();
            }
            Content::Map(pairs) => {
                pairs.reserve_exact(children.len() / 2);
                let mut children = children.into_iter();
                while let (Some(key), Some(value)) = (children.next(), children.next()) {
                    pairs.push((key, value));
                }
            }
            Content::Scalar { .. } | Content::Alias(_) => {}
        }
    }

    /// A node, through an alias to what it stands for.
    pub(super) fn node(&self, id: Id) -> Option<(Id, &Node<'t>)> {
        let node = self.nodes.get(id)?;
        match &node.content {
            Content::Alias(anchor) => {
                let target = *self.anchors.get(anchor)?;
                Some((target, self.nodes.get(target)?))
            }
            _ => Some((id, node)),
        }
    }

    /// The outermost node.
    pub(super) fn root(&self) -> Option<Id> {
        self.root
    }

    /// Where a node itself begins: line and column from 1.
    pub(super) fn place(&self, id: Id) -> (usize, usize) {
        let start = self.nodes.get(id).map_or_else(Point::default, |node| node.start);
        (start.line as usize, start.column as usize + 1)
    }

    /// Where a node itself stands, in bytes.
    pub(super) fn range(&self, id: Id) -> Range<usize> {
        self.nodes.get(id).map_or(0..0, |node| node.start.byte as usize..node.end.byte as usize)
    }

    /// Text ranges, in bytes, of every scalar of a value; those of an alias stand at its anchor.
    pub(super) fn values(&self, id: Id) -> Vec<Range<usize>> {
        let (mut ranges, mut todo, mut seen) = (Vec::new(), vec![id], HashSet::new());
        while let Some(id) = todo.pop() {
            let Some((id, node)) = self.node(id) else { continue };
            if !seen.insert(id) {
                continue;
            }
            match &node.content {
                Content::Scalar { .. } => ranges.push(node.start.byte as usize..node.end.byte as usize),
                Content::List(items) => todo.extend(items),
                Content::Map(pairs) => todo.extend(pairs.iter().map(|(_, value)| *value)),
                Content::Alias(_) => {}
            }
        }
        ranges
    }

    /// From a key (or an item) to the end of its value.
    fn span(&self, key: Id, value: Id) -> Option<Span> {
        let (start, end) = (self.nodes.get(key)?.start, self.nodes.get(value)?.end);
        Some(Span {
            line: start.line as usize,
            column: start.column as usize + 1,
            end_line: end.line as usize,
            end_column: end.column as usize + 1,
            exact: true,
        })
    }

    /// One step down: the key (of an item: itself) and the value.
    fn child(&self, parent: Id, step: &Step) -> Option<(Id, Id)> {
        match step {
            Step::Field(name) | Step::Key(name) => self.entry(parent, name),
            Step::Item { index, key } => {
                let (_, node) = self.node(parent)?;
                let Content::List(items) = &node.content else { return None };
                let item = match key {
                    Some((key, wanted)) => items.iter().find(|item| {
                        self.entry(**item, key).is_some_and(|(_, value)| self.text(value) == Some(&**wanted))
                    })?,
                    None => items.get(*index)?,
                };
                Some((*item, *item))
            }
            Step::Flag { index, name } => {
                let (_, node) = self.node(parent)?;
                let Content::List(items) = &node.content else { return None };
                let item = *items.get(flag_position(items.iter().map(|item| self.text(*item)), *index, name)?)?;
                Some((item, item))
            }
        }
    }

    /// A mapping's entry by name: the last of equal keys, and what merge keys bring in their place.
    fn entry(&self, map: Id, name: &str) -> Option<(Id, Id)> {
        let mut left = MERGES;
        self.entry_within(map, name, 0, &mut left)
    }

    /// The same, while so many merge keys are left to be looked through: each may name the next one twice.
    fn entry_within(&self, map: Id, name: &str, depth: usize, left: &mut usize) -> Option<(Id, Id)> {
        let (_, node) = self.node(map)?;
        let Content::Map(pairs) = &node.content else { return None };
        for (key, value) in pairs.iter().rev() {
            if !self.is_merge(*key) {
                if self.text(*key) == Some(name) {
                    return Some((*key, *value));
                }
                continue;
            }
            *left = left.checked_sub(1)?;
            if depth >= MAX_DEPTH {
                continue;
            }
            let found = match &self.node(*value)?.1.content {
                Content::List(maps) => maps.iter().find_map(|map| self.entry_within(*map, name, depth + 1, left)),
                _ => self.entry_within(*value, name, depth + 1, left),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn is_merge(&self, key: Id) -> bool {
        matches!(self.nodes.get(key).map(|n| &n.content), Some(Content::Scalar { text, plain: true, .. }) if text == "<<")
    }

    /// A scalar's text.
    fn text(&self, id: Id) -> Option<&str> {
        match &self.node(id)?.1.content {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Follows a path to its value.
    pub(super) fn find(&self, path: &FieldPath) -> Option<Id> {
        path.steps().iter().try_fold(self.root?, |here, step| Some(self.child(here, step)?.1))
    }
}

/// A collection whose end was not read yet.
struct Open {
    id: Id,
    flow: bool,
    children: Vec<Id>,
}

impl Point {
    fn error(self, message: impl Into<String>) -> YamlError {
        YamlError { line: self.line as usize, column: self.column as usize + 1, message: message.into() }
    }
}

/// The end of a block scalar's last line that is not blank: the parser's end is where the next thing begins.
fn trimmed(text: &str, start: Point, end: Point) -> Point {
    let Some(value) =
        text.get(start.byte as usize..end.byte as usize).map(str::trim_end).filter(|value| !value.is_empty())
    else {
        return start;
    };
    let lines = value.matches('\n').count();
    let column = value.rsplit('\n').next().unwrap_or_default().chars().count();
    Point {
        byte: start.byte + short(value.len()),
        line: start.line + short(lines),
        column: short(column) + if lines == 0 { start.column } else { 0 },
    }
}

/// The parser's words, and a hint where the line looks like a template.
fn explain(text: &str, error: &granit_parser::ScanError) -> YamlError {
    let at = Point::from(*error.marker());
    let line = text.lines().nth((at.line as usize).saturating_sub(1)).unwrap_or_default();
    let template = if line.contains("{{") { "; the line looks like a template that was not rendered" } else { "" };
    at.error(format!("{}{template}", error.info()))
}

/// Turns a tree into JSON.
struct Reader<'a, 't> {
    tree: &'a Tree<'t>,
    /// What is left of [`ALIAS_BUDGET`].
    left: usize,
    warnings: Vec<YamlError>,
}

impl Reader<'_, '_> {
    fn value(&mut self, id: Id, depth: usize, aliased: bool) -> Result<Value, YamlError> {
        let Some(node) = self.tree.nodes.get(id) else { return Ok(Value::Null) };
        if depth > MAX_DEPTH {
            return Err(node
                .start
                .error(format!("nested more than {MAX_DEPTH} deep, or an alias inside its own anchor")));
        }
        if aliased {
            let cost = 64 + if let Content::Scalar { text, .. } = &node.content { text.len() } else { 0 };
            let left = self.left.checked_sub(cost);
            self.left = left.ok_or_else(|| node.start.error("aliases expand to more than 16 MiB"))?;
        }
        match &node.content {
            Content::Scalar { text, plain, tag } => {
                scalar_value(text, *plain, *tag).map_err(|message| node.start.error(message))
            }
            Content::Alias(anchor) => match self.tree.anchors.get(anchor) {
                Some(target) => self.value(*target, depth + 1, true),
                None => Err(node.start.error("an alias of an anchor that is not there")),
            },
            Content::List(items) => {
                let items = items.iter().map(|item| self.value(*item, depth + 1, aliased));
                items.collect::<Result<_, _>>().map(Value::Array)
            }
            Content::Map(pairs) => self.map(pairs, depth, aliased).map(Value::Object),
        }
    }

    fn map(&mut self, pairs: &[(Id, Id)], depth: usize, aliased: bool) -> Result<Map<String, Value>, YamlError> {
        let mut map = Map::new();
        // keys that a merge brought: to give them again is no mistake
        let mut merged = HashSet::new();
        for (key, value) in pairs {
            if self.tree.is_merge(*key) {
                for (key, value) in self.merge(*value, depth)? {
                    merged.insert(key.clone());
                    map.insert(key, value);
                }
                continue;
            }
            let start = self.tree.nodes.get(*key).map_or_else(Point::default, |node| node.start);
            let key = match self.value(*key, depth + 1, aliased)? {
                Value::String(text) => text,
                Value::Bool(value) => value.to_string(),
                Value::Number(number) => number.to_string(),
                Value::Null => return Err(start.error("a null key: expected a string")),
                _ => return Err(start.error("a list or mapping as a key: expected a string")),
            };
            let value = self.value(*value, depth + 1, aliased)?;
            let again = map.contains_key(&key) && !merged.contains(&key);
            if again {
                self.warnings.push(start.error(format!("key {key:?} is given twice: the last one counts")));
            }
            map.insert(key, value);
        }
        Ok(map)
    }

    /// What `<<` brings: a mapping, or a list of them of which the first wins.
    fn merge(&mut self, id: Id, depth: usize) -> Result<Map<String, Value>, YamlError> {
        let start = self.tree.nodes.get(id).map_or_else(Point::default, |node| node.start);
        let wrong = || start.error("a merge key takes a mapping or a list of mappings");
        match self.value(id, depth + 1, true)? {
            Value::Object(map) => Ok(map),
            Value::Array(maps) => {
                let mut all = Map::new();
                for map in maps.into_iter().rev() {
                    let Value::Object(map) = map else { return Err(wrong()) };
                    all.extend(map);
                }
                Ok(all)
            }
            _ => Err(wrong()),
        }
    }
}

fn scalar_value(text: &str, plain: bool, tag: Tag) -> Result<Value, String> {
    if tag == Tag::Text || (tag == Tag::Resolve && !plain) {
        return Ok(Value::String(text.to_owned()));
    }
    let value = scalar::plain(text).ok_or_else(|| format!("{text} is no number that JSON has"))?;
    let matches = match tag {
        Tag::Bool => value.is_boolean(),
        Tag::Number => value.is_number(),
        Tag::Null => value.is_null(),
        Tag::Resolve | Tag::Text => true,
    };
    if matches { Ok(value) } else { Err(format!("{text:?} is not what its tag says")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(text: &str) -> Value {
        parse(text).unwrap().value
    }

    #[test]
    fn scalars_and_collections() {
        let text = "a: yes\nb: 'yes'\nc: [0644, ~, \"x\"]\nd: !!str 12\ne: |\n  one\n  two\nf:\n1: x\n";
        let wanted =
            json!({"a": true, "b": "yes", "c": [420, null, "x"], "d": "12", "e": "one\ntwo\n", "f": null, "1": "x"});
        assert_eq!(value(text), wanted);
        assert_eq!(value("{\"a\": \"yes\"}"), json!({"a": "yes"}), "JSON is taken as JSON");
        assert_eq!(value(""), Value::Null);
        assert_eq!(value("a: |\n  x"), json!({"a": "x"}), "no line feed is made up at the end of the text");
        assert_eq!(value("a: 1\r\nb: |\r\n  x\r\n"), json!({"a": 1, "b": "x\n"}));
    }

    #[test]
    fn the_last_of_two_keys_counts_and_is_named() {
        let parsed = parse("a: 1\nb: 2\na: 3\n").unwrap();
        assert_eq!(parsed.value, json!({"a": 3, "b": 2}));
        assert_eq!(parsed.warnings.len(), 1);
        assert_eq!((parsed.warnings[0].line, parsed.warnings[0].column), (3, 1));
    }

    #[test]
    fn anchors_aliases_and_merge_keys() {
        let text = "base: &base {a: 1, b: 2}\nx:\n  <<: *base\n  b: 3\nw: *base\nz:\n  <<: [{c: 1}, {c: 2}]\n";
        let wanted = json!({"base": {"a": 1, "b": 2}, "x": {"a": 1, "b": 3}, "w": {"a": 1, "b": 2}, "z": {"c": 1}});
        let parsed = parse(text).unwrap();
        assert_eq!(parsed.value, wanted);
        assert!(parsed.warnings.is_empty(), "overriding what was merged is no mistake");
    }

    /// Each anchor stands for ten of the one before: what is short on paper is endless.
    #[test]
    fn what_grows_without_measure_is_refused() {
        let level = |n: usize, item: &str, join: &str| {
            let before = (0..10).map(|_| format!("*a{}", n - 1)).collect::<Vec<_>>().join(", ");
            format!("a{n}: &a{n} {}\n", item.replace("{}", &before)) + join
        };
        let lists: String = (1..30).map(|n| level(n, "[{}]", "")).collect();
        let error = parse(&format!("a0: &a0 [x, x]\n{lists}")).unwrap_err();
        assert!(error.message.contains("16 MiB"), "{error:?}");

        let merges: String = (1..30).map(|n| level(n, "{<<: [{}]}", "")).collect();
        let text = format!("a0: &a0 {{x: 1}}\n{merges}");
        assert!(parse(&text).unwrap_err().message.contains("16 MiB"));
        // the position of a field that is nowhere is looked for, and not for ever
        let span = locate(&text, &FieldPath::of("a29.nowhere")).unwrap();
        assert!(!span.exact && span.line == 30);

        for deep in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000), "? ".repeat(20_000)] {
            // in flow it may be cut before it is too deep; either way it is an error, and no stack ends
            assert!(parse(&deep).is_err());
        }
        let own = "a: &a {b: *a}\nc: &c\n  <<: *c\n  d: 1\n";
        assert!(parse(own).unwrap_err().message.contains("deep"));
        assert!(locate(own, &FieldPath::of("c.nowhere")).is_some());
    }

    /// Expected values are what `kubectl label --local -o json` of 1.36 printed for the same text.
    #[test]
    fn oddities_as_kubectl_reads_them() {
        let text = "a: yes\nb: 0644\nc: 0o17\ne: 1e3\nh: 2001-12-14\ni: 12:30:45\nj: y\nl: 089\nn: &x {p: 1, q: 2}\n\
                    o: {<<: *x, q: 3}\np: {q: 3, <<: *x}\nq: >-\n  folded\n  text\nr: |+\n  keep\n\ns: \"\\x41\\u00e9\"\n\
                    1: int\n2.5: float\nyes: bool\naa: 0b12\nab: 1e400\nac: \"yes\"\nad: '<<'\naf: [a, b: c]\nag: 1.\n\
                    ai: 0o9\naj: !foo bar\nx: 1.0\nak: 123456789012345678901234567890\n";
        let wanted = json!({
            "a": true, "b": 420, "c": 15, "e": 1000, "h": "2001-12-14", "i": "12:30:45", "j": true, "l": 89,
            "false": {"p": 1, "q": 2}, "o": {"p": 1, "q": 3}, "p": {"p": 1, "q": 2}, "q": "folded text", "r": "keep\n\n",
            "s": "Aé", "1": "int", "2.5": "float", "true": "bool", "aa": "0b12", "ab": "1e400", "ac": "yes", "ad": "<<",
            "af": ["a", {"b": "c"}], "ag": 1, "ai": "0o9", "aj": "bar", "x": 1, "ak": 1.2345678901234568e29,
        });
        assert_eq!(value(text), wanted);
    }

    #[test]
    fn bombs_and_loops_are_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..10 {
            let items = vec![format!("*a{}", i - 1); 10].join(", ");
            bomb += &format!("a{i}: &a{i} [{items}]\n");
        }
        assert!(parse(&bomb).unwrap_err().message.contains("16 MiB"));
        assert!(parse("&a [*a]").unwrap_err().message.contains("deep"));
        assert!(parse("&a {<<: *a}").is_err());
        assert_eq!(locate("&a {<<: *a}", &FieldPath::of("x")).map(|s| s.exact), Some(false));
        assert!(parse(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn errors_have_a_place_and_an_expectation() {
        for (text, line) in
            [("a: 1\nb: [1\nc: 2\n", 3), ("a:\n\t- x\n", 2), ("a: {{ .Values.x }}\n", 1), ("- a\nb: c\n", 2)]
        {
            let error = parse(text).unwrap_err();
            assert!(error.line <= line + 1 && error.column >= 1 && !error.message.is_empty(), "{text:?}: {error}");
        }
        assert!(parse("a: 1\n---\nb: 2\n").unwrap_err().message.contains("second document"));
        let helm = parse("{{- if .Values.x }}\na: 1\n{{- end }}\n").unwrap_err();
        assert!(helm.message.contains("template"), "{helm}");
    }

    const POD: &str = "\
kind: Pod
metadata:
  labels: {app.kubernetes.io/name: web, tier: a}
spec:
  # two containers
  containers:
  - image: b
    name: b
    securityContext:
      privileged: true
  - name: a
    args:
    - |
      one
      two
    command: [\"x\",
      \"y\"]
";

    fn place(path: &FieldPath) -> (usize, usize, usize, usize, bool) {
        let span = locate(POD, path).unwrap();
        (span.line, span.column, span.end_line, span.end_column, span.exact)
    }

    #[test]
    fn fields_are_found_by_merge_key_before_index() {
        let container = |name: &str| FieldPath::of("spec.containers").named(0, name);
        assert_eq!(place(&container("b").fields("securityContext.privileged")), (10, 7, 10, 23, true));
        assert_eq!(place(&container("b")), (7, 5, 10, 23, true));
        assert_eq!(place(&container("a").fields("args").index(0)), (14, 7, 15, 10, true));
        assert_eq!(place(&container("a").fields("command")), (16, 5, 17, 11, true));
        assert_eq!(place(&FieldPath::of("metadata.labels").key("app.kubernetes.io/name")), (3, 12, 3, 39, true));
        assert_eq!(place(&FieldPath::of("spec")), (4, 1, 17, 11, true));
    }

    #[test]
    fn an_absent_field_is_placed_at_what_should_hold_it() {
        let path = FieldPath::of("spec.containers").named(0, "a").fields("securityContext.privileged");
        assert_eq!(place(&path), (11, 5, 17, 11, false));
        assert_eq!(place(&FieldPath::of("spec.containers").named(0, "gone")), (6, 3, 17, 11, false));
        assert_eq!(place(&FieldPath::of("status.phase")), (1, 1, 17, 11, false));
        assert_eq!(locate("", &FieldPath::root()), None);
    }

    #[test]
    fn objects_are_found_in_lists() {
        let text = "kind: List\nitems:\n- kind: A\n  metadata: {name: x}\n- kind: B\n  metadata: {name: x, namespace: n}\n  y: 1\n";
        let positions = Positions::of(text).unwrap();
        let base = positions.object(&ObjectRef::new("v1", "B", Some("n"), "x"));
        assert_eq!(positions.locate(&base.fields("metadata.name")).map(|s| s.line), Some(6));
        assert!(positions.object(&ObjectRef::new("v1", "C", None, "x")).is_root());
    }

    #[test]
    fn merged_fields_are_found_where_they_are_written() {
        let text = "base: &b\n  x: 1\npod:\n  <<: *b\n  y: 2\n";
        let span = locate(text, &FieldPath::of("pod.x")).unwrap();
        assert_eq!((span.line, span.column), (2, 3));
    }
}
