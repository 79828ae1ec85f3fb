//! The columns of rows, and the lookup of columns by name.

use std::borrow::Cow;

use qix_schema::types::{
    HyperCube, ListObject, NxAttrExprInfo, NxDimensionInfo, NxListObjectExpression, NxMeasureInfo,
};

#[cfg(feature = "arrow")]
use super::column_type::ColumnType;
use super::doubt::Doubt;
use crate::ext::fields::unquoted;
use crate::platform::lower_case;
use crate::protocol::parts::text;

/// The columns of a cube or a list, in the order of their data.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    columns: Vec<Column>,
    /// The attribute expressions, whose columns come after those of the cells.
    attributes: Vec<Attribute>,
    doubts: Vec<Doubt>,
    /// The columns of a pivot table's dimensions from the outermost level to the innermost, first on the left, then on
    /// top.
    pub(super) levels: Vec<usize>,
    /// The number of levels that the definition puts on the left.
    pub(super) levels_on_left: usize,
    /// Whether they may include the level of the measures, because the order does not show where it is.
    pub(super) measures_among_levels: bool,
    /// Whether the rows also contain the state and the element number of each value.
    pub(super) of_list: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    pub(crate) title: String,
    /// The field, or the expression without its `=`.
    definition: String,
    pub(crate) measure: bool,
    /// The definition of a dimension, as it is, if the layout shows no values of it.
    doubtful: Option<String>,
    /// The type of its values, as far as the layout shows.
    #[cfg(feature = "arrow")]
    pub(crate) kind: ColumnType,
}

/// An attribute expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute {
    /// The column of the cells that have its results.
    pub(super) column: usize,
    /// Its number among the attribute expressions of that column.
    pub(super) number: usize,
}

/// The target of a name in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    Column(usize),
    /// The state of a list value.
    State,
    /// The element number of a list value.
    ElemNumber,
}

impl Columns {
    /// The columns of a straight cube.
    pub(super) fn of_cube(cube: &HyperCube) -> Self {
        let width = usize::try_from(cube.size.cx).unwrap_or(0);
        let mut all: Vec<(Described<'_>, bool)> = Vec::new();
        all.extend(cube.dimension_info.iter().map(|info| (described(info), info.error.is_some())));
        all.extend(cube.measure_info.iter().map(|info| (described(info), info.error.is_some())));
        // Columns with an unmet condition are omitted from the data, and may or may not be in the order.
        let is_shown = |at: &usize| all.get(*at).is_some_and(|(_, hidden)| !hidden || all.len() == width);
        let mut order: Vec<usize> = cube.column_order.iter().filter_map(|at| usize::try_from(*at).ok()).collect();
        order.retain(is_shown);
        let shown: Vec<usize> = (0..all.len()).filter(is_shown).collect();
        // Without sorting, which is a large part of a small page.
        if order.len() != shown.len() || !shown.iter().all(|at| order.contains(at)) {
            order = shown;
        }
        let mut columns: Vec<Described<'_>> = order.into_iter().map(|at| all[at].0.clone()).collect();
        columns.resize(width, Described::default());
        Self::new(columns)
    }

    /// The columns of the rows of a pivot or stacked cube: its dimensions, then its measures.
    pub(super) fn of_pivot(cube: &HyperCube) -> Self {
        let dimensions = cube.dimension_info.iter().filter(|info| info.error.is_none());
        let measures = cube.measure_info.iter().filter(|info| info.error.is_none());
        let columns = dimensions.map(described).chain(measures.map(described)).collect();
        let levels = levels(cube);
        let levels_on_left = levels_on_left(cube, levels.len());
        let measures_among_levels = cube.effective_inter_column_sort_order.iter().all(|at| *at >= 0);
        Self { levels, levels_on_left, measures_among_levels, ..Self::new(columns) }
    }

    /// The columns of a list: its field, then its expressions.
    pub(super) fn of_list(list: &ListObject) -> Self {
        let expressions = list.expressions.iter().map(|expression| (Column::from(expression), &[][..]));
        let columns = std::iter::once(described(&list.dimension_info)).chain(expressions).collect();
        // A list of an unknown field is empty.
        Self { of_list: true, doubts: Vec::new(), ..Self::new(columns) }
    }

    fn new(described: Vec<Described<'_>>) -> Self {
        let (mut columns, of_columns): (Vec<Column>, Vec<_>) = described.into_iter().unzip();
        let doubtful =
            |(column, of): (usize, &Column)| of.doubtful.clone().map(|definition| Doubt::new(column, definition));
        let doubts = columns.iter().enumerate().filter_map(doubtful).collect();
        let mut attributes = Vec::new();
        for (column, infos) in of_columns.into_iter().enumerate() {
            attributes.extend((0..infos.len()).map(|number| Attribute { column, number }));
            columns.extend(infos.iter().map(Column::from));
        }
        Self { columns, attributes, doubts, ..Self::default() }
    }

    /// Omits the columns of attribute expressions.
    pub(super) fn without_attributes(mut self) -> Self {
        self.columns.truncate(self.width());
        self.attributes.clear();
        self
    }

    /// The attribute expressions, in the order of their columns.
    pub(super) fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The dimensions that may name no field.
    pub(super) fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }

