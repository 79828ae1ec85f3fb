// enigma-mixin, a third-party library of shortcuts for enigma.js.

import assert from 'node:assert';
import test from 'node:test';
import { docMixin, globalMixin } from 'enigma-mixin';
import sessions from './session.js';

const script = `
T: LOAD * INLINE [F1, F2, N
a, x, 1
b, x, 2
c, y, 3
d, y, 4];
B: LOAD * INLINE [F1, F2, Z
a, x, 9];`;

const step = (name, run) => test(name, () => sessions.withData(
  script, run, { mixins: [...docMixin, ...globalMixin] },
));

step('a reload is followed', async (app, global) => {
  const progress = global.mGetReloadProgress();
  const messages = [];
  progress.emitter.on('progress', (message) => messages.push(message));
  await global.configureReload(true, true, false);
  await global.getProgress(0); // Discards the messages of the previous reload.
  const done = await new Promise((resolve) => {
    app.doReload().then((result) => setTimeout(() => {
      progress.stop();
      // It polls once more after it is stopped, when the socket may be closed already.
      setTimeout(() => resolve(result), 200);
    }, 300));
    progress.start({ poolInterval: 20, skipTransientMessages: true });
  });
  assert.strictEqual(done, true);
  assert.deepStrictEqual(messages.filter((message) => message.includes('Lines fetched')).length, 2);
});

step('tables and fields are listed', async (app) => {
  assert.deepStrictEqual(await app.mGetTables(), ['T', 'B', '$Syn 1 Table']);
  assert.deepStrictEqual([...new Set(await app.mGetFields())].sort(), ['$Syn 1', 'F1', 'F2', 'N', 'Z']);
  assert.ok((await app.mGetTablesAndFields()).some((pair) => pair.table === 'T' && pair.field === 'N'));
  assert.deepStrictEqual((await app.mGetSyntheticTables()).map((table) => table.qName), ['$Syn 1 Table']);
});

step('selections are made and told', async (app) => {
  await app.mSelectInField('F1', ['a', 'b']);
  await app.mSelectInFieldBySearch('F2', 'x');
  assert.deepStrictEqual(await app.mSelectionsFields(), ['F1', 'F2']);
  const simple = await app.mSelectionsSimple(true);
  assert.deepStrictEqual(simple, [{ field: 'F1', values: ['a', 'b'] }, { field: 'F2', values: ['x'] }]);
  assert.strictEqual((await app.mSelectionsAll()).qSelections[0].qSelectedCount, 2);
  const box = await app.mCreateSessionListbox('N', { getAllData: true });
  assert.deepStrictEqual(box.flattenData().map((cell) => [cell.qText, cell.qState]), [
    ['1', 'O'], ['2', 'O'], ['3', 'X'], ['4', 'X'],
  ]);
});

step('fields with always one selected value are found', async (app) => {
  assert.deepStrictEqual(await app.mGetAlwaysOneSelectedFields(), []);
  const field = await app.getField('F2');
  await field.select('x');
  await field.setNxProperties({ qOneAndOnlyOne: true });
  assert.deepStrictEqual(await app.mGetAlwaysOneSelectedFields(), ['F2']);
});

step('variables are made and changed', async (app) => {
  await app.mVariableCreate('v', '1+1', 'a comment');
  const [variable] = await app.mVariableGetAll();
  assert.deepStrictEqual([variable.qName, variable.qDescription, variable.qDefinition], ['v', 'a comment', '1+1']);
  await app.mVariableUpdateById(variable.qInfo.qId, 'w', '3', 'another');
  assert.strictEqual((await app.mVariableGetAll())[0].qName, 'w');
  assert.strictEqual(await app.evaluate('w * 2'), '6');
});

step('bookmarks are read, copied and applied', async (app) => {
  const field = await app.getField('F2');
  await field.select('x');
  await app.createBookmark({ qInfo: { qId: 'b', qType: 'bookmark' }, qMetaDef: { title: 'B' } });
  const [meta] = await app.mGetBookmarksMeta();
  assert.strictEqual(meta.setAnalysisRaw, "<F2={'x'}>");
  assert.deepStrictEqual((await app.mGetBookmarkValues('b')).map((part) => part.field), ['F2']);
  await app.mCreateBookmarkFromMeta(await app.mGetBookmarkMeta('b'), 'copy', '');
  await app.mCloneBookmark('b', 'clone', '');
  const titles = (await app.getBookmarks({ qTypes: ['bookmark'], qData: {} })).map((bookmark) => bookmark.qMeta.title);
  assert.deepStrictEqual(titles.sort(), ['B', 'clone', 'copy']);
});

step('an app is taken apart and put together again', async (app) => {
  const sheet = await app.createObject({ qInfo: { qId: 's', qType: 'sheet' }, title: 'S', qChildListDef: { qData: {} } });
  await sheet.createChild({ qInfo: { qId: 't', qType: 'table' }, qHyperCubeDef: {} });
  // Its helpers for dimensions and measures request items without an ID, so they are not tested.
  const parts = await app.mUnbuild(['appProperties', 'bookmarks', 'connections', 'objects', 'script', 'tablesAndFields']);
  assert.deepStrictEqual(Object.keys(parts.objects), ['sheet']);
  assert.strictEqual(parts.objects.sheet[0].qChildren[0].qProperty.qInfo.qId, 't');
  assert.strictEqual(parts.script, await app.getScript());
  assert.strictEqual(await app.destroyObject('s'), true);
  await app.mBuild({ script: parts.script, objects: parts.objects.sheet });
  assert.strictEqual((await (await app.getObject('s')).getProperties()).title, 'S');
});
