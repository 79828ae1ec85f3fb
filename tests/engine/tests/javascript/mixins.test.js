'use strict';

const assert = require('node:assert');
const test = require('node:test');
const { withData } = require('./session');

const script = 'Numbers: LOAD RecNo() AS ID AUTOGENERATE 4;';

test('mixins add and override methods', () => withData(script, async (app) => {
  assert.deepStrictEqual(await app.fieldNames(), ['ID']);
  assert.strictEqual(await app.evaluate('Sum(ID)'), 'Sum(ID) is 10');
}, {
  mixins: [{
    types: 'Doc',
    extend: {
      async fieldNames() {
        const list = await this.createSessionObject({ qInfo: { qType: 'fields' }, qFieldListDef: {} });
        const names = (await list.getLayout()).qFieldList.qItems.map((item) => item.qName);
        await this.destroySessionObject(list.id);
        return names;
      },
    },
    override: {
      async evaluate(base, expression) {
        return `${expression} is ${await base(expression)}`;
      },
    },
  }],
}));

test('mixins apply to objects by custom type', () => withData(script, async (app) => {
  const object = await app.createObject({ qInfo: { qType: 'counter' }, value: 3 });
  await object.increase();
  assert.strictEqual((await object.getLayout()).value, 4);
}, {
  mixins: [{
    types: ['counter'],
    extend: {
      async increase() {
        const { value } = await this.getProperties();
        return this.applyPatches([{ qOp: 'replace', qPath: '/value', qValue: JSON.stringify(value + 1) }]);
      },
    },
  }],
}));
