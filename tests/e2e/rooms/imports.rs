//! What each file of the library imports, as its syntax tree says. Re-exports are followed to the file that they are of.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, Meta, UseTree, Visibility};

/// A module by its path: `["plan", "entry"]`.
pub type Module = Vec<String>;

/// The library's files by their modules, and what they import.
#[derive(Default)]
pub struct Library {
    files: BTreeSet<Module>,
    /// What a module calls by a name of its own: its `use` items.
    names: BTreeMap<(Module, String), Vec<String>>,
    found: Vec<Found>,
}

/// A path in a file.
struct Found {
    /// The module that it is in, which may be inline.
    module: Module,
    path: Vec<String>,
    is_test: bool,
}

/// A file that imports another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    pub from: Module,
    pub to: Module,
    /// Whether tests alone need it.
    pub is_test: bool,
}

impl Library {
    /// Reads the library whose root module is in this file.
    pub fn read(root: &Path) -> Self {
        let mut library = Self::default();
        library.file(root, root.parent().unwrap(), Vec::new(), false);
        library
    }

    fn file(&mut self, path: &Path, folder: &Path, module: Module, is_test: bool) {
        let syntax = syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap();
        self.files.insert(module.clone());
        let mut reader = Reader { library: self, module: module.clone(), is_test };
        reader.visit_file(&syntax);
        for item in &syntax.items {
            let Item::Mod(ItemMod { attrs, ident, content: None, .. }) = item else { continue };
            let name = ident.to_string();
            let below = folder.join(&name);
            let single = folder.join(format!("{name}.rs"));
            let path = if single.exists() { single } else { below.join("mod.rs") };
            let child = [module.as_slice(), &[name]].concat();
            self.file(&path, &below, child, is_test || is_of_tests(attrs));
        }
    }

    /// Every import of one file by another, each once; one that not only tests need is no import of tests.
    pub fn imports(&self) -> BTreeSet<Import> {
        let mut imports: BTreeMap<(Module, Module), bool> = BTreeMap::new();
        for Found { module, path, is_test } in &self.found {
            let Some(to) = self.resolve(module, path, 0) else { continue };
            let from = self.file_of(module.clone());
            if from != to && !to.is_empty() {
                *imports.entry((from, to)).or_insert(true) &= is_test;
            }
        }
        imports.into_iter().map(|((from, to), is_test)| Import { from, to, is_test }).collect()
    }

    /// The file in which a path ends, where it is one of the library.
    fn resolve(&self, module: &[String], path: &[String], depth: usize) -> Option<Module> {
        let mut at = module.to_vec();
        let mut left = path;
        match path.first()?.as_str() {
            "crate" => at.clear(),
            "self" | "super" => {}
            name => {
                let child = [module, &[name.to_owned()]].concat();
                (path.len() > 1 && self.files.contains(&child)).then_some(())?;
            }
        }
        while let Some((name, rest)) = left.split_first() {
            let child = [at.as_slice(), std::slice::from_ref(name)].concat();
            match name.as_str() {
                "crate" | "self" => {}
                "super" => drop(at.pop()),
                _ if self.files.contains(&child) => at = child,
                _ => {
                    let named = self.names.get(&(at.clone(), name.clone())).filter(|_| depth < 8);
                    let further = named.and_then(|named| self.resolve(&at, &[named, rest].concat(), depth + 1));
                    return Some(further.unwrap_or_else(|| self.file_of(at)));
                }
            }
            left = rest;
        }
        Some(self.file_of(at))
    }

    /// The file of a module that may be inline.
    fn file_of(&self, mut module: Module) -> Module {
        while !self.files.contains(&module) {
            module.pop();
        }
        module
    }
}

/// Whether an item is compiled for tests alone.
fn is_of_tests(attributes: &[Attribute]) -> bool {
    let is_cfg_test = |meta: &Meta| match meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    };
    attributes.iter().any(|attribute| is_cfg_test(&attribute.meta))
}

/// Gathers the paths of one file.
struct Reader<'a> {
    library: &'a mut Library,
    module: Module,
    is_test: bool,
}

impl Reader<'_> {
    fn found(&mut self, path: Vec<String>) {
        self.library.found.push(Found { module: self.module.clone(), path, is_test: self.is_test });
    }

    /// The paths of a tree of `use`, each with the name that it gets here.
    fn tree(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.tree(&with(&path.ident), &path.tree),
            UseTree::Name(name) => self.named(with(&name.ident), name.ident.to_string()),
            UseTree::Rename(rename) => self.named(with(&rename.ident), rename.rename.to_string()),
            UseTree::Glob(_) => self.found(before.to_vec()),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(before, tree)),
        }
    }

    fn named(&mut self, path: Vec<String>, name: String) {
        self.library.names.insert((self.module.clone(), name), path.clone());
        self.found(path);
    }

    /// Tokens that nobody has parsed: of a macro, or of an attribute.
    fn tokens(&mut self, tokens: &str) {
        static PATH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b(?:crate|super)(?: :: \w+)+").unwrap());
        for found in PATH.find_iter(tokens) {
            self.found(found.as_str().split(" :: ").map(str::to_owned).collect());
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        let before = self.is_test;
        self.is_test |= is_of_tests(attributes);
        visit::visit_item(self, item);
        self.is_test = before;
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.tree(&[], &item.tree);
    }

    /// `pub(in crate::…)` imports nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.found(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, found: &'ast Macro) {
        self.tokens(&found.tokens.to_string());
        visit::visit_macro(self, found);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.tokens(&list.tokens.to_string());
        }
    }
}
