// @qlik/api, the vendor's client, in both of its modes. Values are compared with those in the script below.

import assert from 'node:assert';
import test from 'node:test';
import { openAppSession } from '@qlik/api/qix';

const url = process.env.QIX_ENGINE_URL || 'ws://127.0.0.1:9076';
const hostConfig = { host: url.replace(/^ws/, 'http'), authType: 'none' };
let sessions = 0;

const script = `SET ThousandSep=',';
SET DecimalSep='.';
Sales: LOAD * INLINE [Region, Year, Amount
North, 2021, 10
North, 2022, 20
South, 2021, 5
South, 2022, 7
West, 2022, 1];
Regions: LOAD * INLINE [Region, Manager
North, Joan Callins
South, Steven Jones
West, Ann Banjo];`;

for (const autoResume of [false, true]) {
  const mode = autoResume ? 'with autoResume' : 'by default';

  /** Opens a new session app with the data above. */
  const withData = async (run) => {
    sessions += 1;
    const appId = `SessionApp_api-${process.pid}-${sessions}`;
    const session = openAppSession({ appId, hostConfig, autoResume });
    try {
      const app = await session.getDoc();
      await app.setScript(script);
      const done = await app.doReloadEx({});
      assert.strictEqual(done.qSuccess, true);
      return await run(app, session, appId);
    } finally {
      await session.close({ websocketCloseDelay: 0 });
    }
  };

  const step = (name, run) => test(`${name}, ${mode}`, { timeout: 20_000 }, () => withData(run));

  step('a reload is followed to its end', async (app, session) => {
    const events = [];
    const finished = new Promise((resolve) => {
      session.onReloadProgress((event) => { events.push(event); if (event.status === 'finished') resolve(event); });
    });
    assert.strictEqual((await app.doReloadEx({})).qSuccess, true);
    const last = await finished;
    assert.deepStrictEqual(events.map((event) => event.status).filter((s) => s !== 'progress'), ['started', 'finished']);
    assert.ok(last.persistent.some((message) => message.code === 21 && message.parameters[0] === '5'));
  });

  step('the layout of the app tells what it is', async (app) => {
    const layout = await app.getLayout();
    assert.strictEqual(layout.qIsSessionApp, true);
    assert.strictEqual(layout.qHasData, true);
    assert.deepStrictEqual(layout.qMeta.privileges, ['read', 'update', 'delete', 'exportdata']);
    assert.strictEqual((await app.getLocaleInfo()).qDecimalSep, '.');
    await app.setProperties({ qTitle: 'T', own: 1 });
    assert.deepStrictEqual(await app.getProperties(), { qTitle: 'T', qThumbnail: {}, own: 1 });
  });

  step('fields, tables and the lineage are listed', async (app) => {
    const fields = (await app.getFieldList()).filter((field) => !field.qIsHidden).map((field) => field.qName);
    assert.deepStrictEqual(fields.sort(), ['Amount', 'Manager', 'Region', 'Year']);
    const tables = await app.getTablesAndKeys({}, {}, 0, true, false);
    assert.deepStrictEqual(tables.qtr.map((table) => [table.qName, table.qNoOfRows]), [['Sales', 5], ['Regions', 3]]);
    assert.deepStrictEqual(tables.qk.map((key) => key.qKeyFields), [['Region']]);
    assert.deepStrictEqual((await app.getLineage()).map((source) => source.qDiscriminator), ['INLINE;']);
    assert.strictEqual((await app.getFieldDescription('Year')).qCardinal, 2);
    assert.deepStrictEqual(await app.getFieldsFromExpression('Sum(Amount)'), ['Amount']);
    assert.deepStrictEqual((await app.findMatchingFields('Amount', ['$integer'])).map((field) => field.qName), ['Year']);
    assert.strictEqual(await app.getFieldOnTheFlyByName('nothing'), '');
    const [score] = await app.getAssociationScores('Sales', 'Regions');
    assert.strictEqual(score.qScoreSummary, 100);
    assert.deepStrictEqual((await app.getLibraryContent('Default')).qItems, []);
  });

  step('a cube is paged and follows selections', async (app) => {
    const cube = await app.createSessionObject({
      qInfo: { qType: 'table' },
      qHyperCubeDef: {
        qDimensions: [{ qDef: { qFieldDefs: ['Region'], qSortCriterias: [{ qSortByAscii: 1 }] } }],
        qMeasures: [{ qDef: { qDef: 'Sum(Amount)' } }],
        qInitialDataFetch: [{ qWidth: 2, qHeight: 2 }],
      },
    });
    const rows = (pages) => pages[0].qMatrix.map((row) => [row[0].qText, row[1].qNum]);
    const layout = await cube.getLayout();
    assert.deepStrictEqual(layout.qHyperCube.qSize, { qcx: 2, qcy: 3 });
    assert.deepStrictEqual(rows(layout.qHyperCube.qDataPages), [['North', 30], ['South', 12]]);
    const page = { qLeft: 0, qTop: 1, qWidth: 2, qHeight: 2 };
    assert.deepStrictEqual(rows(await cube.getHyperCubeData('/qHyperCubeDef', [page])), [['South', 12], ['West', 1]]);
    const changed = new Promise((resolve) => { cube.on('changed', resolve); });
    const year = await app.getField('Year');
    assert.strictEqual(await year.selectValues([{ qNumber: 2021, qIsNumeric: true }]), true);
    await changed;
    assert.deepStrictEqual(rows((await cube.getLayout()).qHyperCube.qDataPages), [['North', 10], ['South', 5]]);
    assert.strictEqual(await app.evaluate('Sum(Amount)'), '15');
    await app.clearAll();
    assert.deepStrictEqual(await app.evaluateEx('Sum(Amount)'), { qText: '43', qIsNumeric: true, qNumber: 43 });
  });

  step('a cube is exported as a workbook', async (app) => {
    const cube = await app.createObject({
      qInfo: { qType: 'table' },
      qHyperCubeDef: {
        qDimensions: [{ qDef: { qFieldDefs: ['Region'], qSortCriterias: [{ qSortByAscii: 1 }] } }],
        qMeasures: [{ qDef: { qDef: 'Sum(Amount)' } }],
      },
    });
    const exported = await cube.exportData('OOXML', '/qHyperCubeDef', 'sales');
    const answer = await fetch(hostConfig.host + exported.qUrl);
    assert.strictEqual(answer.status, 200);
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.strictEqual(bytes.subarray(0, 2).toString(), 'PK', 'a workbook is a ZIP archive');
    const csv = await cube.exportData('CSV_C', '/qHyperCubeDef', 'sales');
    const text = await (await fetch(hostConfig.host + csv.qUrl)).text();
    assert.match(text, /North,30/);
  });

  step('the app is searched', async (app) => {
    const page = { qOffset: 0, qCount: 10 };
    const found = await app.searchResults({}, ['jo'], page);
    assert.strictEqual(found.qSearchGroupArray[0].qItems[0].qIdentifier, 'Manager');
    assert.deepStrictEqual(
      found.qSearchGroupArray[0].qItems[0].qItemMatches.map((match) => match.qText), ['Joan Callins', 'Steven Jones'],
    );
    const suggested = await app.searchSuggest({}, ['jo']);
    assert.deepStrictEqual(suggested.qSuggestions.map((item) => item.qValue), ['joan', 'jones']);
    await app.createObject({ qInfo: { qId: 'o', qType: 'chart' }, title: 'Joint venture' });
    const objects = await app.searchObjects({ qAttributes: ['qProperty'] }, ['joint'], page);
    assert.strictEqual(objects.qSearchGroupArray[0].qItems[0].qIdentifier, 'o');
    await app.selectAssociations({}, ['joan'], 0);
    assert.strictEqual(await app.evaluate('GetFieldSelections(Manager)'), 'Joan Callins');
  });

  step('lists of the app are kept up to date', async (app) => {
    assert.deepStrictEqual(await app.getSheetList(), []);
    const sheet = await app.createObject({
      qInfo: { qType: 'sheet' }, qMetaDef: { title: 'First' }, rank: 1, cells: [], qChildListDef: { qData: {} },
    });
    const [item] = await app.getSheetList();
    assert.strictEqual(item.qInfo.qId, sheet.id);
    assert.strictEqual(item.qData.rank, 1);
    await app.createDimension({ qInfo: { qType: 'dimension' }, qDim: { qFieldDefs: ['Region'] }, qMetaDef: { title: 'D' } });
    await app.createMeasure({ qInfo: { qType: 'measure' }, qMeasure: { qDef: 'Sum(Amount)' }, qMetaDef: { title: 'M' } });
    await app.createVariableEx({ qInfo: { qType: 'variable' }, qName: 'v', qDefinition: '3' });
    await app.createBookmark({ qInfo: { qType: 'bookmark' }, qMetaDef: { title: 'B' } });
    assert.strictEqual((await app.getDimensionList())[0].qMeta.title, 'D');
    assert.strictEqual((await app.getMeasureList())[0].qMeta.title, 'M');
    assert.ok((await app.getVariableList()).some((variable) => variable.qName === 'v'));
    assert.strictEqual((await app.getBookmarkList())[0].qMeta.title, 'B');
    assert.deepStrictEqual(await app.getMasterObjectList(), []);
    assert.deepStrictEqual(await app.getStoryList(), []);
    assert.strictEqual(await app.destroyObject(sheet.id), true);
    assert.deepStrictEqual(await app.getSheetList(), []);
  });

  step('selections are listed, taken back and made modal', async (app) => {
    const selections = await app.getCurrentSelectionObject();
    const list = await app.createSessionObject({
      qInfo: { qType: 'listbox' },
      qListObjectDef: { qShowAlternatives: true, qDef: { qFieldDefs: ['Region'] }, qInitialDataFetch: [{ qWidth: 1, qHeight: 9 }] },
    });
    const states = async () => (await list.getLayout()).qListObject.qDataPages[0].qMatrix
      .map(([cell]) => [cell.qText, cell.qState]).sort();
    assert.strictEqual(await list.selectListObjectValues('/qListObjectDef', [0], true), true);
    assert.deepStrictEqual(await states(), [['North', 'S'], ['South', 'A'], ['West', 'A']]);
    assert.strictEqual((await selections.getLayout()).qSelectionObject.qSelections[0].qField, 'Region');
    await selections.back();
    assert.deepStrictEqual(await states(), [['North', 'O'], ['South', 'O'], ['West', 'O']]);
    await selections.forward();
    await selections.clearAll();
    await app.switchModalSelection(list, '/qListObjectDef', true);
    assert.strictEqual(await app.isInModalSelection(), true);
    await list.selectListObjectValues('/qListObjectDef', [1], true);
    await app.abortModalSelection(false);
    assert.deepStrictEqual(await states(), [['North', 'O'], ['South', 'O'], ['West', 'O']]);
  });

  step('properties come back as the engine writes them', async (app) => {
    const object = await app.createObject({
      qInfo: { qId: 'x', qType: 'kpi' }, own: 1, qHyperCubeDef: { qMeasures: [{ qDef: { qDef: '1' } }], qSuppressZero: false },
    });
    const properties = await object.getProperties();
    assert.deepStrictEqual(Object.keys(properties), ['qInfo', 'qMetaDef', 'own', 'qHyperCubeDef']);
    assert.deepStrictEqual(properties.qHyperCubeDef.qMeasures[0].qSortBy, { qExpression: {} });
    assert.strictEqual(properties.qHyperCubeDef.qMaxStackedCells, 5000);
    assert.ok(!('qSuppressZero' in properties.qHyperCubeDef));
    await object.applyPatches([{ qOp: 'replace', qPath: '/own', qValue: '2' }], true);
    assert.strictEqual((await object.getEffectiveProperties()).own, 2);
    assert.strictEqual((await object.getProperties()).own, 1);
    await app.undo();
    assert.deepStrictEqual((await app.getAllInfos()).filter((info) => info.qId === 'x'), []);
  });
}

test('two programs have the same app open', { timeout: 20_000 }, async () => {
  const programs = [{}, { autoResume: true }].map((more) => openAppSession({
    appId: 'sales', hostConfig: { ...hostConfig, own: Math.random() }, ...more,
  }));
  const [one, other] = await Promise.all(programs.map((program) => program.getDoc()));
  const year = await one.getField('Year');
  assert.strictEqual(await year.selectValues([{ qNumber: 2021, qIsNumeric: true }]), true);
  assert.strictEqual(await other.evaluate('GetFieldSelections(Year)'), '2021', 'they share a session');
  await one.clearAll();
  await Promise.all(programs.map((program) => program.close({ websocketCloseDelay: 0 })));
});
