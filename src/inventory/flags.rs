//! Command lines as flags: of a container, or of a process on a node (pitfall 45).

use super::kinds::pod::Container;
use crate::model::{FieldPath, flag_name};

/// A flag that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Without dashes before it, and with dashes for underscores in it.
    pub name: String,
    /// None: the bare flag.
    value: Option<String>,
    /// The word of the command line that gives it.
    pub at: FieldPath,
}

impl Given {
    /// Its value; a bare flag means `true`.
    pub fn text(&self) -> &str {
        self.value.as_deref().unwrap_or("true")
    }

    /// Whether it has no value of its own.
    pub fn is_empty(&self) -> bool {
        self.value.as_ref().is_none_or(String::is_empty)
    }

    /// As a switch; None: no value that a component takes for one.
    pub fn bool(&self) -> Option<bool> {
        match self.text() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
            _ => None,
        }
    }

    /// As a whole number.
    pub fn integer(&self) -> Option<i64> {
        self.text().parse().ok()
    }

    /// As a duration, in seconds.
    pub fn seconds(&self) -> Option<f64> {
        seconds(self.text())
    }

    /// Its items: split on commas.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        self.value.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|item| !item.is_empty())
    }
}

/// A duration as Go writes it: `1h0m0s`, `1.5s`, `300ms`, `0`.
pub fn seconds(text: &str) -> Option<f64> {
    if text == "0" {
        return Some(0.0);
    }
    let (sign, mut rest) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let mut sum = None;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (value, after) = rest.split_at(number);
        let unit = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        let factor = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        sum = Some(sum.unwrap_or(0.0) + value.parse::<f64>().ok()? * factor);
        rest = after;
    }
    sum.map(|sum| sign * sum)
}

/// The flags of one process, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    given: Vec<Given>,
    /// Where a flag that is not given would stand: a list of words, or one word that is a shell's script.
    home: FieldPath,
    /// Whether the home is a script.
    script: bool,
}

impl Flags {
    /// Of a container that runs a program, with paths from the PodSpec; None: it runs another one. The program may be
    /// started by a shell or a wrapper. Where it is `expected`, for the labels of the pod say so, an image that brings
    /// the program itself is known by arguments that begin with a flag.
    pub fn of_container(container: &Container, path: &FieldPath, program: &str, expected: bool) -> Option<Self> {
        let lists = [("command", &container.command), ("args", &container.args)];
        let words = lists.into_iter().flat_map(|(list, words)| expand(list, words)).collect();
        let mut flags = Self::read(words, path, program, expected)?;
        // etcd alone reads its environment too; its command line wins
        if program == "etcd" {
            let of_env = container.env.iter().enumerate().filter_map(|(index, env)| {
                let name = env.name.strip_prefix("ETCD_")?.to_ascii_lowercase().replace('_', "-");
                let at = path.clone().fields("env").named(index, &env.name).fields("value");
                Some(Given { name, value: Some(env.value.clone()), at })
            });
            flags.given = of_env.chain(std::mem::take(&mut flags.given)).collect();
        }
        Some(flags)
    }

    /// Of the words of a process; the list stands at a path.
    pub fn of_words(words: &[String], list: &'static str, path: &FieldPath, program: &str) -> Option<Self> {
        Self::read(expand(list, words), path, program, false)
    }

