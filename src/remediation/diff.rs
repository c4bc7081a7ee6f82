use similar::TextDiff;

/// A unified diff of two texts, with lines of context around each change; empty where they are equal.
pub fn unified(before: &str, after: &str, names: (&str, &str), context: usize) -> String {
    if before == after {
        return String::new();
    }
    TextDiff::from_lines(before, after).unified_diff().context_radius(context).header(names.0, names.1).to_string()
}
