//! Columns for a terminal.

/// The widest column: what is longer pushes its own line only.
const WIDEST: usize = 64;

/// Columns as wide as their widest cell, within reason; nothing trails.
pub(super) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let widths: [usize; N] = std::array::from_fn(|column| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.filter(|width| *width <= WIDEST).max().unwrap_or(0)
    });
    let line = |row: &[String; N]| {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a", "bb"], ["ccc", "d"]].map(|row| row.map(str::to_owned));
        assert_eq!(table(&rows), "a    bb\nccc  d\n");
    }

    #[test]
    fn a_cell_of_any_length_widens_no_other_line() {
        let long = "x".repeat(70_000);
        let rows = [["a", "b"], [&long, "c"]].map(|row| row.map(str::to_owned));
        assert_eq!(table(&rows), format!("a  b\n{long}  c\n"));
    }
}
