'use strict';

const assert = require('node:assert');
const test = require('node:test');
const { withData } = require('./session');

const script = `
Sales:
LOAD * INLINE [
Region, Product, Amount
North, Apples, 10
North, Pears, 20
South, Apples, 30
South, Pears, 40
];
`;

const dimension = (field) => ({ qDef: { qFieldDefs: [field] } });
const page = (qWidth, qHeight) => [{ qTop: 0, qLeft: 0, qWidth, qHeight }];
const measure = { qDef: { qDef: 'Sum(Amount)' } };

test('a straight cube', () => withData(script, async (app) => {
  const object = await app.createObject({
    qInfo: { qType: 'cube' },
    qHyperCubeDef: { qDimensions: [dimension('Region')], qMeasures: [measure], qInitialDataFetch: page(2, 10) },
  });
  const cube = (await object.getLayout()).qHyperCube;
  assert.deepStrictEqual(cube.qSize, { qcx: 2, qcy: 2 });
  const rows = cube.qDataPages[0].qMatrix.map((row) => [row[0].qText, row[1].qNum]);
  assert.deepStrictEqual(rows, [['North', 30], ['South', 70]]);
  assert.strictEqual(cube.qGrandTotalRow[0].qNum, 100);
  const changed = new Promise((resolve) => { object.once('changed', resolve); });
  await object.selectHyperCubeCells('/qHyperCubeDef', [1], [0], false);
  await changed;
  const after = (await object.getLayout()).qHyperCube;
  assert.strictEqual(after.qGrandTotalRow[0].qNum, 70);
  const [data] = await object.getHyperCubeData('/qHyperCubeDef', page(2, 10));
  assert.strictEqual(data.qMatrix[0][0].qText, 'South');
}));

test('a pivot cube', () => withData(script, async (app) => {
  const object = await app.createObject({
    qInfo: { qType: 'pivot' },
    qHyperCubeDef: {
      qMode: 'EQ_DATA_MODE_PIVOT',
      qDimensions: [dimension('Region'), dimension('Product')],
      qMeasures: [measure],
      qNoOfLeftDims: 1,
      qAlwaysFullyExpanded: true,
    },
  });
  assert.strictEqual((await object.getLayout()).qHyperCube.qMode, 'P');
  const [data] = await object.getHyperCubePivotData('/qHyperCubeDef', page(10, 10));
  assert.deepStrictEqual(data.qLeft.map((node) => node.qText), ['North', 'South']);
  assert.deepStrictEqual(data.qTop.map((node) => node.qText), ['Apples', 'Pears']);
  assert.deepStrictEqual(data.qData.map((row) => row.map((cell) => cell.qNum)), [[10, 20], [30, 40]]);
}));

test('a stacked cube', () => withData(script, async (app) => {
  const object = await app.createObject({
    qInfo: { qType: 'stack' },
    qHyperCubeDef: {
      qMode: 'EQ_DATA_MODE_PIVOT_STACK',
      qDimensions: [dimension('Region'), dimension('Product')],
      qMeasures: [measure],
      qNoOfLeftDims: 1,
      qAlwaysFullyExpanded: true,
    },
  });
  assert.strictEqual((await object.getLayout()).qHyperCube.qMode, 'K');
  const [data] = await object.getHyperCubeStackData('/qHyperCubeDef', page(10, 10), 1000);
  const [root] = data.qData;
  assert.deepStrictEqual(root.qSubNodes.map((node) => node.qText), ['North', 'South']);
  assert.strictEqual(root.qSubNodes[1].qSubNodes[0].qText, 'Apples');
}));

test('more than 10,000 cells are refused', () => withData('LOAD RecNo() AS ID AUTOGENERATE 20000;', async (app) => {
  const object = await app.createSessionObject({
    qInfo: { qType: 'cube' }, qHyperCubeDef: { qDimensions: [dimension('ID')] },
  });
  await assert.rejects(object.getHyperCubeData('/qHyperCubeDef', page(1, 10001)), { code: 7009 });
  const [data] = await object.getHyperCubeData('/qHyperCubeDef', page(1, 10000));
  assert.strictEqual(data.qMatrix.length, 10000);
}));

test('a list object with a selection', () => withData(script, async (app) => {
  const object = await app.createObject({
    qInfo: { qType: 'list' },
    qListObjectDef: { qDef: { qFieldDefs: ['Product'] }, qShowAlternatives: true, qInitialDataFetch: page(1, 10) },
  });
  const states = (layout) => layout.qListObject.qDataPages[0].qMatrix.map(([cell]) => [cell.qText, cell.qState]);
  assert.deepStrictEqual(states(await object.getLayout()).sort(), [['Apples', 'O'], ['Pears', 'O']]);
  await object.beginSelections(['/qListObjectDef']);
  assert.strictEqual(await object.selectListObjectValues('/qListObjectDef', [1], false), true);
  assert.strictEqual((await object.getLayout()).qSelectionInfo.qInSelections, true);
  await object.endSelections(true);
  assert.deepStrictEqual(states(await object.getLayout()).sort(), [['Apples', 'A'], ['Pears', 'S']]);
}));

test('expressions anywhere in an object', () => withData(script, async (app) => {
  const object = await app.createObject({
    qInfo: { qType: 'expressions' },
    sum: { qStringExpression: { qExpr: "='Sum: ' & Sum(Amount)" } },
    deep: [{ count: { qValueExpression: { qExpr: 'Count(Amount)' } } }],
  });
  const layout = await object.getLayout();
  assert.strictEqual(layout.sum, 'Sum: 100');
  assert.deepStrictEqual(layout.deep, [{ count: 4 }]);
}));
