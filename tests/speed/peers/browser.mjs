// The clients for a page, as esbuild bundles them.

import enigma from 'enigma.js';
import schema from 'enigma.js/schemas/12.2015.0.json';
// In a page, the package loads its client from a tenant, and the server is not one. This is the client that it has for Node.js.
import { t as qlikApi } from './node_modules/@qlik/api/chunks/qix-g-cGB4fY.js';

// enigma.js without deltas, which make its pages slower.
async function openEnigma(url) {
  const session = enigma.create({ schema, url, protocol: { delta: false } });
  const doc = await (await session.open()).openDoc('speed');
  return { doc, object: await doc.getObject('13'), close: () => session.close() };
}

// @qlik/api, which always requests deltas. It refuses API keys in a page.
async function openQlikApi(url) {
  const host = url.replace('ws:', 'http:');
  const session = qlikApi.openAppSession({ appId: 'speed', hostConfig: { host, authType: 'none', forceIsWindows: false } });
  const doc = await session.getDoc();
  return { doc, object: await doc.getObject('13'), close: () => void session.close() };
}

export const clients = { enigma: openEnigma, 'qlik-api': openQlikApi };
