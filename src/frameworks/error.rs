use std::fmt;

/// What is wrong with a file of `controls/`: where, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct PackError {
    /// Path of the file.
    pub file: String,
    /// Line and column, from 1, where a place in the file is to blame.
    pub place: Option<(usize, usize)>,
    /// What was found and what was expected.
    pub message: String,
}

impl PackError {
    /// Of a file as a whole.
    pub fn of(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), place: None, message: message.into() }
    }

    /// At a place in a file.
    pub fn at(file: &str, line: usize, column: usize, message: impl Into<String>) -> Self {
        Self { place: Some((line, column)), ..Self::of(file, message) }
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Everything that is wrong with a pack, a line each.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct PackErrors(pub Vec<PackError>);

impl fmt::Display for PackErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}
