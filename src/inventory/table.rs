//! Objects of one kind, in order.

/// Namespace and name.
pub type Place<'k> = (&'k str, &'k str);

/// What stands at one place of its table.
pub trait Row {
    /// Its namespace and name: they tell it from the others, and put them in order.
    fn place(&self) -> Place<'_>;
}

/// What became of what was put down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put<T> {
    /// The same was there.
    Same,
    /// Nothing of its name was there.
    New,
    /// This was there.
    Instead(T),
}

impl<T> Put<T> {
    /// Whether that made a difference.
    pub fn changes(&self) -> bool {
        !matches!(self, Self::Same)
    }
}

/// Rows that bring their names, in order: for what there are a hundred thousand of. They lie in pieces that are full where rows
/// came in order, as a list of the API server does; in a tree half of each node stays empty then, and keys are kept twice.
#[derive(Clone, Debug)]
pub struct Table<T> {
    /// None is empty.
    pieces: Vec<Vec<T>>,
    len: usize,
}

/// The most rows of a piece.
const FULL: usize = 128;

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { pieces: Vec::new(), len: 0 }
    }
}

impl<T: Row> Table<T> {
    /// How many rows.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.pieces.iter().flatten()
    }

    /// The piece in which a row stands or would, and where in it.
    fn find(&self, key: Place<'_>) -> (usize, Result<usize, usize>) {
        let before = self.pieces.partition_point(|piece| piece.first().is_some_and(|row| row.place() <= key));
        let at = before.saturating_sub(1);
        let piece = self.pieces.get(at).map_or(&[][..], |piece| piece);
        (at, piece.binary_search_by(|row| row.place().cmp(&key)))
    }

    /// The row of a namespace and name.
    pub fn get(&self, key: Place<'_>) -> Option<&T> {
        let (at, place) = self.find(key);
        self.pieces.get(at)?.get(place.ok()?)
    }

    /// Rows of a namespace.
    pub fn of<'t>(&'t self, namespace: &'t str) -> impl Iterator<Item = &'t T> + Clone {
        let (at, place) = self.find((namespace, ""));
        let place = place.unwrap_or_else(|place| place);
        let from = self.pieces.get(at..).unwrap_or_default().iter().flatten().skip(place);
        from.take_while(move |row| row.place().0 == namespace)
    }

    /// Adds a row, or replaces the one of its name.
    pub fn put(&mut self, row: T) -> Put<T>
    where
        T: PartialEq,
    {
        let (at, place) = self.find(row.place());
        let known = place.ok().and_then(|place| self.pieces.get_mut(at)?.get_mut(place));
        match known {
            Some(known) if *known == row => Put::Same,
            Some(known) => Put::Instead(std::mem::replace(known, row)),
            None => {
                self.add(row, at, place.unwrap_or_else(|place| place));
                Put::New
            }
        }
    }

    fn add(&mut self, row: T, at: usize, place: usize) {
        self.len += 1;
        let last = at + 1 >= self.pieces.len();
        match self.pieces.get_mut(at) {
            Some(piece) if piece.len() < FULL => piece.insert(place, row),
            // rows that come in order fill one piece after the other
            Some(piece) if place < piece.len() || !last => {
                let mut rest = piece.split_off(FULL / 2);
                if place <= FULL / 2 {
                    piece.insert(place, row)
                } else {
                    rest.insert(place - FULL / 2, row)
                }
                self.pieces.insert(at + 1, rest);
            }
            _ => self.pieces.push(vec![row]),
        }
    }

    /// Takes a row out.
    pub fn remove(&mut self, key: Place<'_>) -> Option<T> {
        let (at, place) = self.find(key);
        let piece = self.pieces.get_mut(at)?;
        let row = piece.remove(place.ok()?);
        if piece.is_empty() {
            self.pieces.remove(at);
        }
        self.len -= 1;
        Some(row)
    }

    /// Keeps some rows.
    pub fn retain(&mut self, keeps: impl Fn(&T) -> bool) {
        self.pieces.iter_mut().for_each(|piece| piece.retain(&keeps));
        self.pieces.retain(|piece| !piece.is_empty());
        self.len = self.pieces.iter().map(Vec::len).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Clone, Debug, PartialEq)]
    struct Numbered {
        namespace: String,
        name: String,
        number: u32,
    }

    impl Row for Numbered {
        fn place(&self) -> Place<'_> {
            (&self.namespace, &self.name)
        }
    }

    /// Of seven namespaces, in the order of numbers.
    fn key(number: u32) -> (String, String) {
        (format!("ns-{}", number / 150), format!("{number:05}"))
    }

    fn row(number: u32, turn: u32) -> Numbered {
        let (namespace, name) = key(number);
        Numbered { namespace, name, number: turn }
    }

    fn check(table: &Table<Numbered>, tree: &BTreeMap<(String, String), u32>) {
        let rows = table.iter().map(|row| ((row.namespace.clone(), row.name.clone()), row.number));
        assert!(rows.eq(tree.clone()));
        assert_eq!((table.len(), table.is_empty()), (tree.len(), tree.is_empty()));
        assert!(table.pieces.iter().all(|piece| !piece.is_empty() && piece.len() <= FULL));
        for number in [0, 1, 99, 128, 500, 2000] {
            let (namespace, name) = key(number);
            assert_eq!(table.get((&namespace, &name)).map(|row| row.number), tree.get(&key(number)).copied());
            let of: Vec<_> = table.of(&namespace).map(|row| row.number).collect();
            let wanted = tree.iter().filter(|((place, _), _)| *place == namespace);
            assert!(of.iter().eq(wanted.map(|(_, number)| number)), "{namespace}");
        }
    }

    #[test]
    fn it_is_what_a_tree_is() {
        // through a prime number of keys: up, down, and back and forth
        for step in [1, 1030, 57, 401] {
            let (mut table, mut tree) = (Table::default(), BTreeMap::new());
            check(&table, &tree);
            for turn in 0..1500 {
                let number = turn * step % 1031;
                let was = tree.insert(key(number), turn);
                let put = was.map_or(Put::New, |was| Put::Instead(row(number, was)));
                assert_eq!(table.put(row(number, turn)), put);
                assert_eq!(table.put(row(number, turn)), Put::Same);
                if turn % 3 == 0 {
                    let (namespace, name) = key(turn * 7 % 1031);
                    let gone = table.remove((&namespace, &name)).map(|row| row.number);
                    assert_eq!(gone, tree.remove(&(namespace, name)));
                }
                if turn % 50 == 0 {
                    check(&table, &tree);
                }
            }
            table.retain(|row| row.name.ends_with('3'));
            tree.retain(|(_, name), _| name.ends_with('3'));
            check(&table, &tree);
            table.retain(|_| false);
            check(&table, &BTreeMap::new());
        }
    }

    #[test]
    fn rows_that_come_in_order_leave_no_room() {
        let mut table = Table::default();
        (0..1000).for_each(|number| assert_eq!(table.put(row(number, 0)), Put::New));
        assert_eq!(table.pieces.len(), 1000usize.div_ceil(FULL));
    }
}
