'use strict';

const assert = require('node:assert');
const test = require('node:test');
const { create, newest, withData } = require('./session');

test('aborted calls are retried until they succeed', async () => {
  const aborted = newest.enums.LocalizedErrorCode.LOCERR_GENERIC_ABORTED;
  let repeats = 0;
  const session = create({
    responseInterceptors: [{
      onRejected(_session, request, error) {
        if (error.code !== aborted || (request.tries || 0) >= 5) throw error;
        repeats += 1;
        request.tries = (request.tries || 0) + 1;
        return request.retry();
      },
    }],
  });
  const global = await session.open();
  const app = await global.createSessionApp();
  await app.setScript('Big: LOAD RecNo() AS ID, Rand() AS Value AUTOGENERATE 300000;');
  assert.strictEqual(await app.doReload(), true);
  const count = app.evaluate('Count(Value)');
  // A selection that arrives in the meantime aborts the calculation, unless it has finished.
  await app.clearAll();
  assert.strictEqual(await count, '300000');
  assert.ok(repeats <= 5);
  await session.close();
});

test('a canceled call fails as aborted, unless it has finished', async () => {
  const session = create();
  const global = await session.open();
  const app = await global.createSessionApp();
  await app.setScript('Big: LOAD RecNo() AS ID, Rand() AS Value AUTOGENERATE 300000;');
  await app.doReload();
  const call = app.evaluate('Count(distinct Value)');
  await global.cancelRequest(call.requestId);
  await call.catch((error) => assert.strictEqual(error.code, 15));
  await session.close();
});

const script = 'Numbers: LOAD RecNo() AS ID, Mod(RecNo(), 3) AS Rest AUTOGENERATE 9;';

for (const delta of [true, false]) {
  test(`layouts are right with delta ${delta ? 'on' : 'off'}`, () => withData(script, async (app, global, session) => {
    const deltas = [];
    session.on('traffic:received', (message) => {
      // enigma.js adds the patched layout to the message later.
      if (message.result && message.result.qLayout) deltas.push(structuredClone(message));
    });
    const object = await app.createSessionObject({
      qInfo: { qType: 'cube' },
      title: { qStringExpression: { qExpr: "='Rows: ' & Count(ID)" } },
      qHyperCubeDef: {
        qDimensions: [{ qDef: { qFieldDefs: ['Rest'] } }],
        qMeasures: [{ qDef: { qDef: 'Count(ID)' } }],
        qInitialDataFetch: [{ qTop: 0, qLeft: 0, qWidth: 2, qHeight: 10 }],
      },
    });
    assert.strictEqual((await object.getLayout()).title, 'Rows: 9');
    const same = await object.getLayout();
    assert.strictEqual(same.qHyperCube.qDataPages[0].qMatrix.length, 3);
    const field = await app.getField('ID');
    await field.selectValues([{ qText: '1', qIsNumeric: true, qNumber: 1 }], false, false);
    const after = await object.getLayout();
    assert.strictEqual(after.title, 'Rows: 1');
    assert.strictEqual(after.qHyperCube.qDataPages[0].qMatrix.length, 1);
    assert.strictEqual(after.qHyperCube.qDataPages[0].qMatrix[0][1].qNum, 1);
    await field.clear();
    assert.deepStrictEqual((await object.getLayout()).qHyperCube, same.qHyperCube);
    if (delta) {
      assert.ok(deltas.every((message) => message.delta === true));
      assert.deepStrictEqual(deltas[1].result.qLayout, []);
    } else {
      assert.ok(deltas.every((message) => !message.delta));
    }
  }, { protocol: { delta } }));
}
