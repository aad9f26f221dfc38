//! Which line a byte is on, by search in an index that is made once.

/// The offsets at which the lines of a text start.
pub(in crate::config) struct Lines(Vec<usize>);

impl Lines {
    pub(in crate::config) fn of(text: &str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        Self(std::iter::once(0).chain(ends).collect())
    }

    /// The 1-based line of a byte in the file that starts at another byte.
    pub(in crate::config) fn line_in(&self, file_start: usize, offset: usize) -> usize {
        self.line(offset) + 1 - self.line(file_start)
    }

    /// The 1-based line of a byte.
    pub(in crate::config) fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newline_belongs_to_the_line_that_it_ends() {
        let lines = Lines::of("a\n\nb");
        assert_eq!([0, 1, 2, 3, 4].map(|at| lines.line(at)), [1, 1, 2, 3, 3]);
    }
}
