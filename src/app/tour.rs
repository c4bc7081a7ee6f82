//! `:tour`: ten steps through the demo. Each says what is to be seen and waits until the user has done it; no key is pressed
//! for anybody, and but for the one that leaves none is taken away.

use super::actions::Action;
use super::rows::TextKind;
use super::{Code, Effect, Key, Origin, PromptKind, State, Target, View};

/// What has to be the case for a step to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    /// The first screen is there.
    Overview,
    /// A framework's controls.
    Framework,
    /// A control.
    Control,
    /// A finding.
    Finding,
    /// An explanation.
    Explanation,
    /// A list of findings.
    Findings,
    /// It is filtered, and the filter is no longer typed.
    Filtered,
    /// A row is marked.
    Marked,
    /// The palette.
    Palette,
    /// The help.
    Help,
}

/// A step.
#[derive(Debug)]
struct Step {
    /// What to see and what to do; `{action}` stands for its key.
    say: &'static str,
    done: Done,
}

const STEPS: &[Step] = &[
    Step {
        say: "This is a cluster inside the program: look around freely. Each framework has a score as a range: worst if \
              everything undecided fails, best if it passes. Press {open} on the first one.",
        done: Done::Framework,
    },
    Step {
        say: "Its controls. FAIL was seen, PASS was read in full, UNREAD could not be looked at and never counts as a pass. \
              Move with {down} to a control that says FAIL, and press {open}.",
        done: Done::Control,
    },
    Step {
        say: "What fails it, the worst first; xN is the number of live pods. Press {open} on one of them.",
        done: Done::Finding,
    },
    Step {
        say: "The object as it was read, the field at fault marked, and the fix with what it may disturb: {copy-fix} copies \
              it. Press {explain} for what was read, what was expected and why.",
        done: Done::Explanation,
    },
    Step {
        say: "Nothing is to be taken on trust: the command at the end shows the same with kubectl. Press q until you are \
              back at the overview.",
        done: Done::Overview,
    },
    Step {
        say: "Act on first lists one fix a row. {worst} lists every critical and high finding instead: press it.",
        done: Done::Findings,
    },
    Step {
        say: "{filter} filters while you type: a word, !word for those without it, >=high, app=web for labels. Press \
              {filter}, type shop, press enter.",
        done: Done::Filtered,
    },
    Step {
        say: "{mark} marks a row. {export} saves the marked rows as CSV, {copy-name} copies their names, {waive} lets them \
              stand with a reason and a last day. Mark one.",
        done: Done::Marked,
    },
    Step {
        say: "{palette} finds everything that can be done or gone to by a few letters, and says why something cannot be \
              done here. Press it.",
        done: Done::Palette,
    },
    Step {
        say: "Type theme to see the themes, or close it. At the end press {help}: it lists every key and every command.",
        done: Done::Help,
    },
];

/// Where somebody stands in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tour {
    step: usize,
}

impl Tour {
    /// Which step, counted from one, and how many there are.
    pub fn place(self) -> (usize, usize) {
        (self.step + 1, STEPS.len())
    }

    /// What the step says.
    pub fn says(self, state: &State) -> String {
        let mut said = String::new();
        let text = STEPS.get(self.step).map_or("", |step| step.say);
        for (i, part) in text.split('{').enumerate() {
            match part.split_once('}').filter(|_| i > 0) {
                Some((name, rest)) => {
                    said.push_str(&Action::named(name).map_or_else(|| name.to_owned(), |action| state.key(action)));
                    said.push_str(rest);
                }
                None => said.push_str(part),
            }
        }
        said
    }
}

impl Done {
    fn is_so(self, state: &State) -> bool {
        let view = &state.screen().view;
        let pane = state.pane();
        match self {
            Self::Overview => *view == View::Overview,
            Self::Framework => matches!(view, View::Framework(..)),
            Self::Control => matches!(view, View::Control(..)),
            Self::Finding => matches!(view, View::Finding(_)),
            Self::Explanation => matches!(view, View::Text(TextKind::Finding(_) | TextKind::Control(..))),
            Self::Findings => matches!(view, View::Findings(_)),
            Self::Filtered => state.prompt.is_none() && pane.is_some_and(|pane| !pane.filter.is_empty()),
            Self::Marked => pane.is_some_and(|pane| pane.mark_count() > 0),
            Self::Palette => state.prompt.as_ref().is_some_and(|prompt| prompt.kind == PromptKind::Palette),
            Self::Help => *view == View::Text(TextKind::Help),
        }
    }
}

/// `:tour`
pub(super) fn begin(state: &mut State, _: &str) -> Option<Vec<Effect>> {
    let demo = Target { origin: Origin::Demo, ..Target::default() };
    let effects = match state.session.target == demo {
        true => Vec::new(),
        false => state.retarget(demo, false),
    };
    state.home();
    state.tour = Some(Tour::default());
    Some(effects)
}

/// Goes on where the step is done.
pub(super) fn go_on(state: &mut State) {
    let Some(tour) = state.tour else { return };
    if STEPS.get(tour.step).is_none_or(|step| !step.done.is_so(state)) {
        return;
    }
    if tour.step + 1 < STEPS.len() {
        state.tour = Some(Tour { step: tour.step + 1 });
    } else {
        state.tour = None;
        state.say("That was the tour. :ctx lists your own clusters, :q leaves.");
    }
}

/// Leaves, where this is the key for it.
pub(super) fn leaves(state: &mut State, key: Key) -> bool {
    let leaves = state.tour.is_some() && key == Key::plain(Code::Esc);
    if leaves {
        state.tour = None;
        state.say("The tour is over; :tour begins it again.");
    }
    leaves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_a_step_names_is_an_actions() {
        for step in STEPS {
            for part in step.say.split('{').skip(1) {
                let (name, _) = part.split_once('}').unwrap();
                assert!(Action::named(name).is_some(), "{name}");
            }
        }
        assert_eq!(STEPS.len(), 10);
    }
}
