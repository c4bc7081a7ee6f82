//! What is done about nodes: their kubelets asked, evidence taken, a look at them from inside.

use super::rows::TextKind;
use super::{Code, Effect, Imported, Key, Origin, State, View, actions};
use std::path::PathBuf;
use std::sync::Arc;

/// `:nodes`
pub(super) fn list(state: &mut State, _: &str) -> Option<Vec<Effect>> {
    Some(state.push(View::Nodes))
}

fn again(state: &mut State) -> Vec<Effect> {
    actions::rescan(state, Key::plain(Code::Enter))
}

/// `:kubelet`, and `:kubelet off`
pub(super) fn kubelet(state: &mut State, argument: &str) -> Option<Vec<Effect>> {
    let on = match argument {
        "" | "on" => true,
        "off" => false,
        _ => return None,
    };
    if state.session.target.origin != Origin::Cluster {
        state.say("There are no kubelets to ask here: this is no cluster that runs.");
        return Some(Vec::new());
    }
    state.session.target.kubelets = on;
    let effects = again(state);
    state.say(if on {
        "Every kubelet is asked for its configuration: get nodes/proxy. :kubelet off ends it."
    } else {
        "Kubelets are no longer asked."
    });
    Some(effects)
}

/// `:import PATH [NODE]`
pub(super) fn import(_: &mut State, arguments: &str) -> Option<Vec<Effect>> {
    let (path, node) = path_and_rest(arguments)?;
    Some(vec![Effect::Import(path, node)])
}

/// A path as a terminal pastes it when a file is dragged in: quoted, or with its blanks escaped; and what follows.
fn path_and_rest(text: &str) -> Option<(PathBuf, Option<Arc<str>>)> {
    let text = text.trim();
    let (mut path, mut quote, mut rest) = (String::new(), None, "");
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('\\', None) => path.extend(chars.next().map(|(_, c)| c)),
            (c, None) if c.is_whitespace() => {
                rest = text.get(at..).unwrap_or_default().trim();
                break;
            }
            (c, _) => path.push(c),
        }
    }
    let path = path.strip_prefix("file://").map(str::to_owned).unwrap_or(path);
    let node = (!rest.is_empty()).then(|| rest.into());
    (!path.is_empty() && quote.is_none() && !rest.contains(char::is_whitespace)).then(|| (path.into(), node))
}

/// Takes what was seen on nodes, and reads everything again with it.
pub(super) fn take(state: &mut State, imported: Imported, failed: &[String]) -> Vec<Effect> {
    let Imported { path, node, nodes } = imported;
    let evidence = &mut state.session.target.evidence;
    evidence.retain(|(known, _)| *known != path);
    evidence.push((path, node));
    let effects = again(state);
    let names = match nodes.as_slice() {
        [] => "of no node".to_owned(),
        [one] => format!("of {one}"),
        [one, .., last] => format!("of {} nodes, {one} to {last}", nodes.len()),
    };
    let failed = if failed.is_empty() { String::new() } else { format!(" Nothing came of others: {}", few(failed)) };
    state.say(format!("Taken: what was seen {names}. :nodes shows it.{failed}"));
    effects
}

/// The first of several sentences, and how many more there are; what is left in the cluster is always told.
fn few(said: &[String]) -> String {
    if let Some(left) = said.iter().find(|line| line.contains("kubectl delete namespace")) {
        return left.clone();
    }
    match said {
        [first, rest @ ..] if !rest.is_empty() => format!("{first}; and {} more", rest.len()),
        _ => said.concat(),
    }
}

/// `:collect IMAGE`, and `:collect IMAGE apply`
pub(super) fn collect(state: &mut State, arguments: &str) -> Option<Vec<Effect>> {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let (image, apply) = match words.as_slice() {
        [image] => (*image, false),
        [image, "apply"] => (*image, true),
        _ => return None,
    };
    if !apply {
        return Some(state.push(View::Text(TextKind::Collector(image.into()))));
    }
    if state.session.target.origin != Origin::Cluster {
        state.say("There are no nodes to look at here: this is no cluster that runs.");
        return Some(Vec::new());
    }
    if !matches!(&state.screen().view, View::Text(TextKind::Collector(shown)) if **shown == *image) {
        // nothing is created that was not shown
        let effects = state.push(View::Text(TextKind::Collector(image.into())));
        state.say(format!("This is what would be created. :collect {image} apply, once more, creates it."));
        return Some(effects);
    }
    if state.session.collecting {
        state.say("The nodes are being looked at already.");
        return Some(Vec::new());
    }
    state.session.collecting = true;
    state.say("The nodes are being looked at; what was created is removed at the end, also where you leave meanwhile.");
    Some(vec![Effect::Collect(state.session.target.clone(), image.to_owned())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_as_terminals_paste_them() {
        let read = |text: &str| {
            path_and_rest(text).map(|(path, node)| (path.display().to_string(), node.map(|n| n.to_string())))
        };
        let is = |path: &str, node: Option<&str>| Some((path.to_owned(), node.map(str::to_owned)));
        assert_eq!(read("/a/b.json"), is("/a/b.json", None));
        assert_eq!(read("'/a/my facts.json' cp-1"), is("/a/my facts.json", Some("cp-1")));
        assert_eq!(read(r"/a/my\ facts.json  cp-1 "), is("/a/my facts.json", Some("cp-1")));
        assert_eq!(read("file:///a/b.json"), is("/a/b.json", None));
        assert_eq!((read(""), read("'/a"), read("/a b c")), (None, None, None));
    }
}
