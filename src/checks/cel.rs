//! CEL, the language of ValidatingAdmissionPolicy: compiled with places for what is wrong, evaluated within limits.
//!
//! The crate is lenient where the API server is not, and knows no costs. So an expression is rewritten once it is parsed:
//! a field of something that has no fields is an error instead of `false`, every turn of a loop and everything that
//! grows is paid for out of a budget, and names that lead nowhere are told before anything is read.

use crate::model::nearest;
use kube_cel::KubeCelExt;
use kube_cel::cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedEntryExpr, IdedExpr, LiteralValue, operators,
};
use kube_cel::cel::objects::{Key, Map};
use kube_cel::cel::parser::Parser;
use kube_cel::cel::{Context, ExecutionError, Value as Cel};
use serde_json::Value;
use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Characters of an expression; the API server stops a little later.
pub const MAX_LENGTH: usize = 8192;
/// How deep expressions nest, as the stack of a worker thread allows.
const MAX_DEPTH: usize = 64;
/// What a check may spend on one object: turns of loops, and sixteenths of the characters that are put together.
pub const BUDGET: u64 = 1_000_000;

/// What is wrong with an expression, and where in it; line and column from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
    /// What was found and what was expected.
    pub message: String,
}

/// An expression that can be evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Program(IdedExpr);

/// Names of the library, beside operators and macros: those of CEL and of Kubernetes that the crate has. `lists.range`
/// is left out: one call of it may ask for any amount of memory.
const FUNCTIONS: &[&str] = &[
    "add",
    "asApproximateFloat",
    "asInteger",
    "base64.decode",
    "base64.encode",
    "bytes",
    "charAt",
    "cidr",
    "compareTo",
    "contains",
    "containsCIDR",
    "containsIP",
    "distinct",
    "double",
    "duration",
    "dyn",
    "endsWith",
    "family",
    "find",
    "findAll",
    "first",
    "flatten",
    "format",
    "format.byte",
    "format.date",
    "format.datetime",
    "format.dns1035Label",
    "format.dns1035LabelPrefix",
    "format.dns1123Label",
    "format.dns1123LabelPrefix",
    "format.dns1123Subdomain",
    "format.dns1123SubdomainPrefix",
    "format.labelValue",
    "format.named",
    "format.qualifiedName",
    "format.uri",
    "format.uuid",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getEscapedPath",
    "getFullYear",
    "getHost",
    "getHostname",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getPort",
    "getQuery",
    "getScheme",
    "getSeconds",
    "hasValue",
    "indexOf",
    "int",
    "ip",
    "ip.isCanonical",
    "isCIDR",
    "isGlobalUnicast",
    "isGreaterThan",
    "isIP",
    "isInteger",
    "isLessThan",
    "isLinkLocalMulticast",
    "isLinkLocalUnicast",
    "isLoopback",
    "isQuantity",
    "isSemver",
    "isSorted",
    "isURL",
    "isUnspecified",
    "join",
    "jsonpatch.escapeKey",
    "last",
    "lastIndexOf",
    "lowerAscii",
    "major",
    "masked",
    "matches",
    "math.abs",
    "math.bitAnd",
    "math.bitNot",
    "math.bitOr",
    "math.bitShiftLeft",
    "math.bitShiftRight",
    "math.bitXor",
    "math.ceil",
    "math.floor",
    "math.greatest",
    "math.isFinite",
    "math.isInf",
    "math.isNaN",
    "math.least",
    "math.round",
    "math.sign",
    "math.sqrt",
    "math.trunc",
    "max",
    "min",
    "minor",
    "optional.none",
    "optional.of",
    "optional.ofNonZeroValue",
    "or",
    "orValue",
    "patch",
    "prefixLength",
    "quantity",
    "replace",
    "reverse",
    "semver",
    "sets.contains",
    "sets.equivalent",
    "sets.intersects",
    "sign",
    "size",
    "slice",
    "sort",
    "split",
    "startsWith",
    "string",
    "strings.quote",
    "sub",
    "substring",
    "sum",
    "timestamp",
    "trim",
    "uint",
    "upperAscii",
    "url",
    "validate",
    "value",
];

/// Macros, for the nearest name: the parser replaces them.
const MACROS: &[&str] = &["all", "exists", "exists_one", "filter", "has", "map"];

