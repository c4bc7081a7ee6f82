/// Exit codes; `contract.md` and the README list them. Precedence where several apply: 130, 5, 2, 3, 1, 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Ok,
    /// Findings at or above `--fail-on`.
    Findings,
    /// Wrong usage, or a named path that cannot be read.
    Usage,
    /// Cannot connect or authenticate, or no kind readable at all.
    Unreachable,
    /// A read that should work failed, or coverage is under `--min-coverage`.
    Incomplete,
    /// A fault of plimsoll's own.
    Internal,
    /// Interrupted.
    Interrupted,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Incomplete => 4,
            Self::Internal => 5,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}
