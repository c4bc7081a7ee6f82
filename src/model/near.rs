//! The nearest of many names, for errors that name what was meant.

/// The name at the smallest edit distance, if it is near at all.
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    names
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(name.len()) / 2)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// Levenshtein's distance, in one row.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut diagonal = i;
        for (j, y) in b.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or_default();
            let cost = (diagonal + usize::from(x != *y)).min(above + 1).min(left + 1);
            diagonal = above;
            if let Some(cell) = row.get_mut(j) {
                *cell = left;
            }
            left = cost;
        }
        if let Some(cell) = row.last_mut() {
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_a_stranger_is_not() {
        let names = || ["pss-baseline", "pss-restricted", "cis"].into_iter();
        assert_eq!(nearest("pss-restrictd", names()).as_deref(), Some("pss-restricted"));
        assert_eq!(nearest("ciss", names()).as_deref(), Some("cis"));
        assert_eq!(nearest("zzzzzzzzzz", names()), None);
    }
}