    /// The definitions of those that were null everywhere on the first page. Each is returned once.
    pub(super) fn null_only(&self) -> Vec<String> {
        self.doubts.iter().filter_map(Doubt::take_null_only).collect()
    }

    /// The number of cells in a row of the data.
    pub(super) fn width(&self) -> usize {
        self.columns.len() - self.attributes.len()
    }

    /// The titles of the columns that are not attribute expressions.
    pub(super) fn titles_of_cells(&self) -> impl Iterator<Item = &str> {
        self.titles().take(self.width())
    }

    /// The column of a single measure.
    pub(super) fn of_measure(expression: &str) -> Self {
        Self { columns: vec![Column::of_expression(expression)], ..Self::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.columns.len()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Column> {
        self.columns.get(index)
    }

    #[cfg(feature = "arrow")]
    pub(crate) fn kinds(&self) -> impl Iterator<Item = ColumnType> {
        self.columns.iter().map(|column| column.kind)
    }

    pub(crate) fn titles(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.title.as_str())
    }

    /// Finds a column by name: by title, field, or expression; first exactly, then by letters and digits only, then as
    /// the field inside an expression such as `Sum(Sales)`.
    pub(crate) fn find(&self, name: &str) -> Option<Target> {
        let first = |same: fn(&Column) -> &str| self.columns.iter().position(|column| same(column) == name);
        let plain = plain(name);
        let only = |same: &dyn Fn(&Column) -> bool| {
            let mut found = self.columns.iter().enumerate().filter(|(_, column)| same(column));
            found.next().filter(|_| found.next().is_none()).map(|(at, _)| at)
        };
        let column = first(|column| &column.title)
            .or_else(|| first(|column| &column.definition))
            .or_else(|| only(&|column| self::plain(&column.title) == plain))
            .or_else(|| only(&|column| self::plain(&column.definition) == plain))
            .or_else(|| only(&|column| column.inner().is_some_and(|inner| self::plain(inner) == plain)));
        match name {
            _ if column.is_some() => column.map(Target::Column),
            "state" if self.of_list => Some(Target::State),
            "elem_number" if self.of_list => Some(Target::ElemNumber),
            _ => None,
        }
    }
}

/// The visible dimensions, in the order of the levels of a pivot table; -1 is the level of the measures.
fn levels(cube: &HyperCube) -> Vec<usize> {
    let all = &cube.dimension_info;
    let shown: Vec<usize> = (0..all.len()).filter(|at| all[*at].error.is_none()).collect();
    let order: Vec<usize> =
        cube.effective_inter_column_sort_order.iter().filter_map(|at| usize::try_from(*at).ok()).collect();
    // Dimensions with an unmet condition are omitted from the data, and may or may not be counted.
    let counted = order.iter().filter_map(|at| shown.binary_search(at).ok());
    let not_counted = order.iter().copied().filter(|at| *at < shown.len());
    let hidden = order.len() == shown.len() && order.iter().any(|at| shown.binary_search(at).is_err());
    let mut levels: Vec<usize> = if hidden { not_counted.collect() } else { counted.collect() };
    levels.extend((0..shown.len()).filter(|at| !levels.contains(at)).collect::<Vec<_>>());
    levels
}

/// The number of levels that the definition puts on the left, including the level of the measures.
fn levels_on_left(cube: &HyperCube, levels: usize) -> usize {
    let Ok(left) = usize::try_from(cube.no_of_left_dims) else { return levels };
    let order = &cube.effective_inter_column_sort_order;
    let measures = order.iter().take(left).filter(|at| **at < 0).count();
    let shown = |at: &&i32| {
        usize::try_from(**at).is_ok_and(|at| cube.dimension_info.get(at).is_none_or(|info| info.error.is_none()))
    };
    // Dimensions with an unmet condition may or may not be in the order.
    let counted = order.len() - order.iter().filter(|at| **at < 0).count() == cube.dimension_info.len();
    let on_left = if counted { order.iter().take(left).filter(shown).count() } else { left - measures };
    on_left.min(levels)
}

impl Column {
    /// The name in error messages.
    pub(crate) fn name(&self) -> &str {
        if self.title.is_empty() { &self.definition } else { &self.title }
    }

