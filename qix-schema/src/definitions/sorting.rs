//! The order of a cube's columns, which decides whether an order of values has an effect.

use crate::types::{HyperCubeDef, NxDimension, NxHypercubeMode, SortCriteria};

impl HyperCubeDef {
    /// Changes the columns or the mode, and with them the order of the columns, unless the user has set one.
    pub(crate) fn settled(mut self, change: impl FnOnce(&mut Self)) -> Self {
        let (order, by_measure) = (self.sorted_first(), self.by_first_measure());
        let [has_order, has_direction] = [self.inter_column_sort_order != order, self.sortby_y_value != by_measure];
        change(&mut self);
        if !has_order {
            self.inter_column_sort_order = self.sorted_first();
        }
        if !has_direction {
            self.sortby_y_value = self.by_first_measure();
        }
        self
    }

    /// The columns of a straight cube in the order in which rows are sorted by them. Rows differ in their dimensions,
    /// so a measure after them has nothing left to sort: measures with an order come first, then dimensions with one.
    /// Empty where the engine's own order does as well, and in cubes whose order is that of their levels.
    fn sorted_first(&self) -> Vec<i32> {
        if self.mode != NxHypercubeMode::Straight {
            return Vec::new();
        }
        let of_dimension = |dimension: &NxDimension| dimension.def.sort_criterias.iter().any(is_sorted);
        let dimensions = self.dimensions.iter().map(|dimension| if of_dimension(dimension) { 1 } else { 2 });
        let measures = self.measures.iter().map(|measure| if is_sorted(&measure.sort_by) { 0 } else { 2 });
        let places: Vec<(i32, i32)> = (0..).zip(dimensions.chain(measures)).collect();
        let order = (0..3).flat_map(|turn| places.iter().filter(move |(_, of)| *of == turn).map(|(at, _)| *at));
        let order: Vec<i32> = order.collect();
        if order.is_sorted() { Vec::new() } else { order }
    }

    /// The direction in which a pivot or stacked cube is sorted by its first measure, the only one that sorts it.
    fn by_first_measure(&self) -> i8 {
        let is_leveled = matches!(self.mode, NxHypercubeMode::Pivot | NxHypercubeMode::PivotStack);
        let first = self.measures.first().filter(|_| is_leveled);
        first.and_then(|measure| directions(&measure.sort_by).find(|direction| *direction != 0)).map_or(0, i8::signum)
    }
}

fn is_sorted(order: &SortCriteria) -> bool {
    directions(order).any(|direction| direction != 0)
}

fn directions(order: &SortCriteria) -> impl Iterator<Item = i8> {
    [
        order.sort_by_state,
        order.sort_by_frequency,
        order.sort_by_numeric,
        order.sort_by_ascii,
        order.sort_by_load_order,
        order.sort_by_expression,
        order.sort_by_greyness,
    ]
    .into_iter()
}

#[cfg(test)]
mod tests {
    use crate::types::{HyperCubeDef, NxDimension, NxHypercubeMode, NxMeasure, SortCriteria};

    fn sorted(dimensions: [bool; 2], measures: [bool; 2]) -> HyperCubeDef {
        let order = |sorted| if sorted { SortCriteria::by_number().reverse() } else { SortCriteria::default() };
        HyperCubeDef::default()
            .with_measures(measures.map(|sorted| NxMeasure::expression("Sum(V)").with_sort_by(order(sorted))))
            .with_dimensions(dimensions.map(|sorted| NxDimension::field("D").with_sort_by(order(sorted))))
    }

    #[test]
    fn sorted_columns_come_first_and_measures_before_dimensions() {
        let order = |dimensions, measures| sorted(dimensions, measures).inter_column_sort_order;
        assert_eq!(order([false, false], [true, false]), [2, 0, 1, 3]);
        assert_eq!(order([false, false], [false, true]), [3, 0, 1, 2]);
        assert_eq!(order([false, true], [false, false]), [1, 0, 2, 3]);
        assert_eq!(order([true, false], [false, true]), [3, 0, 1, 2]);
        assert_eq!(order([false, true], [true, true]), [2, 3, 1, 0]);
        // The engine's own order.
        assert!(order([false, false], [false, false]).is_empty());
        assert!(order([true, false], [false, false]).is_empty());
        assert!(order([true, true], [false, false]).is_empty());
    }

    #[test]
    fn an_explicit_sort_order_is_kept() {
        let cube = HyperCubeDef::default()
            .with_inter_column_sort_order([0, 1])
            .with_dimensions([NxDimension::field("D")])
            .with_measures([NxMeasure::expression("Sum(V)").with_sort_by(SortCriteria::by_number())]);
        assert_eq!(cube.inter_column_sort_order, [0, 1]);
        let cube = sorted([false, false], [true, false]).with_inter_column_sort_order([1, 0, 2, 3]);
        assert_eq!(cube.inter_column_sort_order, [1, 0, 2, 3]);
        // Columns that are replaced take theirs along.
        let cube = sorted([false, false], [true, false]).with_dimensions([NxDimension::field("D")]);
        assert_eq!(cube.inter_column_sort_order, [1, 0, 2]);
        let cube = cube.with_measures([NxMeasure::expression("Sum(V)")]);
        assert!(cube.inter_column_sort_order.is_empty());
    }

    #[test]
    fn cubes_with_levels_are_sorted_by_their_first_measure() {
        for mode in [NxHypercubeMode::Pivot, NxHypercubeMode::PivotStack] {
            let cube = sorted([false, true], [true, false]).with_mode(mode.clone());
            assert_eq!((&cube.inter_column_sort_order[..], cube.sortby_y_value), (&[][..], -1), "{mode}");
            let cube = HyperCubeDef::default().with_mode(mode).with_measures([
                NxMeasure::expression("Sum(V)"),
                NxMeasure::expression("Sum(W)").with_sort_by(SortCriteria::by_number()),
            ]);
            assert_eq!(cube.sortby_y_value, 0);
        }
        let tree = sorted([false, true], [true, false]).with_mode(NxHypercubeMode::Tree);
        assert_eq!((&tree.inter_column_sort_order[..], tree.sortby_y_value), (&[][..], 0));
    }
}
