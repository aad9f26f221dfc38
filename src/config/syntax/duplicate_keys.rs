//! Where a key that stands twice stood first: toml tells the second place alone.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use toml_parser::parser::{Event, EventKind};
use toml_parser::{Source, Span};

/// The repeated keys of a text.
#[derive(Default)]
pub(in crate::config) struct Repeats {
    firsts: HashMap<usize, Range<usize>>,
    echoes: HashSet<usize>,
}

impl Repeats {
    /// Where the key that starts at `start` stood before.
    pub(in crate::config) fn first(&self, start: usize) -> Option<Range<usize>> {
        self.firsts.get(&start).cloned()
    }

    /// Whether the key that starts at `start` stands in a table whose header is itself a repeat.
    pub(in crate::config) fn is_echo(&self, start: usize) -> bool {
        self.echoes.contains(&start)
    }

    /// Finds them in the parser's events.
    pub(in crate::config) fn of(source: Source<'_>, events: &[Event]) -> Self {
        let mut walk = Walk::new(source);
        for event in events {
            walk.step(event);
        }
        walk.repeats
    }
}

/// A table or a value, numbered as met.
type Node = usize;

struct Walk<'i> {
    source: Source<'i>,
    children: HashMap<(Node, Cow<'i, str>), (Node, Range<usize>)>,
    /// The tables that stand under a header.
    defined: HashSet<Node>,
    nodes: Node,
    /// The key being read, part by part.
    key: Vec<(Cow<'i, str>, Range<usize>)>,
    /// The table of the current header, then the inline tables and lists that are open, innermost last.
    open: Vec<Node>,
    /// The value that the last key named.
    value: Node,
    in_echo: bool,
    repeats: Repeats,
}

const ROOT: Node = 0;

impl<'i> Walk<'i> {
    fn new(source: Source<'i>) -> Self {
        Self {
            source,
            children: HashMap::new(),
            defined: HashSet::new(),
            nodes: ROOT,
            key: Vec::new(),
            open: vec![ROOT],
            value: ROOT,
            in_echo: false,
            repeats: Repeats::default(),
        }
    }

    fn step(&mut self, event: &Event) {
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                self.key.clear();
                self.open = vec![ROOT];
                self.in_echo = false;
            }
            EventKind::SimpleKey => self.key_part(event),
            EventKind::KeyValSep => self.value = self.name(),
            EventKind::StdTableClose => self.header(),
            EventKind::ArrayTableClose => {
                let node = self.fresh();
                if let Some((last, span)) = self.key.pop() {
                    let parent = self.descend();
                    self.children.insert((parent, last), (node, span));
                }
                self.open = vec![node];
            }
            EventKind::InlineTableOpen | EventKind::ArrayOpen => {
                let node = if self.value == ROOT { self.fresh() } else { self.value };
                self.open.push(node);
                self.value = ROOT;
            }
            EventKind::InlineTableClose | EventKind::ArrayClose if self.open.len() > 1 => {
                self.open.pop();
            }
            EventKind::Scalar | EventKind::ValueSep => self.value = ROOT,
            _ => {}
        }
    }

    fn fresh(&mut self) -> Node {
        self.nodes += 1;
        self.nodes
    }

    fn key_part(&mut self, event: &Event) {
        let span: Span = event.span();
        let mut text = Cow::Borrowed("");
        if let Some(raw) = self.source.get(event) {
            raw.decode_key(&mut text, &mut ());
        }
        self.key.push((text, span.start()..span.end()));
    }

    /// The node of the key that was read, below the innermost open table.
    fn name(&mut self) -> Node {
        if self.in_echo
            && let Some((_, span)) = self.key.last()
        {
            self.repeats.echoes.insert(span.start);
        }
        self.descend()
    }

    fn descend(&mut self) -> Node {
        let mut node = self.open.last().copied().unwrap_or(ROOT);
        for (part, span) in std::mem::take(&mut self.key) {
            let fresh = self.nodes + 1;
            let (child, first) = self.children.entry((node, part)).or_insert((fresh, span.clone()));
            if *child == fresh {
                self.nodes = fresh;
            } else {
                self.repeats.firsts.insert(span.start, first.clone());
            }
            node = *child;
        }
        node
    }

    fn header(&mut self) {
        let node = self.descend();
        self.in_echo = !self.defined.insert(node);
        self.open = vec![node];
        self.value = ROOT;
    }
}
