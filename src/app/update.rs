//! Message in, effects out: the only place where the state changes.

use super::rows::RowId;
use super::{
    Code, Configured, Effect, Filter, Key, Load, Msg, Phase, Prompt, PromptKind, ScanEvent, Sheet, State, actions,
    commands, nodes, palette, sides, tour,
};
use crate::model::Report;

/// Takes one message.
pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    let mut effects = taken(state, msg);
    sides::sync(state);
    tour::go_on(state);
    effects.extend(state.take_pending());
    effects
}

fn taken(state: &mut State, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => return press(state, key),
        Msg::Paste(text) => paste(state, &text),
        Msg::Resize(width, height) => {
            state.size = (width, height);
            // A tall overview has more rows; other lists only scroll.
            match state.screen().view {
                super::View::Overview => state.refresh(),
                _ => state.follow(),
            }
        }
        Msg::About(target, answer) => {
            if target.is_same_place(&state.session.target) {
                return taken(state, *answer);
            }
            if let Msg::Collected(Ok((imported, _))) = *answer {
                state.say(format!("What was seen is kept in {}: :import takes it.", imported.path.display()));
            }
        }
        Msg::Scan(scan, event) if scan == state.session.scan => return scanned(state, event),
        Msg::Scan(..) => {}
        Msg::Yaml(fingerprint, result) => {
            let document: Load<_> = result.map(Sheet::new).into();
            state.session.documents.insert(fingerprint.clone(), document);
            state.reread(&fingerprint);
            state.scroll_to_mark();
        }
        Msg::Remedy(fingerprint, result) => return remedy(state, fingerprint, result.into()),
        Msg::Role(result) => state.role = result.into(),
        Msg::Imported(Ok(imported)) => return nodes::take(state, imported, &[]),
        Msg::Collector(image, result) => {
            state.collector = (image, result.into());
            state.follow();
        }
        Msg::Collected(result) => {
            state.session.collecting = false;
            match result {
                Ok((imported, failed)) => return nodes::take(state, imported, &failed),
                Err(failure) => state.complain(&failure),
            }
        }
        Msg::Prepared(ready) => actions::prepared(state, ready),
        Msg::Recorded(result) => actions::recorded(state, *result),
        Msg::Undone(result) => actions::undone(state, *result),
        Msg::Exported(Ok((path, rows))) => {
            let rows = if rows == 1 { "1 finding".to_owned() } else { format!("{rows} findings") };
            let marked = match std::mem::take(&mut state.saving_marked) {
                0 => String::new(),
                count => format!(" of {}", actions::marked_words(count)),
            };
            state.say(format!("Saved {rows}{marked} to {} (readable by you only).", path.display()));
        }
        Msg::Saved(what, Ok(path)) => state.say(format!("Saved {what} to {} (readable by you only).", path.display())),
        Msg::LoggedIn(Ok(())) => {
            let mut effects = state.scan();
            effects.extend(state.wanted());
            return effects;
        }
        Msg::Edited(Ok(None)) => state.say("Nothing was changed; the copy is gone."),
        Msg::Edited(Ok(Some(path))) => state.say(format!(
            "Your copy is kept: {}. kubectl diff -f shows what applying it would change; plimsoll applies nothing.",
            path.display()
        )),
        Msg::Copied(what, Ok(how)) => state.say(format!("Copied {what} {how}.")),
        Msg::Theme(Ok(name)) => {
            state.say(format!("Theme {name}."));
            state.theme = name;
        }
        Msg::Mouse(event) => {
            state.notice = None;
            return super::mouse::mouse(state, event);
        }
        Msg::Arranged(number, arranged) => state.arranged(number, arranged),
        Msg::Folded(number, folded) => {
            if state.folded(number, *folded) {
                return shown(state);
            }
        }
        Msg::Facts(facts) => {
            state.session.facts = facts.map(Into::into).into();
            state.refresh();
        }
        Msg::Answered(question, answer) => super::found::answered(state, question, answer),
        Msg::Activity(activity) => {
            // what cannot be asked is not asked again
            let again = activity.is_ok();
            state.session.watches_activity = false;
            state.session.activity = activity.into();
            state.refresh();
            return if again { state.wanted() } else { Vec::new() };
        }
        Msg::Configured(configured) => return configure(state, *configured),
        Msg::Imported(Err(failure))
        | Msg::Exported(Err(failure))
        | Msg::Saved(_, Err(failure))
        | Msg::Edited(Err(failure))
        | Msg::LoggedIn(Err(failure))
        | Msg::Copied(_, Err(failure))
        | Msg::Theme(Err(failure)) => {
            state.complain(&failure);
        }
        Msg::Contexts(result) => {
            let current = result.as_ref().ok().and_then(|list| list.iter().find(|c| c.current)).map(|c| c.name.clone());
            state.contexts = result.into();
            state.refresh();
            palette::again(state);
            if let Some(name) = state.session.target.context.clone().or(current) {
                state.select_if(super::View::Contexts, &RowId::Context(name));
            }
        }
        Msg::Namespaces(result) => {
            state.namespaces = result.into();
            state.refresh();
            let here = state.session.target.namespaces.first().cloned();
            state.select_if(super::View::Namespaces, &RowId::Namespace(here));
        }
    }
    Vec::new()
}

