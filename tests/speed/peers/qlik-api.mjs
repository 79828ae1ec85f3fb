// @qlik/api, which always requests deltas. It connects to a tenant, which can be any host.

import { turn } from './turn.mjs';

await turn(async (url) => {
  const { openAppSession } = await import('@qlik/api/qix');
  const host = url.replace('ws:', 'http:');
  const hostConfig = { host, authType: 'apikey', apiKey: 'none', forceIsWindows: false };
  const doc = await openAppSession({ appId: 'speed', hostConfig }).getDoc();
  return { doc, object: await doc.getObject('13') };
});