    fn read(words: Vec<Word>, path: &FieldPath, program: &str, expected: bool) -> Option<Self> {
        let before = std::iter::once(None).chain(words.iter().map(Some));
        let start = match before.zip(&words).position(|(before, word)| word.starts(program, before)) {
            Some(at) => at + 1,
            None if expected && words.first().is_some_and(|word| flag_name(&word.text).is_some()) => 0,
            None => return None,
        };
        let home = |word: Option<&Word>| {
            let list = path.clone().fields(word.map_or("command", |word| word.list));
            word.filter(|word| word.script).map_or(list.clone(), |word| list.index(word.index))
        };
        let mut words = words.into_iter().skip(start.saturating_sub(1)).peekable();
        let mut last = None;
        if start > 0 {
            last = words.next();
        }
        let mut given = Vec::new();
        while let Some(word) = words.next_if(|word| !(word.script && is_operator(&word.text))) {
            if let Some(name) = flag_name(&word.text) {
                let at = path.clone().fields(word.list);
                let at = if word.script { at.index(word.index) } else { at.flag(word.index, name) };
                let value = match word.text.split_once('=') {
                    Some((_, value)) => Some(value.to_owned()),
                    None => words.next_if(|next| is_value(&next.text)).map(|next| next.text),
                };
                let value = value.map(|value| unquoted(&value).to_owned());
                given.push(Given { name: name.replace('_', "-"), value, at });
                last = Some(word);
            }
        }
        let script = last.as_ref().is_some_and(|word| word.script);
        Some(Self { given, home: home(last.as_ref()), script })
    }

    /// A flag; of several the last, as the component that reads them.
    pub fn get(&self, name: &str) -> Option<&Given> {
        self.given.iter().rev().find(|given| given.name == name)
    }

    /// Whether a flag is given with a value.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|given| !given.is_empty())
    }

    /// The items of a list flag, each with the word that gives it: several accumulate.
    pub fn list(&self, name: &str) -> impl Iterator<Item = (&str, &Given)> {
        let given = self.given.iter().filter(move |given| given.name == name);
        given.flat_map(|given| given.items().map(move |item| (item, given)))
    }

    /// Whether a list flag names an item.
    pub fn lists(&self, name: &str, item: &str) -> bool {
        self.list(name).any(|(listed, _)| listed == item)
    }

    /// The value of a key in a flag that lists `key=value`: of several the last.
    pub fn keyed(&self, name: &str, key: &str) -> Option<(&str, &Given)> {
        let pairs = self.list(name).filter_map(|(item, given)| Some((item.split_once('=')?, given)));
        pairs.filter(|((k, _), _)| k.trim() == key).last().map(|((_, value), given)| (value.trim(), given))
    }

    /// Where a flag stands, or would.
    pub fn at(&self, name: &str) -> FieldPath {
        match self.get(name) {
            Some(given) => given.at.clone(),
            None if self.script => self.home.clone(),
            None => self.home.clone().flag(0, name),
        }
    }
}

/// A word of a command line, and the list item that it stands in.
struct Word {
    text: String,
    list: &'static str,
    index: usize,
    /// Whether the item is a shell's script, of which this is one word.
    script: bool,
}

impl Word {
    /// Whether this word starts a program, and is no other's argument: `etcd` may be a container's name, and
    /// `/var/lib/etcd` a directory.
    fn starts(&self, program: &str, before: Option<&Word>) -> bool {
        let path = self.text.rsplit_once('/');
        let name = path.map_or(self.text.as_str(), |(_, name)| name);
        let in_bin = path.is_some_and(|(folder, _)| folder.is_empty() || folder.ends_with("bin"));
        // a script begins anew
        let before = before.filter(|before| before.script == self.script).map(|before| before.text.as_str());
        name == program
            && match before {
                None | Some("exec" | "--") => true,
                // a wrapper's flags, then the program by its path
                Some(flag) if flag.starts_with('-') => in_bin,
                Some(word) => is_operator(word) || word.ends_with("hyperkube") || is_assignment(word),
            }
    }
}

/// Whether a word sets a variable for the program that follows.
fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name);
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// The words of a list. What follows a shell's `-c` is a script; an item that gives several flags is several words.
fn expand(list: &'static str, items: &[String]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut before: &str = "";
    for (index, item) in items.iter().enumerate() {
        let option = before.strip_prefix('-').is_some_and(|o| !o.starts_with('-') && o.ends_with('c'));
        let script = option && item.trim().contains(char::is_whitespace);
        let several = item.starts_with('-') && item.contains(" --");
        let texts = if script || several { split(item) } else { vec![unquoted(item).to_owned()] };
        words.extend(texts.into_iter().map(|text| Word { text, list, index, script }));
        before = item;
    }
    words
}

