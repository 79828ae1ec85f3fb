// halyard.js, which generates load scripts and runs them with enigma.js.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import test from 'node:test';
import Halyard from 'halyard.js';
import sessions from './session.js';

const mixins = createRequire(import.meta.url)('halyard.js/dist/halyard-enigma-mixin.js');

const table = (name = 'T') => {
  const halyard = new Halyard();
  halyard.addTable(new Halyard.Table([{ ID: 1, Value: 10 }, { ID: 2, Value: 20 }], name));
  return halyard;
};

const step = (name, run) => test(name, async () => {
  const session = sessions.create({ mixins });
  try {
    await run(await session.open());
  } finally {
    await session.close();
  }
});

step('a session app starts with the locale of the engine', async (global) => {
  const app = await global.createSessionAppUsingHalyard(table());
  assert.strictEqual(await app.evaluate('Sum(Value)'), '30');
  assert.match(await app.getScript(), /SET DateFormat='M\/D\/YYYY';/);
});

step('an app is made, and loaded again with other data', async (global) => {
  const name = `halyard-${process.pid}`;
  assert.strictEqual(await (await global.createAppUsingHalyard(name, table())).evaluate('Count(ID)'), '2');
});

step('an app that is missing is made on the way', async (global) => {
  const app = await global.reloadAppUsingHalyard(`halyard-new-${process.pid}`, table('Other'), true);
  assert.strictEqual(await app.evaluate('Sum(Value)'), '30');
});

step('text with dates is loaded under other names', async (global) => {
  const halyard = new Halyard();
  halyard.setDefaultSetStatements({ DateFormat: 'YYYY-MM-DD' });
  halyard.addTable('ID,D\n1,2016-01-02\n2,2017-03-04', {
    name: 'T', fields: [{ src: 'ID', name: 'Id' }, { src: 'D', name: 'Day', type: 'date', dateFormat: 'YYYY-MM-DD' }],
  });
  const app = await global.createSessionAppUsingHalyard(halyard);
  assert.strictEqual(await app.evaluate('Count(Id) & Num(Max(Day))'), '242798');
});

step('an error in the script is told', async (global) => {
  const halyard = new Halyard();
  halyard.addTable('ID\n1', { name: 'T', fields: [{ src: 'Nowhere', name: 'X' }] });
  await assert.rejects(global.createSessionAppUsingHalyard(halyard), (error) => error.message.includes('Nowhere'));
});