/// Takes a configuration that was read again, and says what of it was ignored.
fn configure(state: &mut State, configured: Configured) -> Vec<Effect> {
    let same = state.profiles == configured.profiles;
    let effects = state.configure(configured.profiles);
    state.themes = configured.themes;
    match configured.ignored.as_slice() {
        [] if same => {}
        [] => state.say("The settings were read again."),
        ignored => state.ignore(ignored),
    }
    effects
}

fn scanned(state: &mut State, event: ScanEvent) -> Vec<Effect> {
    let session = &mut state.session;
    match event {
        ScanEvent::Planned(kinds) => {
            session.planned = kinds;
            session.phase = Phase::Reading;
        }
        ScanEvent::Progress(progress) => {
            session.phase = Phase::Reading;
            match session.progress.iter_mut().find(|p| p.kind == progress.kind) {
                Some(known) => *known = progress,
                None => session.progress.push(progress),
            }
        }
        ScanEvent::Report(report) => {
            let again = session.complete && session.is_reading();
            if again || session.frozen {
                session.next = Some(report);
            } else {
                return if state.show(report) { shown(state) } else { Vec::new() };
            }
        }
        ScanEvent::Link(link) => session.link = link,
        ScanEvent::Nodes(nodes) => {
            session.nodes = nodes;
            state.refresh();
        }
        ScanEvent::Note(text) => state.say(text),
        ScanEvent::Records(problem) => {
            session.records.clone_from(&problem);
            if let Some(problem) = problem {
                state.complain(&problem);
            }
        }
        ScanEvent::Finished => {
            session.phase = Phase::Done;
            (session.complete, session.facts_asked) = (true, false);
            match session.next.take_if(|_| !session.frozen) {
                Some(report) => drop(state.show(report)),
                None => state.refresh(),
            }
            return super::found::again(state);
        }
        ScanEvent::Failed(failure) => {
            session.phase = Phase::Failed(failure.clone());
            session.next = None;
            // What decided nothing is no result: the screen says why instead.
            if !session.complete && session.report.as_deref().is_some_and(|report| !decides_anything(report)) {
                session.report = None;
                session.summary = Default::default();
            }
            if session.report.is_some() {
                state.complain(&failure);
            }
            state.refresh();
        }
    }
    state.wanted_by_finding()
}

/// Results are shown: what is asked about them is asked again, and what waited for them goes on.
fn shown(state: &mut State) -> Vec<Effect> {
    let mut effects = if state.session.complete { super::found::again(state) } else { Vec::new() };
    // A finding that is open and was not there before may have its YAML and fix now.
    effects.extend(state.wanted_by_finding());
    if let Some(command) = state.opening.take_if(|_| state.session.report.is_some()) {
        effects.extend(commands::run(state, &command));
    }
    effects
}

