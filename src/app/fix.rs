//! The forms of a fix, and what is done with one.

use super::RemedyText;
use std::path::PathBuf;

/// How a fix is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FixForm {
    /// A unified diff.
    #[default]
    Diff,
    /// The least that changes it: a patch, or an object to create.
    Patch,
    /// The whole resource as it would be.
    Whole,
    /// The command that applies it.
    Command,
}

impl FixForm {
    /// What is copied, as in `Copied the diff`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Diff => "the diff",
            Self::Patch => "the fix",
            Self::Whole => "the whole resource with the fix in it",
            Self::Command => "the command",
        }
    }

    /// The title of the box that shows it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Diff => "Fix",
            Self::Patch => "Fix, as a patch",
            Self::Whole => "Fix, the whole resource",
            Self::Command => "Fix, as a command",
        }
    }
}

/// What is done with a fix, at once or when it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Take {
    /// It goes to the clipboard.
    Copy(FixForm),
    /// A copy of the resource with the fix in it is opened in an editor.
    Edit,
    /// It is written to this file, or to a new one in the working directory.
    Save(Option<PathBuf>),
}

impl RemedyText {
    /// The fix in a form; None: it cannot be told so.
    pub fn form(&self, form: FixForm) -> Option<&str> {
        let text = match form {
            FixForm::Diff => &self.diff,
            FixForm::Patch => &self.yaml,
            FixForm::Whole => &self.whole,
            FixForm::Command => self.command.as_deref().unwrap_or_default(),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// The forms that a box may show: those that there are, from this one on.
    pub fn shown(&self, wanted: FixForm) -> Option<FixForm> {
        let forms = [FixForm::Diff, FixForm::Patch, FixForm::Whole];
        let rest = forms.iter().skip_while(|form| **form != wanted).chain(&forms);
        rest.copied().find(|form| self.form(*form).is_some())
    }

    /// The form after this one.
    pub fn after(&self, form: FixForm) -> FixForm {
        let next = match form {
            FixForm::Diff => FixForm::Patch,
            FixForm::Patch => FixForm::Whole,
            FixForm::Whole | FixForm::Command => FixForm::Diff,
        };
        self.shown(next).unwrap_or_default()
    }
}
