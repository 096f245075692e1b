//! A plot of text, beside the tables.

use std::fmt;

/// What a bar has at most.
const WIDTH: f64 = 40.0;

/// Lines of figures, each a bar; those of one name belong together.
pub(crate) struct Plot {
    title: String,
    places: Vec<String>,
    lines: Vec<(String, Vec<f64>)>,
}

impl Plot {
    /// Each name will have a figure for each of these.
    pub(crate) fn new(title: &str, places: &[String]) -> Self {
        Self { title: title.to_owned(), places: places.to_vec(), lines: Vec::new() }
    }

    /// The next figure of this name.
    pub(crate) fn point(&mut self, name: &str, figure: f64) {
        match self.lines.last_mut() {
            Some((last, figures)) if last == name => figures.push(figure),
            _ => self.lines.push((name.to_owned(), vec![figure])),
        }
    }
}

impl fmt::Display for Plot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let highest = self.lines.iter().flat_map(|(_, figures)| figures).copied().fold(1.0, f64::max);
        writeln!(f, "\n{}", self.title)?;
        for (name, figures) in &self.lines {
            for (i, (place, figure)) in self.places.iter().zip(figures).enumerate() {
                let name = if i == 0 { name } else { "" };
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a bar has whole characters"
                )]
                let bar = "#".repeat((figure / highest * WIDTH).ceil() as usize);
                writeln!(f, "{name:<25} {place:>7} |{bar} {figure:.0}")?;
            }
        }
        Ok(())
    }
}
