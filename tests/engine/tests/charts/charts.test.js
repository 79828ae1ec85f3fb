'use strict';

const assert = require('node:assert');
const test = require('node:test');
const { start } = require('./browser');
const { counts, products, regions, rows, sums } = require('./data');

const measure = (expression) => ({ qDef: { qDef: expression, qLabel: expression } });
const amount = measure('Sum(Amount)');
const last = (list) => list[list.length - 1];

let browser;
test.before(async () => { browser = await start(); });
test.after(async () => { await browser.stop(); });

/** Draws a chart, checks it and closes its page. */
async function chart(name, fields, check, properties = {}) {
  const drawn = await browser.draw({ package: name, fields, properties });
  try {
    await check(drawn);
  } finally {
    await drawn.close();
  }
}

/** The numbers of a column by the texts of the dimensions. */
function byTexts(matrix, dimensions, column = dimensions) {
  return Object.fromEntries(
    matrix.map((cells) => [cells.slice(0, dimensions).map((cell) => cell.qText).join(' '), cells[column].qNum]),
  );
}

/** Asserts that lengths are proportional to values, within a few pixels. */
function assertProportions(lengths, values, slack) {
  assert.strictEqual(lengths.length, values.length, `drawn: ${lengths}`);
  const scale = Math.max(...lengths) / Math.max(...values);
  lengths.forEach((length, at) => {
    const wanted = values[at] * scale;
    assert.ok(Math.abs(length - wanted) <= slack(wanted), `${length} is not ${wanted} of ${lengths} for ${values}`);
  });
}

test('a table shows the sums', () => chart('sn-table', ['Region', 'Product', amount], async (drawn) => {
  const expected = sums('Amount', 'Region', 'Product');
  await drawn.eventually(async () => {
    const cells = (await drawn.text()).split('\n').map((cell) => cell.trim()).filter(Boolean);
    const found = cells.flatMap((cell, at) => {
      const [product, sum] = cells.slice(at + 1);
      return regions.includes(cell) && products.includes(product) ? [[`${cell} ${product}`, Number(sum)]] : [];
    });
    assert.deepStrictEqual(Object.fromEntries(found), expected);
  });
}));

test('bars are as high as the sums', () => chart('sn-bar-chart', ['Region', amount], async (drawn) => {
  const expected = Object.values(sums('Amount', 'Region')).sort((a, b) => b - a);
  await drawn.eventually(async () => {
    assertProportions((await drawn.bars()).sort((a, b) => b - a), expected, () => 2);
    for (const region of regions) assert.ok((await drawn.text()).includes(region));
  });
}));

test('stacks are as high as the sum of their parts', () => chart('sn-bar-chart', ['Region', 'Product', amount], async (drawn) => {
  const expected = Object.values(sums('Amount', 'Region')).sort((a, b) => b - a);
  await drawn.eventually(async () => {
    assertProportions((await drawn.bars()).sort((a, b) => b - a), expected, () => 2);
    const colors = Object.values(await drawn.colors()).filter((count) => count > 1000).sort((a, b) => b - a);
    const parts = Object.values(sums('Amount', 'Product')).sort((a, b) => b - a);
    assertProportions(colors, parts, (wanted) => wanted * 0.03);
  });
}, { barGrouping: { grouping: 'stacked' } }));

test('too many bars have an overview below them', () => chart('sn-bar-chart', ['Id', amount], async (drawn) => {
  await drawn.eventually(async () => {
    const [page] = last(drawn.answers('GetHyperCubeReducedData')).qDataPages;
    const expected = sums('Amount', 'Id');
    assert.strictEqual(page.qIsReduced, true);
    for (const [id, sum] of Object.entries(byTexts(page.qMatrix, 1))) assert.strictEqual(sum, expected[id], id);
    const highest = Math.max(...page.qMatrix.map((cells) => cells[1].qNum));
    assert.strictEqual(highest, Math.max(...Object.values(expected)));
    assert.ok((await drawn.bars()).length > 10);
  });
}));

test('a line over time has the sum of each day', () => chart('sn-line-chart', ['Day', amount], async (drawn) => {
  await drawn.eventually(async () => {
    const { qDataPages: [page] } = last(drawn.answers('GetHyperCubeContinuousData'));
    assert.deepStrictEqual(byTexts(page.qMatrix, 1), sums('Amount', 'Day'));
    const text = await drawn.text();
    for (const label of ['2023', 'Jan', 'Dec']) assert.ok(text.includes(label), `no ${label} in ${text}`);
    assert.ok(Object.values(await drawn.colors()).some((count) => count > 500));
  });
}));

test('two lines have the sums of both dimensions', () => chart('sn-line-chart', ['Region', 'Product', amount], async (drawn) => {
  await drawn.eventually(async () => {
    const [page] = last(drawn.answers('GetHyperCubeReducedData')).qDataPages;
    assert.deepStrictEqual(byTexts(page.qMatrix, 2), sums('Amount', 'Region', 'Product'));
    const text = await drawn.text();
    for (const label of [...products, 'Sum(Amount)']) assert.ok(text.includes(label), `no ${label} in ${text}`);
  });
}));