/// Those that put together something larger than what they are given.
const BUILDERS: &[&str] = &[operators::ADD, "base64.encode", "flatten", "format", "join", "replace", "strings.quote"];

/// What an admission policy sees and a scan does not.
const AT_ADMISSION: &[&str] = &["authorizer", "namespaceObject", "oldObject", "params", "request"];

/// Pays for a turn of a loop, by what the loop has put together so far.
const TURN: &str = "@turn";
/// Pays for a value.
const SIZED: &str = "@sized";
/// What the budget's end is told by.
const LIMIT: &str = "@limit";

thread_local! {
    /// Nothing of a panic is said while expressions run: it is an error of theirs.
    static QUIET: Cell<bool> = const { Cell::new(false) };
    static LEFT: Cell<u64> = const { Cell::new(0) };
    static ROOT: Context<'static> = root();
}

/// Whether this thread runs an expression: a panic is caught then, and said as an error of the expression.
pub fn is_running() -> bool {
    QUIET.with(Cell::get)
}

/// Has panics of expressions said nowhere but in their errors.
pub(super) fn hush() {
    static HOOK: std::sync::Once = std::sync::Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !is_running() {
                before(panic);
            }
        }));
    });
}

fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = QUIET.with(|quiet| quiet.replace(true));
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    QUIET.with(|quiet| quiet.set(before));
    done
}

fn root() -> Context<'static> {
    type Result = std::result::Result<Cel, ExecutionError>;
    let mut context = Context::default().with_all();
    context.add_function(TURN, |so_far: Cel| -> Result { pay(1 + weight(&so_far)).map(|()| Cel::Bool(true)) });
    context.add_function(SIZED, |value: Cel| -> Result { pay(weight(&value)).map(|()| value) });
    context.add_function("dyn", |value: Cel| -> Result { Ok(value) });
    context
}

/// Whether the last run on this thread spent all that it may.
pub(super) fn is_spent() -> bool {
    LEFT.with(Cell::get) == 0
}

fn pay(price: u64) -> Result<(), ExecutionError> {
    let left = LEFT.with(Cell::get).checked_sub(price);
    LEFT.with(|cell| cell.set(left.unwrap_or_default()));
    left.map(|_| ()).ok_or_else(|| ExecutionError::function_error(LIMIT, ""))
}

fn weight(value: &Cel) -> u64 {
    match value {
        Cel::List(items) => items.iter().map(|item| 1 + weight(item)).sum(),
        Cel::Map(map) => map.map.values().map(|item| 2 + weight(item)).sum(),
        Cel::String(text) => text.len() as u64 / 16,
        Cel::Bytes(bytes) => bytes.len() as u64 / 16,
        _ => 0,
    }
}

impl Program {
    /// Compiles an expression that may name `object` and these variables.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn compile(source: &str, variables: &[Arc<str>]) -> Result<Self, Vec<Fault>> {
        let whole = |message: String| vec![Fault { line: 1, column: 1, message }];
        if source.trim().is_empty() {
            return Err(whole("an expression is missing".to_owned()));
        }
        if source.chars().count() > MAX_LENGTH {
            return Err(whole(format!("an expression has {MAX_LENGTH} characters at most")));
        }
        hush();
        // what nests deeply needs room to be taken apart, and a parser that panics is an error of this expression
        let room = std::thread::Builder::new().stack_size(64 << 20);
        let (text, variables) = (source.to_owned(), variables.to_vec());
        let worker = room.spawn(move || quietly(|| compiled(&text, &variables)));
        let done = worker.ok().and_then(|worker| worker.join().ok()).flatten();
        done.unwrap_or_else(|| Err(whole("the expression cannot be parsed".to_owned())))
    }
}

fn compiled(source: &str, variables: &[Arc<str>]) -> Result<Program, Vec<Fault>> {
    let parsed = Parser::new().enable_optional_syntax(true).parse(source).map_err(|errors| {
        let fault = |error: kube_cel::cel::ParseError| Fault {
            line: usize::try_from(error.pos.0).unwrap_or(1).max(1),
            column: usize::try_from(error.pos.1).unwrap_or(1).max(1),
            message: plain(&error.msg),
        };
        errors.errors.into_iter().map(fault).collect::<Vec<_>>()
    })?;
    let mut rewriter = Rewriter { source, variables, faults: Vec::new(), bound: Vec::new() };
    let rewritten = rewriter.expression(parsed, 0);
    if rewriter.faults.is_empty() { Ok(Program(rewritten)) } else { Err(rewriter.faults) }
}