    /// A column of which only the expression is known.
    fn of_expression(expression: &str) -> Self {
        let definition = expression.strip_prefix('=').unwrap_or(expression).trim().to_owned();
        Self {
            title: expression.to_owned(),
            definition,
            measure: true,
            doubtful: None,
            #[cfg(feature = "arrow")]
            kind: ColumnType::default(),
        }
    }

    /// The field in an aggregation of one field.
    fn inner(&self) -> Option<&str> {
        let (_, rest) = self.definition.split_once('(')?;
        let inner = rest.strip_suffix(')')?;
        inner.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ' ' | '[' | ']')).then_some(inner)
    }
}

impl From<&NxDimensionInfo> for Column {
    fn from(info: &NxDimensionInfo) -> Self {
        let group = usize::try_from(info.group_pos).unwrap_or(0);
        let whole = info.group_field_defs.get(group).map_or("", String::as_str).trim();
        let has_values = !info.tags.is_empty() || info.cardinalities.cardinal > 0;
        Self {
            title: info.fallback_title.clone(),
            definition: unquoted(whole.strip_prefix('=').unwrap_or(whole).trim()),
            measure: false,
            doubtful: (!has_values && !whole.is_empty()).then(|| whole.to_owned()),
            #[cfg(feature = "arrow")]
            kind: ColumnType::of_dimension(info),
        }
    }
}

impl From<&NxMeasureInfo> for Column {
    fn from(info: &NxMeasureInfo) -> Self {
        // Without a label, the title is the expression, which is not in the layout otherwise.
        Self {
            #[cfg(feature = "arrow")]
            kind: ColumnType::of_measure(info),
            ..Self::of_expression(&info.fallback_title)
        }
    }
}

impl From<&NxListObjectExpression> for Column {
    fn from(expression: &NxListObjectExpression) -> Self {
        Self::of_expression(&expression.expr)
    }
}

impl From<&NxAttrExprInfo> for Column {
    fn from(info: &NxAttrExprInfo) -> Self {
        let id = info.extra.json("id").and_then(|id| text(id.as_str())).filter(|id| !id.is_empty());
        let column = Self::of_expression(&info.fallback_title);
        Self {
            title: id.map_or(column.title, Cow::into_owned),
            #[cfg(feature = "arrow")]
            kind: ColumnType::of_attribute(info),
            ..column
        }
    }
}

/// A column with its attribute expressions.
type Described<'i> = (Column, &'i [NxAttrExprInfo]);

trait Info {
    fn attributes(&self) -> &[NxAttrExprInfo];
}

impl Info for NxDimensionInfo {
    fn attributes(&self) -> &[NxAttrExprInfo] {
        &self.attr_expr_info
    }
}

