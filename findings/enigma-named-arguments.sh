#!/usr/bin/env bash
# enigma.js sends named arguments as one positional argument if a single name is not in its schema.
#
# Seen with enigma.js 2.15.0 and its schema 12.2015.0 on Node.js 20.20. A method accepts its parameters by name, in one object, and
# fills in the defaults of the others. If one name is misspelled or newer than the schema, no error is raised and the name is not
# left out: the whole object becomes the first parameter, and the defaults are missing.
#
# Output seen:
#   names of the schema: ["/qListObjectDef",false]
#   one name more: [{"qPath":"/qListObjectDef","qSoftLock":true,"qExact":true}]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund enigma.js@2.15.0
cat > call.js <<'JS'
const enigma = require('enigma.js');
const schema = require('enigma.js/schemas/12.2015.0.json');

let sent;
const createSocket = () => {
  const socket = {
    send(text) {
      sent = JSON.parse(text);
      const result = { qReturn: { qType: sent.method === 'OpenDoc' ? 'Doc' : 'GenericObject', qHandle: sent.id, qGenericId: 'a' } };
      setImmediate(() => socket.onmessage({ data: JSON.stringify({ jsonrpc: '2.0', id: sent.id, result }) }));
    },
    close() {},
  };
  setImmediate(() => socket.onopen());
  return socket;
};

(async () => {
  const session = enigma.create({ schema, url: 'ws://localhost/app/a', createSocket });
  const object = await (await (await session.open()).openDoc('a')).getObject('b');
  const path = '/qListObjectDef';
  await object.selectListObjectAll({ qPath: path });
  console.log(`names of the schema: ${JSON.stringify(sent.params)}`);
  await object.selectListObjectAll({ qPath: path, qSoftLock: true, qExact: true });
  console.log(`one name more: ${JSON.stringify(sent.params)}`);
})();
JS
seen=$(node call.js)
expected='names of the schema: ["/qListObjectDef",false]
one name more: [{"qPath":"/qListObjectDef","qSoftLock":true,"qExact":true}]'
echo "$seen"
if [ "$seen" != "$expected" ]; then
    printf 'this has changed; it was:\n%s\n' "$expected" >&2
    exit 1
fi
