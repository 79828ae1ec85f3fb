'use strict';

const assert = require('node:assert');
const test = require('node:test');
const { address, create } = require('./session');

test('a session that still exists is resumed', async () => {
  const session = create({ url: address('engineData', '/ttl/60') });
  const states = [];
  session.on('notification:OnConnected', (params) => states.push(params.qSessionState));
  const global = await session.open();
  const app = await global.createSessionApp();
  await app.createObject({ qInfo: { qId: 'first', qType: 'own' } });
  await app.destroyObject('first');
  const object = await app.createObject({ qInfo: { qId: 'second', qType: 'own' }, kept: [1] });
  const { handle } = object;
  const properties = await object.getProperties();
  await session.suspend();
  await session.resume();
  assert.notStrictEqual(object.handle, handle);
  assert.deepStrictEqual(await object.getProperties(), properties);
  assert.deepStrictEqual(states, ['SESSION_CREATED', 'SESSION_ATTACHED']);
  await session.close();
});

test('a lost session opens its app again, without unsaved changes', async () => {
  const name = `resumed-${process.pid}`;
  const session = create({ url: address('engineData', '/ttl/0') });
  const global = await session.open();
  await global.createApp(name);
  const app = await global.openDoc(name);
  await app.setAppProperties({ unsaved: true });
  const object = await app.createObject({ qInfo: { qType: 'own' } });
  const lost = new Promise((resolve) => { object.once('closed', resolve); });
  await session.suspend();
  await session.resume();
  await lost;
  assert.strictEqual((await app.getAppProperties()).unsaved, undefined);
  await global.deleteApp(app.id);
  await session.close();
});

test('resuming only attached sessions fails when the session is gone', async () => {
  const session = create({ url: address('engineData', '/ttl/0') });
  await session.open();
  await session.suspend();
  await assert.rejects(session.resume(true), { code: -12 });
});
