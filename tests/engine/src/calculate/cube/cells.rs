//! Texts of values of a cube, for all modes.

use super::Cube;
use crate::calculate::format;
use crate::value::Dual;

impl Cube {
    /// A measure's value as text.
    pub(super) fn shown(&self, measure: usize, value: &Dual) -> String {
        let format = self.measures.get(measure).and_then(|measure| measure.definition.format.as_ref());
        format::shown(value, format, &self.settings)
    }
}
