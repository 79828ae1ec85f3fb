#!/usr/bin/env bash
# The log of traffic that the README of enigma.js recommends does not contain what was sent.
#
# Seen with enigma.js 2.15.0 on Node.js 20.20. The README prints each message with console.log('sent:', data), where data is an
# object. Node.js shows three levels of an object and writes the rest as [Object] and [Array], so that the fields of a cube are
# missing from its definition. A log of JSON.stringify(data) is complete.
#
# Output seen:
#   readme: sent: with [Object] or [Array], without the field Region
#   stringify: sent: with the field Region
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund enigma.js@2.15.0
cat > log.js <<'JS'
const enigma = require('enigma.js');
const schema = require('enigma.js/schemas/3.2.json');

const answers = {
  OpenDoc: { qReturn: { qType: 'Doc', qHandle: 1, qGenericId: 'a' } },
  CreateSessionObject: { qReturn: { qType: 'GenericObject', qHandle: 2, qGenericId: 'b', qGenericType: 'c' } },
};
const createSocket = () => {
  const socket = {
    send(text) {
      const { id, method } = JSON.parse(text);
      setImmediate(() => socket.onmessage({ data: JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] }) }));
    },
    close() {},
  };
  setImmediate(() => socket.onopen());
  return socket;
};
const about = (text) => `${/\[Object\]|\[Array\]/.test(text) ? 'with [Object] or [Array], ' : ''}${text.includes('Region') ? 'with' : 'without'} the field Region`;

(async () => {
  const session = enigma.create({ schema, url: 'ws://localhost/app/a', createSocket });
  let lines = [], write = process.stdout.write;
  const print = (name, ...values) => {
    process.stdout.write = (text) => lines.push(text);
    console.log(...values);
    process.stdout.write = write;
    const text = lines.splice(0).join('');
    if (text.includes('CreateSessionObject')) console.log(`${name}: sent: ${about(text)}`);
  };
  session.on('traffic:sent', (data) => print('readme', 'sent:', data));
  session.on('traffic:sent', (data) => print('stringify', 'sent:', JSON.stringify(data)));
  const doc = await (await session.open()).openDoc('a');
  await doc.createSessionObject({
    qInfo: { qType: 'c' },
    qHyperCubeDef: { qDimensions: [{ qDef: { qFieldDefs: ['Region'] } }] },
  });
})();
JS
seen=$(node log.js)
expected='readme: sent: with [Object] or [Array], without the field Region
stringify: sent: with the field Region'
echo "$seen"
if [ "$seen" != "$expected" ]; then
    printf 'this has changed; it was:\n%s\n' "$expected" >&2
    exit 1
fi