/// The parser's words, in plain ones and without the list of everything that could have stood there.
fn plain(message: &str) -> String {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    if message.contains("'<EOF>'") {
        return "the expression ends too early".to_owned();
    }
    let unexpected =
        ["mismatched input ", "extraneous input ", "no viable alternative at input ", "token recognition error at: "];
    match unexpected.iter().find_map(|words| message.strip_prefix(words)) {
        Some(what) => format!("unexpected {}", what.split(" expecting ").next().unwrap_or(what)),
        None => message.split(" expecting ").next().unwrap_or(message).to_owned(),
    }
}

struct Rewriter<'s> {
    source: &'s str,
    variables: &'s [Arc<str>],
    faults: Vec<Fault>,
    /// Names that loops around it give.
    bound: Vec<String>,
}

fn call(name: &str, args: Vec<IdedExpr>) -> IdedExpr {
    IdedExpr { id: 0, expr: Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args }) }
}

impl Rewriter<'_> {
    fn fault(&mut self, name: &str, message: String) {
        // the tree has no places: the name's first word in the text is told
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let found = self.source.match_indices(name).map(|(at, _)| at).find(|at| {
            let before = self.source.get(..*at).and_then(|text| text.chars().next_back());
            let after = self.source.get(at + name.len()..).and_then(|text| text.chars().next());
            let is_word = name.starts_with(is_part);
            !is_word || !before.is_some_and(is_part) && !after.is_some_and(is_part)
        });
        let before = found.and_then(|at| self.source.get(..at)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let fault = Fault { line, column, message };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn boxed(&mut self, expression: IdedExpr, depth: usize) -> Box<IdedExpr> {
        Box::new(self.expression(expression, depth))
    }

    fn expression(&mut self, whole: IdedExpr, depth: usize) -> IdedExpr {
        if depth > MAX_DEPTH {
            if self.faults.is_empty() {
                self.fault("", format!("nested more than {MAX_DEPTH} deep"));
            }
            return whole;
        }
        let IdedExpr { id, expr } = whole;
        let depth = depth + 1;
        let expr = match expr {
            Expr::Literal(literal) => Expr::Literal(literal),
            Expr::Ident(name) => {
                self.name(&name);
                Expr::Ident(name)
            }
            Expr::Select(select) => {
                if let Expr::Ident(of) = &select.operand.expr
                    && of == "variables"
                    && !self.is_bound(of)
                {
                    self.variable(&select.field);
                }
                let field = LiteralValue::String(select.field.as_str().into());
                let field = IdedExpr { id, expr: Expr::Literal(field) };
                let of = self.expression(*select.operand, depth);
                // as it is, a field of a text or of null would be false
                return if select.test {
                    call(operators::IN, vec![field, of])
                } else {
                    call(operators::INDEX, vec![of, field])
                };
            }
            Expr::Call(call) => return self.call(id, call, depth),
            Expr::List(mut list) => {
                list.elements = list.elements.into_iter().map(|item| self.expression(item, depth)).collect();
                Expr::List(list)
            }
            Expr::Map(mut map) => {
                map.entries = map.entries.into_iter().map(|entry| self.entry(entry, depth)).collect();
                Expr::Map(map)
            }
            Expr::Comprehension(loops) => Expr::Comprehension(Box::new(self.comprehension(*loops, depth))),
            Expr::Struct(message) => {
                let name = message.type_name.clone();
                self.fault(&name, format!("objects of a type ({name}) cannot be made here"));
                Expr::Struct(message)
            }
            Expr::Unspecified => {
                self.fault("", "the expression cannot be parsed".to_owned());
                Expr::Unspecified
            }
        };
        IdedExpr { id, expr }
    }

    fn entry(&mut self, entry: IdedEntryExpr, depth: usize) -> IdedEntryExpr {
        let expr = match entry.expr {
            EntryExpr::MapEntry(mut pair) => {
                pair.key = self.expression(pair.key, depth);
                pair.value = self.expression(pair.value, depth);
                EntryExpr::MapEntry(pair)
            }
            EntryExpr::StructField(mut field) => {
                field.value = self.expression(field.value, depth);
                EntryExpr::StructField(field)
            }
        };
        IdedEntryExpr { id: entry.id, expr }
    }

    fn call(&mut self, id: u64, mut of: CallExpr, depth: usize) -> IdedExpr {
        // `sets.contains(a, b)`: the name before the dot is no variable
        let qualified = match of.target.as_deref() {
            Some(IdedExpr { expr: Expr::Ident(prefix), .. }) if !self.is_bound(prefix) => {
                Some(format!("{prefix}.{}", of.func_name)).filter(|name| FUNCTIONS.contains(&name.as_str()))
            }
            _ => None,
        };
        let is_operator = !of.func_name.starts_with(char::is_alphabetic);
        let is_known = is_operator || qualified.is_some() || FUNCTIONS.contains(&of.func_name.as_str());
        if !is_known {
            let near = nearest(&of.func_name, FUNCTIONS.iter().chain(MACROS).copied());
            let near = near.map(|near| format!(": did you mean {near:?}?")).unwrap_or_default();
            let name = of.func_name.clone();
            self.fault(&name, format!("unknown function {name:?}{near}"));
        }
        let compares = matches!(of.func_name.as_str(), operators::EQUALS | operators::NOT_EQUALS | operators::IN);
        if compares && of.args.iter().any(is_optional) {
            // the crate finds them unequal, always: that would be a wrong answer and no error
            self.fault("?", "optional values cannot be compared: end with .orValue(…) or .hasValue()".to_owned());
        }
        // a loop pays for what it puts together turn by turn
        let of_loop =
            matches!(of.args.first(), Some(IdedExpr { expr: Expr::Ident(name), .. }) if name.starts_with('@'));
        if qualified.is_none() {
            of.target = of.target.map(|target| self.boxed(*target, depth));
        }
        of.args = of.args.into_iter().map(|arg| self.expression(arg, depth)).collect();
        if of.func_name == operators::OPT_SELECT {
            // the same as `a[?"b"]`, which takes a field that is missing for none
            operators::OPT_INDEX.clone_into(&mut of.func_name);
        }
        let builds = BUILDERS.contains(&qualified.as_deref().unwrap_or(&of.func_name));
        let rewritten = IdedExpr { id, expr: Expr::Call(of) };
        if builds && !of_loop { call(SIZED, vec![rewritten]) } else { rewritten }
    }

    fn comprehension(&mut self, mut of: ComprehensionExpr, depth: usize) -> ComprehensionExpr {
        of.iter_range = self.expression(of.iter_range, depth);
        of.accu_init = self.expression(of.accu_init, depth);
        let outside = self.bound.len();
        self.bound.push(of.iter_var.clone());
        self.bound.extend(of.iter_var2.clone());
        self.bound.push(of.accu_var.clone());
        let so_far = IdedExpr { id: 0, expr: Expr::Ident(of.accu_var.clone()) };
        let not = IdedExpr { id: 0, expr: Expr::Literal(LiteralValue::Boolean(false.into())) };
        let goes_on = self.expression(of.loop_cond, depth);
        of.loop_cond = call(operators::CONDITIONAL, vec![call(TURN, vec![so_far]), goes_on, not]);
        of.loop_step = self.expression(of.loop_step, depth);
        of.result = self.expression(of.result, depth);
        self.bound.truncate(outside);
        of
    }

    fn is_bound(&self, name: &str) -> bool {
        self.bound.iter().any(|bound| bound == name)
    }

    fn name(&mut self, name: &str) {
        if name.starts_with('@') || matches!(name, "object" | "variables") || self.is_bound(name) {
            return;
        }
        let message = if AT_ADMISSION.contains(&name) {
            format!("`{name}` is there at admission only: a scan sees `object`")
        } else if self.variables.iter().any(|variable| **variable == *name) {
            format!("unknown name {name:?}: did you mean \"variables.{name}\"?")
        } else {
            let known = ["object", "variables"].into_iter().chain(self.bound.iter().map(String::as_str));
            let near = nearest(name, known).map(|near| format!(": did you mean {near:?}?")).unwrap_or_default();
            format!("unknown name {name:?}{near}")
        };
        self.fault(name, message);
    }

    fn variable(&mut self, field: &str) {
        if !self.variables.iter().any(|variable| **variable == *field) {
            let near = nearest(field, self.variables.iter().map(|variable| &**variable));
            let near = near.map(|near| format!(": did you mean {near:?}?")).unwrap_or_default();
            self.fault(field, format!("no variable {field:?} stands before this{near}"));
        }
    }
}

/// Whether an expression gives an optional value, as far as its form says.
fn is_optional(of: &IdedExpr) -> bool {
    match &of.expr {
        Expr::Call(call) if call.func_name == operators::OPT_INDEX || call.func_name == operators::OPT_SELECT => true,
        Expr::Call(call) if call.func_name == operators::INDEX => call.args.first().is_some_and(is_optional),
        Expr::Call(call) => {
            matches!(call.target.as_deref(), Some(IdedExpr { expr: Expr::Ident(name), .. }) if name == "optional")
        }
        Expr::Select(select) => is_optional(&select.operand),
        _ => false,
    }
}

/// An object under evaluation.
pub(super) struct Run<'r> {
    context: Context<'r>,
    variables: HashMap<Key, Cel>,
    /// Variables that could not be computed, and why.
    failed: HashMap<String, String>,
}

