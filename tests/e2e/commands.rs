//! The folder of the commands is what it says: a file for each command, and none imports another.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Every Rust file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).filter(|path| is_rust(path)).collect()
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

/// The first path in a text that can lead to another command: one to a parent module, or through `commands`.
fn import_of_a_command(text: &str) -> Option<&str> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let path = Regex::new(r"\bsuper::|\bcommands\b\s*::|cli::\{[^;]*\bcommands\b|cli::(?:\{[^;]*)?\*").unwrap();
    path.find(text).map(|found| found.as_str())
}

#[test]
fn no_command_imports_another() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/commands");
    let files = files(&folder);
    assert!(files.len() > 20, "the commands are elsewhere: {files:?}");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let import = import_of_a_command(&text);
        assert_eq!(import, None, "{}: move what commands share out of src/cli/commands", file.display());
    }
}

#[test]
fn an_import_of_a_command_is_found_in_every_form() {
    for import in [
        "use super::show::read;",
        "use super::{show, Failure};",
        "use crate::cli::commands::show;",
        "use crate::cli::{commands, flags::Global};",
        "use crate::cli::{\n    flags::Global,\n    commands::show,\n};",
        "use crate::cli::*;",
        "let state = crate::cli::commands::show::read();",
    ] {
        assert!(import_of_a_command(import).is_some(), "{import}");
    }
    let own = "mod list;\nuse crate::cli::flags::{Global, Network};\nlist::run()\n#[cfg(test)]\nmod tests {\n    use super::*;";
    assert_eq!(import_of_a_command(own), None);
}
