use super::YamlError;
use super::tree::{Content, Id, Tag, Tree};
use std::ops::Range;

/// A document whose nodes are read as they are written: for files of plimsoll's own, which are read strictly and
/// changed as text. A version such as `1.20` stays what it looks like.
#[derive(Debug)]
pub struct Written<'t>(Tree<'t>);

impl<'t> Written<'t> {
    /// Of one document.
    ///
    /// # Errors
    /// Text that is no YAML, or more than one document.
    pub fn of(document: &'t str) -> Result<Self, YamlError> {
        Tree::compose(document).map(Self)
    }

    /// What the document holds; None: nothing.
    pub fn root(&self) -> Option<Node<'_>> {
        self.0.root().map(|id| Node { tree: &self.0, id })
    }
}

/// A node of a document.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    tree: &'a Tree<'a>,
    id: Id,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Form<'a> {
    /// Nothing, or a null.
    Nothing,
    /// A scalar's text.
    Text(&'a str),
    /// Items of a list.
    List(Vec<Node<'a>>),
    /// Keys and values.
    Map(Vec<(Node<'a>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// What it is; an alias is what it stands for.
    pub fn form(self) -> Form<'a> {
        let at = |id: &Id| Node { tree: self.tree, id: *id };
        match self.tree.node(self.id).map(|(_, node)| &node.content) {
            Some(Content::Scalar { text, plain, tag }) => {
                let null = matches!(&**text, "" | "~" | "null" | "Null" | "NULL") && *plain;
                if *tag == Tag::Null || (null && *tag == Tag::Resolve) { Form::Nothing } else { Form::Text(text) }
            }
            Some(Content::List(items)) => Form::List(items.iter().map(at).collect()),
            Some(Content::Map(pairs)) => Form::Map(pairs.iter().map(|(key, value)| (at(key), at(value))).collect()),
            Some(Content::Alias(_)) | None => Form::Nothing,
        }
    }

    /// Line and column, from 1, columns in characters.
    pub fn place(self) -> (usize, usize) {
        self.tree.place(self.id)
    }

    /// Where it stands in the text, in bytes.
    pub fn range(self) -> Range<usize> {
        self.tree.range(self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str, index: usize) -> (String, (usize, usize)) {
        let written = Written::of(text).unwrap();
        let Form::List(items) = written.root().unwrap().form() else { panic!("{text:?} is no list") };
        (text[items[index].range()].to_owned(), items[index].place())
    }

    #[test]
    fn text_is_what_is_written() {
        let text = "- 1.20\n- yes\n- ~\n- '~'\n- |\n  a\n  b\n";
        let written = Written::of(text).unwrap();
        let Form::List(items) = written.root().unwrap().form() else { panic!() };
        let forms: Vec<_> = items.iter().map(|node| format!("{:?}", node.form())).collect();
        assert_eq!(forms, ["Text(\"1.20\")", "Text(\"yes\")", "Nothing", "Text(\"~\")", "Text(\"a\\nb\\n\")"]);
    }

    #[test]
    fn ranges_are_those_of_the_text() {
        let text = "# c\n- a: 1 # one\n  b: |\n    x\n    y\n\n# d\n-   a: 2\n    b:\n- {a: 3}\n";
        assert_eq!(item(text, 0), ("a: 1 # one\n  b: |\n    x\n    y".to_owned(), (2, 3)));
        assert_eq!(item(text, 1).1, (8, 5));
        // of an empty value the parser knows no more than where its key ends; its line is the same
        assert_eq!(item(text, 1).0.trim_end(), "a: 2\n    b");
        assert_eq!(item(text, 2), ("{a: 3}".to_owned(), (10, 3)));
        let written = Written::of(text).unwrap();
        assert_eq!(written.root().unwrap().place(), (2, 1), "a block list begins at its first dash");
    }
}
