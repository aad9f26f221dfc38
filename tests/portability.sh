#!/usr/bin/env bash
# Checks that it compiles for macOS and for Linux on aarch64 (the other steps run on x86_64), with the packages of Debian and PyPI alone. A
# compiler for checks, never the one of a release: it builds the standard library from Debian's source for each target.
# Skipped, with one line, where those packages are not to be had.
set -euo pipefail
cd "$(dirname "$0")/.."

rig=$PWD/target/portability
skip() { echo "skipped: $*"; exit 0; }

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || skip "the packages are those of Linux on x86_64"
for tool in apt-get apt-cache dpkg python3; do command -v "$tool" >/dev/null || skip "there is no $tool"; done
mkdir -p "$rig/debs"

rustc=$rig/root/usr/bin/rustc
if [ ! -x "$rustc" ]; then
    library_of() { apt-cache depends libstd-rust-web-dev 2>/dev/null | grep -o 'libstd-rust-web-[0-9][0-9.]*' | head -1; }
    as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
    # A fresh machine knows no packages, and one that is not fresh may know only older ones.
    library=$(library_of) || { as_root apt-get update -q >/dev/null 2>&1 && library=$(library_of); } ||
        skip "Debian's rustc-web is not to be had here"
    llvm=$(apt-cache depends "$library" 2>/dev/null | grep -o 'libllvm[0-9]*' | head -1) || skip "$library names no LLVM"
    (cd "$rig/debs" && apt-get download -q rustc-web "$library" libstd-rust-web-dev rust-web-src "$llvm") ||
        skip "Debian's packages could not be fetched"
    for package in "$rig"/debs/*.deb; do dpkg -x "$package" "$rig/root"; done
fi
python3 -m venv "$rig/venv" && "$rig/venv/bin/pip" install -q cargo-zigbuild==0.24.0 ziglang==0.17.0 ||
    skip "PyPI's cargo-zigbuild and ziglang are not to be had here"

export RUSTC=$rustc RUSTC_BOOTSTRAP=1 LD_LIBRARY_PATH=$rig/root/usr/lib/x86_64-linux-gnu CARGO_TARGET_DIR=$rig/target
export PATH=$rig/venv/bin:$PATH
echo "compiler: $("$RUSTC" --version)"
for target in aarch64-apple-darwin aarch64-unknown-linux-musl; do
    echo "checking $target"
    cargo-zigbuild check --locked -q -Zbuild-std=std,panic_unwind --target "$target"
done
