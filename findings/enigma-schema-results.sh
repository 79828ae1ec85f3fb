#!/usr/bin/env bash
# A newer schema changes what a method of enigma.js returns, although the engine's answer is the same.
#
# Seen with enigma.js 2.15.0 and its schemas 3.0 and 3.1 on Node.js 20.20. A method with one result in the schema returns the value;
# with several, an object of them. ExportData has one result in 3.0 and two since 3.1, so the address of the file is a string with one
# schema and a member `qUrl` with the other. The engine answered both calls with the same bytes.
#
# Output seen:
#   schema 3.0: "/tempcontent/file.csv"
#   schema 3.1: {"qUrl":"/tempcontent/file.csv","qWarnings":[]}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund enigma.js@2.15.0
cat > export.js <<'JS'
const enigma = require('enigma.js');

const answers = {
  OpenDoc: { qReturn: { qType: 'Doc', qHandle: 1, qGenericId: 'a' } },
  GetObject: { qReturn: { qType: 'GenericObject', qHandle: 2, qGenericId: 'b' } },
  ExportData: { qUrl: '/tempcontent/file.csv', qWarnings: [] },
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

(async () => {
  for (const version of ['3.0', '3.1']) {
    const schema = require(`enigma.js/schemas/${version}.json`);
    const session = enigma.create({ schema, url: 'ws://localhost/app/a', createSocket, protocol: { delta: false } });
    const object = await (await (await session.open()).openDoc('a')).getObject('b');
    console.log(`schema ${version}: ${JSON.stringify(await object.exportData('CSV_C'))}`);
  }
})();
JS
seen=$(node export.js)
expected='schema 3.0: "/tempcontent/file.csv"
schema 3.1: {"qUrl":"/tempcontent/file.csv","qWarnings":[]}'
echo "$seen"
if [ "$seen" != "$expected" ]; then
    printf 'this has changed; it was:\n%s\n' "$expected" >&2
    exit 1
fi
