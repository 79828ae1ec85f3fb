'use strict';

// Sessions of enigma.js with the engine at QIX_ENGINE_URL.

const fs = require('node:fs');
const path = require('node:path');
const enigma = require('enigma.js');
const WebSocket = require('ws');

const base = process.env.QIX_ENGINE_URL || 'ws://127.0.0.1:9076';
let sessions = 0;

/** The bundled schemas of engine 12, oldest first. */
function schemaFiles() {
  const folder = path.join(path.dirname(require.resolve('enigma.js')), 'schemas');
  const version = (name) => name.split('.').map(Number);
  return fs
    .readdirSync(folder)
    .filter((name) => name.startsWith('12.'))
    .sort((a, b) => version(a)[1] - version(b)[1])
    .map((name) => path.join(folder, name));
}

const newest = JSON.parse(fs.readFileSync(schemaFiles().pop(), 'utf8'));

/** An address with its own session. */
function address(app = 'engineData', tail = '') {
  sessions += 1;
  return `${base}/app/${app}/identity/${process.pid}-${sessions}${tail}`;
}

function create(config = {}) {
  return enigma.create({
    schema: newest,
    url: address(),
    createSocket: (url) => new WebSocket(url),
    ...config,
  });
}

/** Opens a session app, loads a script, passes the app to `run`, and closes the session. */
async function withData(script, run, config = {}) {
  const session = create(config);
  try {
    const global = await session.open();
    const app = await global.createSessionApp();
    await app.setScript(script);
    if (!(await app.doReload())) throw new Error('the script does not run');
    return await run(app, global, session);
  } finally {
    await session.close();
  }
}

module.exports = { address, create, newest, schemaFiles, withData };