impl Info for NxMeasureInfo {
    fn attributes(&self) -> &[NxAttrExprInfo] {
        &self.attr_expr_info
    }
}

fn described<'i, I: Info>(info: &'i I) -> Described<'i>
where
    Column: From<&'i I>,
{
    (Column::from(info), info.attributes())
}

/// Letters and digits, in lower case.
fn plain(name: &str) -> String {
    lower_case(&name.chars().filter(|c| c.is_alphanumeric()).collect::<String>())
}

#[cfg(test)]
mod tests {
    use qix_schema::types::{HyperCube, NxDimensionInfo, NxMeasureInfo, NxValidationError, Size};

    use super::{Columns, Target};

    fn cube(width: i32) -> HyperCube {
        HyperCube::default()
            .with_size(Size::default().with_cx(width))
            .with_dimension_info([
                NxDimensionInfo::default().with_fallback_title("Year").with_group_field_defs(["[Order Year]"]),
                NxDimensionInfo::default().with_fallback_title("region").with_group_field_defs(["=Region"]),
            ])
            .with_measure_info(
                ["Total Sales", "Sum(Sales)", "Sum(A)", "Max(A)"]
                    .map(|title| NxMeasureInfo::default().with_fallback_title(title)),
            )
    }

    #[test]
    fn a_name_finds_the_closest_column() {
        let columns = Columns::of_cube(&cube(6));
        let found = |name| columns.find(name);
        assert_eq!(found("Year"), Some(Target::Column(0)));
        assert_eq!(found("Order Year"), Some(Target::Column(0)));
        assert_eq!(found("order_year"), Some(Target::Column(0)));
        assert_eq!(found("Region"), Some(Target::Column(1)));
        assert_eq!(found("total_sales"), Some(Target::Column(2)));
        assert_eq!(found("sales"), Some(Target::Column(3)));
        assert_eq!(found("sum_sales"), Some(Target::Column(3)));
        assert_eq!(found("a"), None, "two columns could be meant");
        assert_eq!(found("state"), None);
    }

    #[test]
    fn columns_are_in_the_order_of_their_data() {
        let mut cube = cube(6).with_column_order([5, 0, 1, 2, 3, 4]);
        let titles = |cube: &HyperCube| Columns::of_cube(cube).titles().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(titles(&cube), ["Max(A)", "Year", "region", "Total Sales", "Sum(Sales)", "Sum(A)"]);
        cube.dimension_info[0].error = Some(Box::new(NxValidationError::default().with_error_code(7005)));
        cube.size.cx = 5;
        assert_eq!(titles(&cube), ["Max(A)", "region", "Total Sales", "Sum(Sales)", "Sum(A)"]);
        // The order may or may not contain hidden columns.
        cube.column_order = vec![5, 1, 4, 2, 3];
        assert_eq!(titles(&cube), ["Max(A)", "region", "Sum(A)", "Total Sales", "Sum(Sales)"]);
        let natural = ["region", "Total Sales", "Sum(Sales)", "Sum(A)", "Max(A)"];
        for order in [vec![], vec![5, 1], vec![5, 5, 1, 2, 3, 4], vec![9, 1, 4, 2, 3], vec![-1, 5, 1, 4, 2]] {
            cube.column_order = order;
            assert_eq!(titles(&cube), natural);
        }
    }

    #[test]
    fn a_field_is_found_by_its_name_without_brackets() {
        let of = |definition: &str, title: &str| {
            NxDimensionInfo::default().with_fallback_title(title).with_group_field_defs([definition])
        };
        let cube = HyperCube::default()
            .with_size(Size::default().with_cx(2))
            .with_dimension_info([of("[Net [EUR]]]", "A"), of("=[Net (EUR)]", "B")]);
        let columns = Columns::of_cube(&cube);
        assert_eq!(columns.find("Net [EUR]"), Some(Target::Column(0)));
        assert_eq!(columns.find("Net (EUR)"), Some(Target::Column(1)));
    }
}
