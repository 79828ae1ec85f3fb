//! Pages of pivot and stacked cubes, and trees, borrowed from the input.

use std::borrow::Cow;
use std::ops::Range;

use super::Cell;
use super::attributes::{Attributes, check};
use super::page;
use crate::types::{
    NxAttributeDimValues, NxAttributeExpressionValues, NxDimCellType, NxPivotDimensionCell, NxPivotPage,
    NxPivotValuePoint, NxSimpleValue, NxStackPage, NxStackedPivotCell, NxTreeNode, NxTreeValue, Rect, StateEnumType,
};
use crate::wire::{
    DecodeError, Input, ListStart, ReadObject, Record, Scanned, Stop, TextInput, Wire, elements, explain, in_any_order,
    object, open_list, plain, recursive, trim,
};

/// A page of a pivot table: [`NxPivotPage`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PivotPage<'a> {
    /// [`NxPivotPage::left`].
    pub left: Vec<Node<'a>>,
    /// [`NxPivotPage::top`].
    pub top: Vec<Node<'a>>,
    /// [`NxPivotPage::data`].
    pub data: Vec<Vec<Node<'a>>>,
}

/// A page of a stacked cube: [`NxStackPage`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct StackPage<'a> {
    /// [`NxStackPage::data`].
    pub data: Vec<Node<'a>>,
}

/// The most important parts of a heading or a value, borrowed from the input. Trees are lists of nodes: each node comes
/// before the nodes below it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Node<'a> {
    /// The number of nodes that it is below.
    pub level: usize,
    /// The formatted string.
    pub text: Cow<'a, str>,
    /// The number, or `NaN`.
    pub value: f64,
    /// The element number of a heading, or a negative code.
    pub elem_no: i32,
    /// What the node is.
    pub kind: NxDimCellType,
    results: Results<'a>,
}

/// The results of attribute expressions, decoded or not.
#[derive(Clone, Debug, Default)]
enum Results<'a> {
    #[default]
    Nothing,
    /// The JSON text of an [`NxAttributeExpressionValues`].
    Text(&'a str),
    Values(Cow<'a, [NxSimpleValue]>),
}

impl Node<'_> {
    /// The text, the numbers, and the results of attribute expressions as a cell.
    #[inline]
    pub fn cell(&self) -> Cell<'_> {
        let attributes = self.results.attributes();
        Cell { text: &self.text, num: self.value, elem_number: self.elem_no, attributes, ..Cell::default() }
    }
}

/// Nodes of a tree: [`NxTreeNode`]s.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Tree<'a> {
    /// The nodes, each before those below it.
    pub nodes: Vec<Node<'a>>,
    /// What only nodes of trees have, by node.
    parts: Vec<Parts>,
    /// The values of all nodes.
    values: Vec<Node<'a>>,
}

/// The parts of a node of a tree.
#[derive(Clone, Debug, Default)]
struct Parts {
    group_size: i32,
    /// The positions of its values.
    values: Range<usize>,
}

impl<'a> Tree<'a> {
    /// The measures of a node: [`NxTreeNode::values`].
    pub fn values(&self, node: usize) -> &[Node<'a>] {
        self.parts.get(node).map_or(&[], |parts| &self.values[parts.values.clone()])
    }

    /// The number of nodes below a node, whether or not they were requested: [`NxTreeNode::group_size`].
    pub fn group_size(&self, node: usize) -> i32 {
        self.parts.get(node).map_or(0, |parts| parts.group_size)
    }
}

/// Reads the response of a call that returns pages of a pivot table.
///
/// ```
/// use qix_schema::cells::read_pivot_pages;
///
/// let answer = r#"{"qDataPages":[{
///     "qLeft":[{"qText":"A","qElemNo":0,"qType":"N","qSubNodes":[{"qText":"x","qElemNo":1,"qType":"N"}]}],
///     "qTop":[],
///     "qData":[[{"qText":"7","qNum":7}]]
/// }]}"#;
/// let page = &read_pivot_pages(answer)?[0];
/// let left: Vec<_> = page.left.iter().map(|node| (node.level, &*node.text)).collect();
/// assert_eq!(left, [(0, "A"), (1, "x")]);
/// assert_eq!(page.data[0][0].value, 7.0);
/// # Ok::<(), qix_schema::DecodeError>(())
/// ```
///
/// # Errors
///
/// Returns the same errors as decoding into [`NxPivotPage`]s.
pub fn read_pivot_pages(result: &str) -> Result<Vec<PivotPage<'_>>, DecodeError> {
    read_pages(result)
}

