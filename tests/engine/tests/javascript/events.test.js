'use strict';

const assert = require('node:assert');
const test = require('node:test');
const { create } = require('./session');

test('a session emits events when it opens, is notified, and closes', async () => {
  const session = create();
  const events = [];
  ['opened', 'closed', 'notification:OnConnected'].forEach((name) => {
    session.on(name, (data) => events.push([name, data]));
  });
  const notified = new Promise((resolve) => { session.once('notification:OnConnected', resolve); });
  await session.open();
  await notified;
  await session.close();
  const connected = events.find(([name]) => name === 'notification:OnConnected');
  assert.deepStrictEqual(connected[1], { qSessionState: 'SESSION_CREATED' });
  assert.strictEqual(events[0][0], 'opened');
  assert.strictEqual(events.at(-1)[0], 'closed');
});

test('traffic events are emitted for each message', async () => {
  const session = create();
  const traffic = [];
  session.on('traffic:*', (direction, data) => traffic.push([direction, data]));
  const global = await session.open();
  assert.strictEqual(await global.allowCreateApp(), true);
  const sent = traffic.find(([direction]) => direction === 'sent')[1];
  assert.strictEqual(sent.method, 'AllowCreateApp');
  assert.strictEqual(sent.handle, -1);
  const received = traffic.find(([, data]) => data.id === sent.id && data.result)[1];
  assert.strictEqual(received.jsonrpc, '2.0');
  await session.close();
});

test('an app emits changed on new properties, and closed with its session', async () => {
  const session = create();
  const global = await session.open();
  const app = await global.createSessionApp();
  await app.getAppLayout();
  const changed = new Promise((resolve) => { app.once('changed', resolve); });
  const closed = new Promise((resolve) => { app.once('closed', resolve); });
  const properties = await app.getAppProperties();
  properties.own = { kept: true };
  await app.setAppProperties(properties);
  await changed;
  assert.deepStrictEqual((await app.getAppProperties()).own, { kept: true });
  await session.close();
  await closed;
});

test('an object emits changed once until it is fetched, and closed when it is destroyed', async () => {
  const session = create();
  const global = await session.open();
  const app = await global.createSessionApp();
  const object = await app.createObject({ qInfo: { qId: 'thing', qType: 'own' } });
  assert.strictEqual(object.id, 'thing');
  assert.strictEqual(object.genericType, 'own');
  let changes = 0;
  object.on('changed', () => { changes += 1; });
  await object.getLayout();
  await object.setProperties({ qInfo: { qType: 'own' }, size: 1 });
  await object.setProperties({ qInfo: { qType: 'own' }, size: 2 });
  assert.strictEqual(changes, 1);
  assert.strictEqual((await object.getLayout()).size, 2);
  const closed = new Promise((resolve) => { object.once('closed', resolve); });
  assert.strictEqual(await app.destroyObject('thing'), true);
  await closed;
  await assert.rejects(app.getObject('thing'), { code: -2 });
  await session.close();
});