/// Gives a run over an object. None: an expression made the interpreter panic.
pub(super) fn run<T>(object: &Value, work: impl FnOnce(&mut Run<'_>) -> T) -> Option<T> {
    LEFT.with(|left| left.set(BUDGET));
    quietly(|| {
        ROOT.with(|root| {
            let mut context = root.new_inner_scope();
            context.add_variable_from_value("object", value(object));
            let mut run = Run { context, variables: HashMap::new(), failed: HashMap::new() };
            run.tell_variables();
            work(&mut run)
        })
    })
}

impl Run<'_> {
    fn tell_variables(&mut self) {
        let variables = Cel::Map(Map { map: Arc::new(self.variables.clone()) });
        self.context.add_variable_from_value("variables", variables);
    }

    /// Computes a variable; where it fails, so does what uses it.
    pub(super) fn variable(&mut self, name: &str, program: &Program) {
        let result = self.evaluate(program).and_then(|value| match pay(weight(&value)) {
            Ok(()) => Ok(value),
            Err(error) => Err(explain(&error)),
        });
        match result {
            Ok(value) => drop(self.variables.insert(Key::from(name), value)),
            Err(why) => drop(self.failed.insert(name.to_owned(), why)),
        }
        self.tell_variables();
    }

    fn evaluate(&self, program: &Program) -> Result<Cel, String> {
        self.context.resolve(&program.0).map_err(|error| match &error {
            ExecutionError::NoSuchKey(key) => match self.failed.get(key.as_str()) {
                Some(why) => format!("variable {key}: {why}"),
                None => explain(&error),
            },
            _ => explain(&error),
        })
    }

    /// True or false.
    pub(super) fn holds(&self, program: &Program) -> Result<bool, String> {
        match self.evaluate(program)? {
            Cel::Bool(holds) => Ok(holds),
            other => Err(format!("it is a {} where true or false is expected", other.type_of())),
        }
    }

    /// A text.
    pub(super) fn text(&self, program: &Program) -> Option<String> {
        match self.evaluate(program) {
            Ok(Cel::String(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => None,
        }
    }
}

/// What an error says, without values of the object: they may be credentials.
fn explain(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => format!("no such key: {key}"),
        ExecutionError::UndeclaredReference(name) => format!("unknown name: {name}"),
        ExecutionError::NoSuchOverload => "a function or an operator does not take what it is given".to_owned(),
        ExecutionError::UnsupportedBinaryOperator(name, left, right) => {
            format!("{name} does not take a {} and a {}", left.type_of(), right.type_of())
        }
        ExecutionError::ValuesNotComparable(left, right) => {
            format!("a {} and a {} cannot be compared", left.type_of(), right.type_of())
        }
        ExecutionError::UnexpectedType { want, .. } => format!("a value is of another type than {}", plain_type(want)),
        ExecutionError::InvalidArgumentCount { expected, actual } => {
            format!("a function takes {expected} arguments and was given {actual}")
        }
        ExecutionError::FunctionError { function, .. } if function == LIMIT => {
            format!("stopped after {BUDGET} steps on this object")
        }
        ExecutionError::FunctionError { function, .. } => format!("{function} does not take what it is given"),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "a division by zero".to_owned(),
        ExecutionError::Overflow(name, ..) => format!("a number is too large for {name}"),
        ExecutionError::IndexOutOfBounds(_) => "a list has no such item".to_owned(),
        _ => "it cannot be evaluated on this object".to_owned(),
    }
}

/// `Arc<String>` is how the crate calls a text.
fn plain_type(name: &str) -> String {
    name.trim_start_matches("Arc<").trim_end_matches('>').to_lowercase()
}

/// JSON as CEL has it: whole numbers are int, keys are as they are.
fn value(json: &Value) -> Cel {
    match json {
        Value::Null => Cel::Null,
        Value::Bool(value) => Cel::Bool(*value),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Cel::Int(number),
            (None, Some(number)) => Cel::UInt(number),
            (None, None) => Cel::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Cel::String(Arc::new(text.clone())),
        Value::Array(items) => Cel::List(Arc::new(items.iter().map(value).collect())),
        Value::Object(fields) => {
            let map = fields.iter().map(|(key, field)| (Key::from(key.as_str()), value(field))).collect();
            Cel::Map(Map { map: Arc::new(map) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ask(expression: &str, object: &Value) -> Result<bool, String> {
        let program = Program::compile(expression, &[]).unwrap_or_else(|faults| panic!("{expression}: {faults:?}"));
        run(object, |run| run.holds(&program)).unwrap()
    }

    fn faults(expression: &str) -> Vec<(usize, usize, String)> {
        let faults = Program::compile(expression, &["labels".into()]).unwrap_err();
        faults.into_iter().map(|fault| (fault.line, fault.column, fault.message)).collect()
    }

    #[test]
    fn expressions_of_admission_policies_hold() {
        let object = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "labels": {"app.kubernetes.io/name": "a"}},
            "spec": {"replicas": 3, "template": {"spec": {"hostNetwork": false, "containers": [
                {"name": "c", "image": "ghcr.io/acme/a:1", "resources": {"limits": {"memory": "512Mi"}}},
                {"name": "d", "image": "ghcr.io/acme/d:1"},
            ]}}},
        });
        for (expression, holds) in [
            ("object.spec.replicas <= 5", true),
            ("object.spec.replicas > 5 || object.kind == 'Deployment'", true),
            ("has(object.metadata.labels) && 'app.kubernetes.io/name' in object.metadata.labels", true),
            ("!has(object.spec.template.spec.hostPID) || object.spec.template.spec.hostPID == false", true),
            ("object.spec.template.spec.containers.all(c, c.image.startsWith('ghcr.io/acme/'))", true),
            ("object.spec.template.spec.containers.exists(c, has(c.resources))", true),
            ("object.spec.template.spec.containers.filter(c, !has(c.resources)).size() == 1", true),
            ("object.spec.template.spec.containers.map(c, c.name) == ['c', 'd']", true),
            (
                "quantity(object.spec.template.spec.containers[0].resources.limits.memory).isLessThan(quantity('1Gi'))",
                true,
            ),
            ("object.?spec.?paused.orValue(false)", false),
            ("object.?metadata.?annotations['x'].hasValue()", false),
            ("object.metadata.name.matches('^[a-z]+$')", true),
            ("sets.contains(['a', 'b'], [object.metadata.name])", true),
            ("'name is ' + object.metadata.name == 'name is a'", true),
            ("object.spec.replicas in [1, 3]", true),
            ("dyn(object.spec.replicas) == 3", true),
            ("object.spec.template.spec.containers.exists_one(c, c.name == 'c')", true),
        ] {
            assert_eq!(ask(expression, &object), Ok(holds), "{expression}");
        }
    }

    /// The crate takes a field of null or of a text for `false`: that would make a pass of `!object.spec.hostNetwork`.
    #[test]
    fn what_is_not_there_is_an_error_and_no_false() {
        let object = json!({"spec": null, "metadata": {"name": "x"}, "list": []});
        for (expression, error) in [
            ("!object.spec.hostNetwork", "a function or an operator does not take what it is given"),
            ("!object.metadata.name.hostNetwork", "a function or an operator does not take what it is given"),
            ("!has(object.spec.hostNetwork)", "a function or an operator does not take what it is given"),
            ("object.status.ready", "no such key: status"),
            ("object.list[0] == 1", "a list has no such item"),
            ("object.metadata.name", "it is a string where true or false is expected"),
            ("object.metadata.name > 1", "a string and a int cannot be compared"),
            ("1 / 0 == 1", "a division by zero"),
            ("quantity('password') == quantity('1')", "quantity does not take what it is given"),
        ] {
            let said = ask(expression, &object).unwrap_err();
            if expression.contains("> 1") {
                assert!(!said.contains("\"x\""), "{said}");
                continue;
            }
            assert_eq!(said, error, "{expression}");
        }
        // what is known despite an error
        assert_eq!(ask("object.status.ready || true", &object), Ok(true));
        assert_eq!(ask("object.status.ready && false", &object), Ok(false));
    }

    #[test]
    fn every_name_of_the_library_is_there() {
        let mut missing = Vec::new();
        for name in FUNCTIONS {
            let expression = match name.split_once('.') {
                Some(_) => format!("dyn({name}(1, 2, 3, 4, 5, 6)) == 1"),
                None => format!("dyn(1).{name}(2, 3, 4, 5, 6) == 1"),
            };
            let program = Program::compile(&expression, &[]).unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
            let said = run(&json!({}), |run| run.holds(&program));
            if matches!(&said, Some(Err(why)) if why.starts_with("unknown name")) || said.is_none() {
                missing.push(name);
            }
        }
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn what_is_wrong_has_a_place_and_the_nearest_name() {
        assert_eq!(faults("object.spec.replicas >"), [(1, 23, "the expression ends too early".to_owned())]);
        let lines = faults("object.spec.replicas > 1\n  && objct.x == 1");
        assert_eq!(lines, [(2, 6, "unknown name \"objct\": did you mean \"object\"?".to_owned())]);
        let function = faults("object.metadata.name.startWith('a')");
        assert_eq!(function, [(1, 22, "unknown function \"startWith\": did you mean \"startsWith\"?".to_owned())]);
        let variable = faults("'a' in variables.label");
        assert_eq!(
            variable,
            [(1, 18, "no variable \"label\" stands before this: did you mean \"labels\"?".to_owned())]
        );
        let admission = faults("request.userInfo.username == 'a'");
        assert_eq!(admission, [(1, 1, "`request` is there at admission only: a scan sees `object`".to_owned())]);
        assert_eq!(faults("labels.size() > 0")[0].2, "unknown name \"labels\": did you mean \"variables.labels\"?");
        let optional = faults("object.?spec.paused == optional.of(true)");
        assert_eq!(
            optional,
            [(1, 8, "optional values cannot be compared: end with .orValue(…) or .hasValue()".to_owned())]
        );
        assert_eq!(faults(" "), [(1, 1, "an expression is missing".to_owned())]);
    }

    #[test]
    fn hostile_expressions_end() {
        let list: Vec<u64> = (0..2000).collect();
        let object = json!({"list": list, "text": "x".repeat(100_000)});
        let stopped = Err(format!("stopped after {BUDGET} steps on this object"));
        let nested = "object.list.all(a, object.list.all(b, object.list.all(c, a + b + c >= 0)))";
        assert_eq!(ask(nested, &object), stopped);
        assert_eq!(ask("object.list.map(a, object.list).size() > 0", &object), stopped);
        let doubled = "object.text + object.text";
        let program = |text: &str, known: &[Arc<str>]| Program::compile(text, known).unwrap();
        let names: Vec<Arc<str>> = (0..40).map(|n| format!("v{n}").as_str().into()).collect();
        let said = run(&object, |run| {
            run.variable("v0", &program(doubled, &[]));
            for n in 1..40 {
                run.variable(&format!("v{n}"), &program(&format!("variables.v{0} + variables.v{0}", n - 1), &names));
            }
            run.holds(&program("variables.v39.size() > 0", &names))
        });
        assert!(said.unwrap().unwrap_err().contains("stopped after"), "doubled forty times");
        for deep in [format!("{}1{}", "(".repeat(3000), ")".repeat(3000)), vec!["1"; 4000].join("+"), "[".repeat(4000)]
        {
            assert!(Program::compile(&deep, &[]).is_err());
        }
        assert!(Program::compile(&format!("'{}' == ''", "x".repeat(MAX_LENGTH)), &[]).is_err());
        // as deep as it may be, on the small stack of a worker
        let deep = format!("{} == 1", vec!["1"; 60].join("+"));
        let worker = std::thread::Builder::new().stack_size(2 << 20);
        assert_eq!(worker.spawn(move || ask(&deep, &json!({}))).unwrap().join().unwrap(), Ok(false));
    }
}