/// Reads the response of a call that returns pages of a stacked cube.
///
/// # Errors
///
/// Returns the same errors as decoding into [`NxStackPage`]s.
pub fn read_stack_pages(result: &str) -> Result<Vec<StackPage<'_>>, DecodeError> {
    read_pages(result)
}

/// Reads the response of a call that returns nodes of a tree.
///
/// ```
/// use qix_schema::cells::read_tree_nodes;
///
/// let answer = r#"{"qNodes":[{
///     "qText":"A","qElemNo":0,"qType":"N","qValues":[{"qText":"7","qValue":7}],
///     "qNodes":[{"qText":"x","qElemNo":1,"qType":"N"}]
/// }]}"#;
/// let tree = read_tree_nodes(answer)?;
/// let nodes: Vec<_> = tree.nodes.iter().map(|node| (node.level, &*node.text)).collect();
/// assert_eq!(nodes, [(0, "A"), (1, "x")]);
/// assert_eq!(tree.values(0)[0].value, 7.0);
/// # Ok::<(), qix_schema::DecodeError>(())
/// ```
///
/// # Errors
///
/// Returns the same errors as decoding into [`NxTreeNode`]s.
pub fn read_tree_nodes(result: &str) -> Result<Tree<'_>, DecodeError> {
    let mut tree = Tree::default();
    explain(result, object(result, Nodes(&mut tree)))?;
    Ok(tree)
}

struct Nodes<'t, 'a>(&'t mut Tree<'a>);

impl<'a> ReadObject<'a> for Nodes<'_, 'a> {
    const NAME: &'static str = "an answer";

    fn members(&mut self, text: &mut TextInput<'a>) -> Result<(), Stop> {
        text.take(r#"qNodes":"#, |text| list(text, self.0, 0, |tree, text| tree_node(text, tree, 0)))
    }

    fn in_any_order(self, text: TextInput<'a>) -> Scanned<'a> {
        in_any_order(text, &["qNodes"], self)
    }
}

fn read_pages<'a, P: Page<'a>>(result: &'a str) -> Result<Vec<P>, DecodeError> {
    let mut pages = Vec::new();
    explain(result, object(result, DataPages(&mut pages)))?;
    Ok(pages)
}

trait Page<'a>: Default {
    fn scan(&mut self, text: &'a str) -> Scanned<'a>;
}

struct DataPages<'p, P>(&'p mut Vec<P>);

impl<'a, P: Page<'a>> ReadObject<'a> for DataPages<'_, P> {
    const NAME: &'static str = "an answer";

    fn members(&mut self, text: &mut TextInput<'a>) -> Result<(), Stop> {
        text.take(r#"qDataPages":"#, |text| {
            list(text, self.0, 0, |pages, text| {
                pages.push(P::default());
                pages.last_mut().expect("one was pushed").scan(text)
            })
        })
    }

    fn in_any_order(self, text: TextInput<'a>) -> Scanned<'a> {
        in_any_order(text, &["qDataPages"], self)
    }
}

impl<'a> Page<'a> for PivotPage<'a> {
    fn scan(&mut self, text: &'a str) -> Scanned<'a> {
        object(text, ReadPivot { page: self, area: Rect::default() })
    }
}

struct ReadPivot<'p, 'a> {
    page: &'p mut PivotPage<'a>,
    area: Rect,
}

impl<'a> ReadObject<'a> for ReadPivot<'_, 'a> {
    const NAME: &'static str = "NxPivotPage";