fn decides_anything(report: &Report) -> bool {
    !report.findings.is_empty() || report.frameworks.iter().any(|f| f.coverage.is_some_and(|share| share > 0.0))
}

fn remedy(state: &mut State, fingerprint: std::sync::Arc<str>, remedy: Load<super::RemedyText>) -> Vec<Effect> {
    let failure = match &remedy {
        Load::Failed(failure) => Some(failure.clone()),
        _ => None,
    };
    state.session.remedies.insert(fingerprint.clone(), remedy);
    state.follow();
    match state.when_ready.take_if(|(wanted, _)| *wanted == fingerprint) {
        Some((_, take)) => match failure {
            Some(failure) => {
                state.complain(&failure);
                Vec::new()
            }
            None => actions::take(state, &fingerprint, take),
        },
        None => Vec::new(),
    }
}

fn press(state: &mut State, key: Key) -> Vec<Effect> {
    let leaves = key.ctrl && key.code == Code::Char('c');
    if leaves && state.form.as_ref().is_none_or(|form| form.saving) {
        return vec![Effect::Quit];
    }
    state.notice = None;
    if leaves {
        actions::close(state);
        return Vec::new();
    }
    if state.form.is_some() {
        return actions::typed(state, key);
    }
    match state.prompt.take() {
        Some(prompt) if prompt.kind == PromptKind::Palette => palette::typed(state, prompt, key),
        Some(prompt) => typed(state, prompt, key),
        None if tour::leaves(state, key) => Vec::new(),
        None => actions::press(state, key),
    }
}

fn paste(state: &mut State, text: &str) {
    if let Some(form) = &mut state.form {
        return form.paste(text);
    }
    let Some(prompt) = &mut state.prompt else { return };
    prompt.paste(text);
    let (kind, text) = (prompt.kind, prompt.text().to_owned());
    narrow(state, kind, &text);
}

/// What is typed in a prompt counts at once.
fn narrow(state: &mut State, kind: PromptKind, text: &str) {
    match kind {
        PromptKind::Filter => state.set_filter(Filter::parse(text)),
        PromptKind::Search => actions::look_for(state, text),
        PromptKind::Palette => palette::again(state),
        PromptKind::Command => {}
    }
}

/// A key while a prompt is open: it closes, runs, completes, or edits the line.
fn typed(state: &mut State, mut prompt: Prompt, key: Key) -> Vec<Effect> {
    match (key.code, prompt.kind) {
        (Code::Esc, PromptKind::Filter) => {
            state.set_filter(prompt.before);
            if let Some(row) = prompt.selected {
                state.select(&row);
            }
        }
        (Code::Esc, PromptKind::Search) => actions::look_for(state, ""),
        (Code::Enter, PromptKind::Filter | PromptKind::Search) | (Code::Esc, PromptKind::Command) => {}
        (Code::Enter, PromptKind::Command) => return commands::run(state, prompt.text()),
        (Code::Backspace, _) if prompt.text().is_empty() => {
            narrow(state, prompt.kind, "");
        }
        (Code::Tab | Code::Right, PromptKind::Command) if at_end(&prompt) => {
            if let Some(rest) = commands::complete(state, prompt.text()) {
                let text = format!("{}{rest}", prompt.text());
                prompt.set(&text);
            }
            state.prompt = Some(prompt);
        }
        (Code::Up | Code::Down, PromptKind::Command) => {
            match state.history.recall(prompt.text(), key.code == Code::Up) {
                Some(line) => prompt.set(line),
                None if key.code == Code::Down => prompt.set(""),
                None => {}
            }
            state.prompt = Some(prompt);
        }
        (Code::Up | Code::Down, PromptKind::Filter | PromptKind::Search) => {
            // The list moves while the filter is typed.
            actions::press(state, key);
            state.prompt = Some(prompt);
        }
        (_, kind) => {
            prompt.edit(key);
            let text = prompt.text().to_owned();
            state.prompt = Some(prompt);
            narrow(state, kind, &text);
        }
    }
    Vec::new()
}

fn at_end(prompt: &Prompt) -> bool {
    prompt.cursor() == prompt.text().chars().count()
}
