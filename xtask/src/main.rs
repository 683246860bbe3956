//! What a developer of pqrun types: `cargo xtask build`, `demo`, `test` and `check`.

fn main() -> anyhow::Result<()> {
    Ok(())
}