    fn members(&mut self, text: &mut TextInput<'a>) -> Result<(), Stop> {
        let Self { page, area } = self;
        text.take(r#"qLeft":"#, |text| nodes::<false>(text, &mut page.left, 0, 0))?;
        text.take(r#"qTop":"#, |text| nodes::<false>(text, &mut page.top, 0, 0))?;
        text.take(r#"qData":"#, |text| {
            list(text, &mut page.data, 0, |rows, text| {
                // Rows have the same length.
                rows.push(Vec::with_capacity(rows.last().map_or(0, Vec::len)));
                points(text, rows.last_mut().expect("one was pushed"))
            })
        })?;
        text.member(r#"qArea":"#, area)
    }

    fn in_any_order(self, text: TextInput<'a>) -> Scanned<'a> {
        in_any_order(text, &["qLeft", "qTop", "qData", "qArea"], self)
    }
}

impl<'a> Page<'a> for StackPage<'a> {
    fn scan(&mut self, text: &'a str) -> Scanned<'a> {
        object(text, ReadStack { page: self, area: Rect::default() })
    }
}

struct ReadStack<'p, 'a> {
    page: &'p mut StackPage<'a>,
    area: Rect,
}

impl<'a> ReadObject<'a> for ReadStack<'_, 'a> {
    const NAME: &'static str = "NxStackPage";

    fn members(&mut self, text: &mut TextInput<'a>) -> Result<(), Stop> {
        text.take(r#"qData":"#, |text| nodes::<true>(text, &mut self.page.data, 0, 0))?;
        text.member(r#"qArea":"#, &mut self.area)
    }

    fn in_any_order(self, text: TextInput<'a>) -> Scanned<'a> {
        in_any_order(text, &["qData", "qArea"], self)
    }
}

/// Reads the nodes of a level after the first ones of a list, which replace all others.
#[inline(always)]
fn nodes<'a, const STACKED: bool>(text: &'a str, found: &mut Vec<Node<'a>>, first: usize, level: usize) -> Scanned<'a> {
    list(text, found, first, |found, text| node::<STACKED>(text, found, level))
}

/// Reads a node, and those below it.
#[inline(never)]
fn node<'a, const STACKED: bool>(text: &'a str, found: &mut Vec<Node<'a>>, level: usize) -> Scanned<'a> {
    recursive(text, || {
        let at = found.len();
        found.push(Node::default());
        let mut node = Node { level, ..Node::default() };
        let rest =
            object(text, ReadNode::<STACKED> { node: &mut node, found, below: at + 1, unused: Unused::default() })?;
        found[at] = node;
        Ok(rest)
    })
}

/// Members that are read only because they may be faulty.
#[derive(Default)]
struct Unused<'a> {
    flag: bool,
    integer: i32,
    float: f64,
    text: Cow<'a, str>,
}

/// Reads a node of a tree, and those below it.
#[inline(never)]
fn tree_node<'a>(text: &'a str, tree: &mut Tree<'a>, level: usize) -> Scanned<'a> {
    recursive(text, || {
        let at = tree.nodes.len();
        tree.nodes.push(Node::default());
        tree.parts.push(Parts::default());
        let mut node = Node { level, ..Node::default() };
        let mut parts = Parts::default();
        let read = ReadTreeNode {
            node: &mut node,
            parts: &mut parts,
            tree,
            below: at + 1,
            unused: Unused::default(),
            state: StateEnumType::default(),
        };
        let rest = object(text, read)?;
        tree.nodes[at] = node;
        tree.parts[at] = parts;
        Ok(rest)
    })
}

struct ReadTreeNode<'n, 'a> {
    node: &'n mut Node<'a>,
    parts: &'n mut Parts,
    tree: &'n mut Tree<'a>,
    /// The position of the first node below this one.
    below: usize,
    unused: Unused<'a>,
    state: StateEnumType,
}

impl<'a> ReadObject<'a> for ReadTreeNode<'_, 'a> {
    const NAME: &'static str = NxTreeNode::NAME;

    #[inline(always)]
    fn members(&mut self, text: &mut TextInput<'a>) -> Result<(), Stop> {
        let Self { node, parts, tree, below, unused, state } = self;
        text.take(r#"qText":"#, |text| string(&mut node.text, text))?;
        text.take(r#"qValue":"#, |text| node.value.scan_inline(text))?;
        text.take(r#"qElemNo":"#, |text| node.elem_no.scan_inline(text))?;
        text.take(r#"qGroupPos":"#, |text| unused.integer.scan_inline(text))?;
        text.take(r#"qGroupSize":"#, |text| parts.group_size.scan_inline(text))?;
        text.take(r#"qRow":"#, |text| unused.integer.scan_inline(text))?;
        text.take(r#"qType":"#, |text| node.kind.scan_inline(text))?;
        text.take(r#"qValues":"#, |text| {
            let first = tree.values.len();
            let rest = list(text, &mut tree.values, first, tree_value)?;
            // `null` is not a list.
            if tree.values.len() > first || !trim(text).starts_with('n') {
                parts.values = first..tree.values.len();
            }
            Ok(rest)
        })?;
        text.take(r#"qNodes":"#, |text| {
            list(text, &mut **tree, *below, |tree, text| tree_node(text, tree, node.level + 1))
        })?;
        text.take(r#"qAttrExps":"#, |text| node.results.scan(text))?;
        text.take(r#"qAttrDims":"#, |text| NxAttributeDimValues::default().scan(text))?;
        text.take(r#"qMaxPos":"#, |text| page::list(text, |text| unused.float.scan(text)))?;
        text.take(r#"qMinNeg":"#, |text| page::list(text, |text| unused.float.scan(text)))?;
        text.take(r#"qCanExpand":"#, |text| unused.flag.scan(text))?;
        text.take(r#"qCanCollapse":"#, |text| unused.flag.scan(text))?;
        text.take(r#"qState":"#, |text| state.scan(text))?;
        text.take(r#"qTreePath":"#, |text| page::list(text, |text| unused.integer.scan(text)))
    }

    fn in_any_order(self, text: TextInput<'a>) -> Scanned<'a> {
        in_any_order(text, NxTreeNode::MEMBERS, self)
    }
}

/// Reads a value of a node of a tree.
#[inline(always)]
fn tree_value<'a>(found: &mut Vec<Node<'a>>, text: &'a str) -> Scanned<'a> {
    found.push(Node::default());
    object(text, ReadTreeValue(found.last_mut().expect("one was pushed")))
}

struct ReadTreeValue<'n, 'a>(&'n mut Node<'a>);

impl<'a> ReadObject<'a> for ReadTreeValue<'_, 'a> {
    const NAME: &'static str = NxTreeValue::NAME;

    #[inline(always)]
    fn members(&mut self, text: &mut TextInput<'a>) -> Result<(), Stop> {
        text.take(r#"qText":"#, |text| string(&mut self.0.text, text))?;
        text.take(r#"qValue":"#, |text| self.0.value.scan_inline(text))?;
        text.take(r#"qAttrExps":"#, |text| self.0.results.scan(text))?;
        text.take(r#"qAttrDims":"#, |text| NxAttributeDimValues::default().scan(text))
    }

    fn in_any_order(self, text: TextInput<'a>) -> Scanned<'a> {
        in_any_order(text, NxTreeValue::MEMBERS, self)
    }
}

struct ReadNode<'n, 'a, const STACKED: bool> {
    node: &'n mut Node<'a>,
    found: &'n mut Vec<Node<'a>>,
    /// The position of the first node below this one.
    below: usize,
    unused: Unused<'a>,
}

impl<'a, const STACKED: bool> ReadObject<'a> for ReadNode<'_, 'a, STACKED> {
    const NAME: &'static str = if STACKED { "NxStackedPivotCell" } else { "NxPivotDimensionCell" };

    #[inline(always)]
    fn members(&mut self, text: &mut TextInput<'a>) -> Result<(), Stop> {
        let Self { node, found, below, unused } = self;
        text.take(r#"qText":"#, |text| string(&mut node.text, text))?;
        text.take(r#"qElemNo":"#, |text| node.elem_no.scan_inline(text))?;
        text.take(r#"qValue":"#, |text| node.value.scan_inline(text))?;
        text.take(r#"qCanExpand":"#, |text| unused.flag.scan_inline(text))?;
        text.take(r#"qCanCollapse":"#, |text| unused.flag.scan_inline(text))?;
        text.take(r#"qType":"#, |text| node.kind.scan_inline(text))?;
        if STACKED {
            text.take(r#"qMaxPos":"#, |text| unused.float.scan_inline(text))?;
            text.take(r#"qMinNeg":"#, |text| unused.float.scan_inline(text))?;
        }
        text.take(r#"qUp":"#, |text| unused.integer.scan_inline(text))?;
        text.take(r#"qDown":"#, |text| unused.integer.scan_inline(text))?;
        if STACKED {
            text.take(r#"qRow":"#, |text| unused.integer.scan_inline(text))?;
        }
        text.take(r#"qSubNodes":"#, |text| nodes::<STACKED>(text, found, *below, node.level + 1))?;
        text.take(r#"qAttrExps":"#, |text| node.results.scan(text))?;
        text.take(r#"qAttrDims":"#, |text| NxAttributeDimValues::default().scan(text))
    }

    fn in_any_order(self, text: TextInput<'a>) -> Scanned<'a> {
        in_any_order(text, if STACKED { NxStackedPivotCell::MEMBERS } else { NxPivotDimensionCell::MEMBERS }, self)
    }
}

/// Reads the values of a row.
#[inline(never)]
fn points<'a>(text: &'a str, found: &mut Vec<Node<'a>>) -> Scanned<'a> {
    list(text, found, 0, |found, text| {
        found.push(Node::default());
        let node = found.last_mut().expect("one was pushed");
        object(text, ReadPoint { node, unused: Unused::default() })
    })
}

struct ReadPoint<'n, 'a> {
    node: &'n mut Node<'a>,
    unused: Unused<'a>,
}

impl<'a> ReadObject<'a> for ReadPoint<'_, 'a> {
    const NAME: &'static str = NxPivotValuePoint::NAME;

    #[inline(always)]
    fn members(&mut self, text: &mut TextInput<'a>) -> Result<(), Stop> {
        let Self { node, unused } = self;
        text.take(r#"qLabel":"#, |text| string(&mut unused.text, text))?;
        text.take(r#"qText":"#, |text| string(&mut node.text, text))?;
        text.take(r#"qNum":"#, |text| node.value.scan_inline(text))?;
        text.take(r#"qType":"#, |text| node.kind.scan_inline(text))?;
        text.take(r#"qAttrExps":"#, |text| node.results.scan(text))?;
        text.take(r#"qAttrDims":"#, |text| NxAttributeDimValues::default().scan(text))
    }

    fn in_any_order(self, text: TextInput<'a>) -> Scanned<'a> {
        in_any_order(text, NxPivotValuePoint::MEMBERS, self)
    }
}

/// What a list is read into.
trait Truncate {
    fn truncate(&mut self, length: usize);
}

impl<T> Truncate for Vec<T> {
    fn truncate(&mut self, length: usize) {
        self.truncate(length);
    }
}

impl Truncate for Tree<'_> {
    fn truncate(&mut self, length: usize) {
        self.nodes.truncate(length);
        self.parts.truncate(length);
    }
}

/// Reads a list after the first elements of another, which it replaces from there on. `null` replaces nothing.
#[inline(always)]
fn list<'a, L: Truncate>(
    text: &'a str,
    found: &mut L,
    first: usize,
    mut element: impl FnMut(&mut L, &'a str) -> Scanned<'a>,
) -> Scanned<'a> {
    match open_list(text)? {
        ListStart::Null(rest) => Ok(rest),
        ListStart::Empty(rest) => {
            found.truncate(first);
            Ok(rest)
        }
        ListStart::Elements(text) => {
            found.truncate(first);
            elements(text, |text| element(found, text))
        }
    }
}

/// Reads a string without copying it unless it has escapes.
#[inline(always)]
pub(super) fn string<'a>(place: &mut Cow<'a, str>, text: &'a str) -> Scanned<'a> {
    match text.strip_prefix("\"").and_then(plain) {
        Some((plain, rest)) => {
            *place = Cow::Borrowed(plain);
            Ok(rest)
        }
        None => unusual_string(place, text),
    }
}

#[cold]
#[inline(never)]
fn unusual_string<'a>(place: &mut Cow<'a, str>, text: &'a str) -> Scanned<'a> {
    place.to_mut().scan(text)
}

impl<'a> Results<'a> {
    #[inline(never)]
    fn scan(&mut self, text: &'a str) -> Scanned<'a> {
        if matches!(self, Self::Nothing) {
            let rest = check(text)?;
            *self = Self::Text(&text[..text.len() - rest.len()]);
            return Ok(rest);
        }
        // The member occurs twice: what the second one does not have is that of the first one.
        let values = self.attributes().values().into_owned();
        let mut decoded = NxAttributeExpressionValues::default().with_values(values);
        let rest = decoded.scan(text)?;
        *self = Self::Values(Cow::Owned(decoded.values));
        Ok(rest)
    }

    fn attributes(&self) -> Attributes<'_> {
        match self {
            Self::Nothing => Attributes::default(),
            Self::Text(text) => Attributes::Text(text),
            Self::Values(values) => Attributes::Values(values),
        }
    }
}

impl<'a> From<Option<&'a NxAttributeExpressionValues>> for Results<'a> {
    fn from(results: Option<&'a NxAttributeExpressionValues>) -> Self {
        results.map_or(Self::Nothing, |results| Self::Values(Cow::Borrowed(&results.values)))
    }
}

impl<'a> From<&'a NxPivotPage> for PivotPage<'a> {
    fn from(page: &'a NxPivotPage) -> Self {
        let points = |row: &'a Vec<NxPivotValuePoint>| row.iter().map(Node::from).collect();
        Self { left: flat(&page.left), top: flat(&page.top), data: page.data.iter().map(points).collect() }
    }
}

impl<'a> From<&'a NxStackPage> for StackPage<'a> {
    fn from(page: &'a NxStackPage) -> Self {
        Self { data: flat(&page.data) }
    }
}

impl<'a> From<&'a [NxTreeNode]> for Tree<'a> {
    fn from(trees: &'a [NxTreeNode]) -> Self {
        let mut found = Self::default();
        visit(trees, |level, tree| {
            let first = found.values.len();
            found.values.extend(tree.values.iter().map(Node::from));
            found.parts.push(Parts { group_size: tree.group_size, values: first..found.values.len() });
            found.nodes.push(Node { level, ..tree.into() });
        });
        found
    }
}

impl<'a> From<&'a NxPivotValuePoint> for Node<'a> {
    fn from(point: &'a NxPivotValuePoint) -> Self {
        Self {
            text: Cow::Borrowed(&point.text),
            value: point.num,
            kind: point.type_.clone(),
            results: point.attr_exps().into(),
            ..Self::default()
        }
    }
}

impl<'a> From<&'a NxTreeValue> for Node<'a> {
    fn from(value: &'a NxTreeValue) -> Self {
        Self {
            text: Cow::Borrowed(&value.text),
            value: value.value,
            results: Some(&value.attr_exps).into(),
            ..Self::default()
        }
    }
}

/// A node with others below it.
trait Below {
    fn node(&self) -> Node<'_>;
    fn below(&self) -> &[Self]
    where
        Self: Sized;
}

/// The nodes of trees.
fn flat<T: Below>(nodes: &[T]) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    visit(nodes, |level, tree| found.push(Node { level, ..tree.node() }));
    found
}

/// Visits the nodes of trees, each before those below it.
fn visit<'a, T: Below>(nodes: &'a [T], mut visit: impl FnMut(usize, &'a T)) {
    let mut waiting: Vec<(usize, &T)> = nodes.iter().rev().map(|node| (0, node)).collect();
    while let Some((level, tree)) = waiting.pop() {
        visit(level, tree);
        waiting.extend(tree.below().iter().rev().map(|node| (level + 1, node)));
    }
}

macro_rules! trees {
    ($($kind:ty, $below:ident, |$node:ident| $results:expr;)*) => {$(
        impl<'a> From<&'a $kind> for Node<'a> {
            /// The node alone, without those below it.
            fn from($node: &'a $kind) -> Self {
                Self {
                    text: Cow::Borrowed(&$node.text),
                    value: $node.value,
                    elem_no: $node.elem_no,
                    kind: $node.type_.clone(),
                    results: $results.into(),
                    ..Self::default()
                }
            }
        }

        impl Below for $kind {
            fn node(&self) -> Node<'_> {
                self.into()
            }

            fn below(&self) -> &[Self] {
                &self.$below
            }
        }
    )*};
}

trees! {
    NxPivotDimensionCell, sub_nodes, |node| node.attr_exps();
    NxStackedPivotCell, sub_nodes, |node| node.attr_exps();
    NxTreeNode, nodes, |node| Some(&node.attr_exps);
}