test('a combo chart of bars and a line has both measures', () => {
  const fields = ['Region', amount, measure('Avg(Price)')];
  return chart('sn-combo-chart', fields, async (drawn) => {
    const average = sums('Price', 'Region');
    const count = counts('Region');
    await drawn.eventually(async () => {
      const cube = last(drawn.answers('GetLayout')).qLayout.qHyperCube;
      const { qMatrix } = cube.qDataPages[0] ?? last(drawn.answers('GetHyperCubeData')).qDataPages[0];
      assert.deepStrictEqual(byTexts(qMatrix, 1), sums('Amount', 'Region'));
      for (const [region, value] of Object.entries(byTexts(qMatrix, 1, 2))) {
        assert.ok(Math.abs(value - average[region] / count[region]) < 1e-9, region);
      }
      const heights = (await drawn.bars()).sort((a, b) => b - a);
      assertProportions(heights, Object.values(sums('Amount', 'Region')).sort((a, b) => b - a), () => 2);
    });
  });
});

test('slices of a pie are as large as the sums', () => chart('sn-pie-chart', ['Region', amount], async (drawn) => {
  const expected = Object.values(sums('Amount', 'Region')).sort((a, b) => b - a);
  await drawn.eventually(async () => {
    const slices = Object.values(await drawn.colors()).filter((count) => count > 1000).sort((a, b) => b - a);
    assertProportions(slices, expected, (wanted) => wanted * 0.05);
  });
}));

test('a plot of many points counts them in rectangles', () => {
  const fields = ['Id', measure('Sum(Amount)'), measure('Sum(Price)')];
  return chart('sn-scatter-plot', fields, async (drawn) => {
    await drawn.eventually(async () => {
      const [bins] = last(drawn.answers('GetHyperCubeBinnedData')).qDataPages;
      const [[most], ...rectangles] = bins.qMatrix;
      const cells = rectangles.map(([cell]) => ({ corners: JSON.parse(cell.qText), count: cell.qNum }));
      const edge = { x: Math.max(...rows.map((row) => row.Amount)), y: Math.max(...rows.map((row) => row.Price)) };
      // A rectangle includes its left and lower edges; the outermost include all their edges.
      const within = (value, from, to, end) => value >= from && (value < to || (value === end && to >= end));
      for (const { corners: [left, top, right, bottom], count } of cells) {
        const own = rows.filter(
          (row) => within(row.Amount, left, right, edge.x) && within(row.Price, bottom, top, edge.y),
        );
        assert.strictEqual(count, own.length, `${[left, top, right, bottom]}`);
      }
      assert.strictEqual(cells.reduce((sum, { count }) => sum + count, 0), rows.length);
      assert.strictEqual(most.qNum, Math.max(...cells.map(({ count }) => count)));
      assert.ok(Object.values(await drawn.colors()).reduce((sum, count) => sum + count, 0) > 3000);
    });
  });
});

test('a grid has a bubble for each combination', () => chart('sn-grid-chart', ['Region', 'Product', amount], async (drawn) => {
  await drawn.eventually(async () => {
    const [root] = last(drawn.answers('GetHyperCubeTreeData')).qNodes;
    const found = root.qNodes.flatMap((outer) => outer.qNodes.map(
      (inner) => [`${outer.qText} ${inner.qText}`, inner.qValues[0].qValue],
    ));
    assert.deepStrictEqual(Object.fromEntries(found), sums('Amount', 'Region', 'Product'));
    assert.ok(Object.values(await drawn.colors()).some((count) => count > 2000));
  });
}));

test('a histogram counts the rows of each bin', () => chart('sn-histogram', ['Price'], async (drawn) => {
  await drawn.eventually(async () => {
    const { qMatrix } = last(drawn.answers('GetHyperCubeData')).qDataPages[0];
    for (const [bin, { qNum: count }] of qMatrix) {
      const [from, to] = bin.qText.split(/<=? x <=?/).map(Number);
      assert.strictEqual(count, rows.filter((row) => row.Price >= from && row.Price < to).length, bin.qText);
    }
    assert.strictEqual(qMatrix.reduce((sum, [, { qNum }]) => sum + qNum, 0), rows.length);
    assert.ok(Object.values(await drawn.colors()).some((count) => count > 5000));
  });
}));

test('a distribution plot reaches to the largest value', () => chart('sn-distributionplot', ['Day', 'Region', amount], async (drawn) => {
  const expected = sums('Amount', 'Region', 'Day');
  await drawn.eventually(async () => {
    const info = last(drawn.answers('GetLayout')).qLayout.qUndoExclude.qHyperCube.qMeasureInfo[0];
    assert.strictEqual(info.qMax, Math.max(...Object.values(expected)));
    const [root] = last(drawn.answers('GetHyperCubeStackData')).qDataPages[0].qData;
    const found = root.qSubNodes.flatMap((outer) => outer.qSubNodes.map(
      (inner) => [`${outer.qText} ${inner.qText}`, inner.qSubNodes[0].qValue],
    ));
    assert.deepStrictEqual(Object.fromEntries(found), expected);
    assert.ok(Object.values(await drawn.colors()).some((count) => count > 2000));
  });
}));
