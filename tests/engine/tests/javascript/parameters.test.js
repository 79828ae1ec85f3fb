'use strict';

const assert = require('node:assert');
const test = require('node:test');
const { create, schemaFiles, withData } = require('./session');

const script = `
Letters:
LOAD * INLINE [
Letter, Weight
a, 3
b, 5
c, 8
];
`;

test('parameters are passed by position and by name', () => withData(script, async (app) => {
  const byPosition = await app.getTableData(0, 2, false, 'Letters');
  const byName = await app.getTableData({ qTableName: 'Letters', qSyntheticMode: false, qRows: 2, qOffset: 0 });
  assert.deepStrictEqual(byName, byPosition);
  assert.deepStrictEqual(byPosition.map((row) => row.qValue.map((value) => value.qText)), [['a', '3'], ['b', '5']]);
}));

test('every bundled schema of engine 12 works', async () => {
  for (const file of schemaFiles()) {
    // eslint-disable-next-line global-require, import/no-dynamic-require
    const session = create({ schema: require(file) });
    const global = await session.open();
    const app = await global.openDoc('sales');
    assert.strictEqual((await app.getAppLayout()).qTitle, 'Sales', file);
    assert.strictEqual(await (await app.getField('Region')).getCardinal(), 3, file);
    await session.close();
  }
});

test('invalid calls fail with a code', async () => {
  const session = create();
  const global = await session.open();
  await assert.rejects(global.openDoc('nowhere'), { code: 1003 });
  await assert.rejects(global.getActiveDoc(), { code: 1007 });
  await assert.rejects(global.openDoc(), { code: -32602 });
  await assert.rejects(session.send({ method: 'NoSuchMethod', handle: -1, params: [] }), { code: -32601 });
  await session.close();
});

test('an app is created, saved, listed and deleted', async () => {
  const session = create();
  const global = await session.open();
  const created = await global.createApp(`made-${process.pid}`);
  assert.strictEqual(created.qSuccess, true);
  const app = await global.openDoc(created.qAppId);
  assert.match(await app.getScript(), /SET DateFormat/);
  await app.doSave();
  const listed = (await global.getDocList()).map((entry) => entry.qDocId);
  assert.ok(listed.includes(created.qAppId) && listed.includes('sales'));
  assert.strictEqual(await global.deleteApp(created.qAppId), true);
  assert.match(await global.getUniqueID(), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  await session.close();
});