/// Whether a word after a flag without `=` is its value: `-` and negative numbers are, other flags are not.
fn is_value(word: &str) -> bool {
    flag_name(word).is_none() && !word.starts_with("--") && !is_operator(word)
}

/// Whether a shell's command ends with this word.
fn is_operator(word: &str) -> bool {
    word.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['|', '&', ';', '<', '>'])
}

fn unquoted(text: &str) -> &str {
    let pair = |quote| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    pair('"').or_else(|| pair('\'')).unwrap_or(text)
}

/// The words of a script as a shell splits them, without expansions; an operator is a word of its own.
fn split(script: &str) -> Vec<String> {
    let (mut words, mut word, mut begun) = (Vec::new(), String::new(), false);
    let mut quote = None;
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => (quote, begun) = (Some(c), true),
            (None | Some('"'), '\\') => match chars.next() {
                Some('\n') | None => {}
                Some(c) => {
                    // in double quotes a backslash is itself before what needs none
                    if quote.is_some() && !matches!(c, '"' | '\\' | '$' | '`') {
                        word.push('\\');
                    }
                    word.push(c);
                    begun = true;
                }
            },
            (None, c) if c.is_whitespace() || c == ';' => {
                if std::mem::take(&mut begun) {
                    words.push(std::mem::take(&mut word));
                }
                if c == ';' || (c == '\n' && !words.is_empty()) {
                    words.push(";".to_owned());
                }
            }
            (_, c) => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(command: &[&str], args: &[&str]) -> Option<Flags> {
        let text = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let container = Container {
            name: "kube-apiserver".into(),
            command: text(command),
            args: text(args),
            ..Container::default()
        };
        let path = FieldPath::of("containers").named(0, "kube-apiserver");
        Flags::of_container(&container, &path, "kube-apiserver", true)
    }

    #[test]
    fn every_form_of_a_flag_is_read() {
        let flags = of(
            &["/usr/local/bin/kube-apiserver", "--secure-port=6443", "--authorization-mode", "Node,RBAC"],
            &["--profiling", "--audit_log_path", "-", "--tls-cipher-suites=\"A, B\"", "--max=-1", "--gc", "-2"],
        )
        .unwrap();
        assert_eq!(flags.get("secure-port").unwrap().integer(), Some(6443));
        assert!(flags.lists("authorization-mode", "RBAC") && !flags.lists("authorization-mode", "AlwaysAllow"));
        assert_eq!(flags.get("profiling").unwrap().bool(), Some(true), "a bare flag");
        assert_eq!(flags.get("audit-log-path").unwrap().text(), "-", "underscores are dashes, a dash is a value");
        assert_eq!(flags.list("tls-cipher-suites").map(|(item, _)| item).collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!((flags.get("max").unwrap().integer(), flags.get("gc").unwrap().integer()), (Some(-1), Some(-2)));
        assert_eq!(flags.at("profiling").to_string(), "containers[name=kube-apiserver].args[--profiling]");
        assert_eq!(flags.at("none").to_string(), "containers[name=kube-apiserver].args[--none]");
        assert_eq!(flags.at("secure-port").to_string(), "containers[name=kube-apiserver].command[--secure-port]");
    }

    #[test]
    fn lists_accumulate_and_the_last_scalar_wins() {
        let flags = of(&["kube-apiserver", "--a=1", "--l=x", "--a=2", "--l=y,k=v,k=w", "--e="], &[]).unwrap();
        assert_eq!(flags.get("a").unwrap().text(), "2");
        assert_eq!(flags.list("l").map(|(item, _)| item).collect::<Vec<_>>(), ["x", "y", "k=v", "k=w"]);
        assert_eq!(flags.keyed("l", "k").unwrap().0, "w");
        assert!(flags.get("e").unwrap().is_empty() && !flags.has("e"));
    }

    #[test]
    fn a_shell_starts_it() {
        let script =
            "mkfifo /p; exec /usr/bin/kube-apiserver --a=1 \\\n --b \"two words\" --c='x,y' >> /log 2>&1; --d=1";
        let flags = of(&["/bin/sh", "-ec", script], &[]).unwrap();
        assert_eq!((flags.get("a").unwrap().text(), flags.get("b").unwrap().text()), ("1", "two words"));
        assert!(flags.lists("c", "y") && flags.get("d").is_none());
        assert_eq!(flags.at("a").to_string(), "containers[name=kube-apiserver].command[2]");
        assert_eq!(flags.at("z").to_string(), "containers[name=kube-apiserver].command[2]");
    }

    #[test]
    fn wrappers_and_images_that_bring_the_program() {
        let wrapped = ["go-runner", "--log-file=/x", "/usr/local/bin/kube-apiserver", "--a=1"];
        let flags = of(&wrapped, &[]).unwrap();
        assert!(flags.has("a") && !flags.has("log-file"), "the wrapper's own flags are not the component's");
        assert!(of(&[], &["--a=1"]).unwrap().has("a"));
        assert_eq!(of(&["kms-plugin", "--a=1"], &[]), None);
        assert_eq!(of(&[], &[]), None, "what an image starts by itself is not known");
        let two = of(&["kube-apiserver", "--key=/k --token-auth-file=/t"], &[]).unwrap();
        assert_eq!((two.get("key").unwrap().text(), two.has("token-auth-file")), ("/k", true), "two flags in one item");
    }

    #[test]
    fn a_name_among_arguments_starts_nothing() {
        let etcd = |command: &[&str]| {
            let command = command.iter().map(|word| (*word).to_owned()).collect();
            let container = Container { command, ..Container::default() };
            Flags::of_container(&container, &FieldPath::root(), "etcd", false).is_some()
        };
        assert!(!etcd(&["kubectl", "exec", "etcd-cp-1", "-c", "etcd", "--", "etcdctl", "version"]));
        assert!(!etcd(&["sh", "-c", "tar czf /backup/etcd.tgz /var/lib/etcd"]));
        assert!(!etcd(&["etcdutl", "snapshot", "restore", "x.db", "--data-dir", "/var/lib/etcd"]));
        assert!(!etcd(&["cp", "/usr/local/bin/etcd", "/opt/bin/etcd"]));
        assert!(etcd(&["sh", "-c", "ulimit -n 65536 && GOMAXPROCS=2 etcd --name=a"]));
        assert!(etcd(&["/opt/etcd/etcd", "--name=a"]) && etcd(&["tini", "--", "etcd"]));
    }

    #[test]
    fn etcd_reads_its_environment() {
        let env = |name: &str, value: &str| crate::inventory::kinds::pod::EnvVar {
            name: name.into(),
            value: value.into(),
            value_from: None,
        };
        let container = Container {
            command: vec!["etcd".into(), "--auto-tls=false".into()],
            env: vec![env("ETCD_AUTO_TLS", "true").into(), env("ETCD_CERT_FILE", "/c").into()],
            ..Container::default()
        };
        let flags = Flags::of_container(&container, &FieldPath::root(), "etcd", false).unwrap();
        assert_eq!(flags.get("auto-tls").unwrap().bool(), Some(false), "the command line wins");
        assert_eq!(flags.at("cert-file").to_string(), "env[name=ETCD_CERT_FILE].value");
    }

    #[test]
    fn durations_are_gos() {
        for (text, wanted) in [("1m0s", 60.0), ("4h0m0s", 14400.0), ("300ms", 0.3), ("0", 0.0), ("-1s", -1.0)] {
            assert_eq!(seconds(text), Some(wanted), "{text}");
        }
        assert_eq!((seconds("5"), seconds(""), seconds("1d")), (None, None, None));
    }
}
