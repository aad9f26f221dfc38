# What CI runs is `just ci`, which is `.ci/run`.

# List the recipes.
default:
    @just --list

# Plan and apply the quickstart against the embedded sandbox.
quickstart:
    cargo run -- apply -c examples/quickstart/webhooks.toml --state state/quickstart.state.json --auto-approve

# Every test that needs Rust alone.
test:
    cargo test --locked

# Format, lint, document.
check:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

# Everything that CI runs, interop included.
ci:
    .ci/run

# The benchmarks; the figures in the README come from here.
bench:
    cargo bench
    cargo build --release
    benches/scale.py
    benches/create.py
