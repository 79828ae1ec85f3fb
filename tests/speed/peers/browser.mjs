// The clients for a page, as esbuild bundles them.

import enigma from 'enigma.js';
import schema from 'enigma.js/schemas/12.2015.0.json';
import { openAppSession } from '@qlik/api/qix';

/// enigma.js without deltas, which make its pages slower.
async function openEnigma(url) {
  const session = enigma.create({ schema, url, protocol: { delta: false } });
  const doc = await (await session.open()).openDoc('speed');
  return { doc, object: await doc.getObject('13'), close: () => session.close() };
}

/// @qlik/api, which always requests deltas.
async function openQlikApi(url) {
  const host = url.replace('ws:', 'http:');
  const session = openAppSession({ appId: 'speed', hostConfig: { host, authType: 'apikey', apiKey: 'none', forceIsWindows: false } });
  const doc = await session.getDoc();
  return { doc, object: await doc.getObject('13'), close: () => void session.close() };
}

export const clients = { enigma: openEnigma, 'qlik-api': openQlikApi };
