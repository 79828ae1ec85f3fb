'use strict';

const assert = require('node:assert');
const test = require('node:test');
const { create, withData } = require('./session');

const script = `
Numbers: LOAD RecNo() AS ID, Mod(RecNo(), 3) AS Rest AUTOGENERATE 9;
`;

test('sheets are listed with the requested data', async () => {
  const session = create();
  const app = await (await session.open()).createSessionApp();
  const list = await app.createObject({
    qInfo: { qType: 'SheetList' },
    qAppObjectListDef: { qType: 'sheet', qData: { title: '/qMetaDef/title', rank: '/rank' } },
  });
  assert.deepStrictEqual((await list.getLayout()).qAppObjectList.qItems, []);
  const changed = new Promise((resolve) => { list.once('changed', resolve); });
  const sheet = await app.createObject({
    qInfo: { qType: 'sheet' }, qMetaDef: { title: 'First' }, rank: 0.5, cells: [],
  });
  await changed;
  const [item] = (await list.getLayout()).qAppObjectList.qItems;
  assert.strictEqual(item.qInfo.qId, sheet.id);
  assert.deepStrictEqual(item.qData, { title: 'First', rank: 0.5 });
  await session.close();
});

test('fields are listed', () => withData(script, async (app) => {
  const list = await app.createSessionObject({ qInfo: { qType: 'FieldList' }, qFieldListDef: {} });
  const fields = (await list.getLayout()).qFieldList.qItems.filter((field) => !field.qIsHidden);
  assert.deepStrictEqual(fields.map((field) => [field.qName, field.qCardinal]).sort(), [['ID', 9], ['Rest', 3]]);
}));

test('dimensions, measures and variables are listed', () => withData(script, async (app) => {
  const dimension = await app.createDimension({
    qInfo: { qType: 'dimension' },
    qDim: { qGrouping: 'N', qFieldDefs: ['Rest'], qFieldLabels: ['Remainder'] },
    qMetaDef: { title: 'By rest', tags: ['t'] },
  });
  const measure = await app.createMeasure({
    qInfo: { qType: 'measure' }, qMeasure: { qLabel: 'Total', qDef: 'Sum(ID)' }, qMetaDef: { title: 'Total' },
  });
  const variable = await app.createVariableEx({
    qInfo: { qType: 'variable' }, qName: 'vLimit', qDefinition: '5',
  });
  const list = await app.createSessionObject({
    qInfo: { qType: 'lists' },
    qDimensionListDef: { qType: 'dimension', qData: { title: '/title', grouping: '/qDim/qGrouping', info: '/qDimInfos' } },
    qMeasureListDef: { qType: 'measure', qData: { title: '/title' } },
    qVariableListDef: { qType: 'variable', qData: {} },
  });
  const layout = await list.getLayout();
  const [dimensionItem] = layout.qDimensionList.qItems;
  assert.strictEqual(dimensionItem.qInfo.qId, dimension.id);
  assert.strictEqual(dimensionItem.qData.title, 'By rest');
  assert.strictEqual(dimensionItem.qData.grouping, 'N');
  assert.ok(Array.isArray(dimensionItem.qData.info[0].qTags));
  assert.strictEqual(layout.qMeasureList.qItems[0].qInfo.qId, measure.id);
  assert.strictEqual(layout.qVariableList.qItems.find((item) => item.qName === 'vLimit').qInfo.qId, variable.id);
  assert.strictEqual(await app.evaluate('Count({<ID={">$(vLimit)"}>} ID)'), '4');
  await variable.setStringValue('7');
  assert.strictEqual(await app.evaluate('Count({<ID={">$(vLimit)"}>} ID)'), '2');
}));

test('current selections are listed', () => withData(script, async (app) => {
  const list = await app.createSessionObject({ qInfo: { qType: 'CurrentSelection' }, qSelectionObjectDef: {} });
  assert.deepStrictEqual((await list.getLayout()).qSelectionObject.qSelections, []);
  const changed = new Promise((resolve) => { list.once('changed', resolve); });
  const field = await app.getField('ID');
  assert.strictEqual(await field.selectAll(), true);
  await changed;
  const [selection] = (await list.getLayout()).qSelectionObject.qSelections;
  assert.strictEqual(selection.qField, 'ID');
  assert.strictEqual(selection.qSelectedCount, 9);
}));
