// enigma.js without deltas, which make its pages slower.

import { turn } from './turn.mjs';

await turn(async (url) => {
  const { default: enigma } = await import('enigma.js');
  const { default: WebSocket } = await import('ws');
  const { default: schema } = await import('enigma.js/schemas/12.2015.0.json', { with: { type: 'json' } });
  const session = enigma.create({
    schema,
    url,
    protocol: { delta: false },
    createSocket: (address) => new WebSocket(address),
  });
  const global = await session.open();
  const doc = await global.openDoc('speed');
  return { doc, object: await doc.getObject('13') };
});
