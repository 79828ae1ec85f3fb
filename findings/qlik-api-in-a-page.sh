#!/usr/bin/env bash
# In a page, @qlik/api has no client for the engine of its own: it loads one from the host, and waits forever if the host has none.
#
# Seen with @qlik/api 2.19.0 and jsdom 26.1.0 on Node.js 20.20. The same call connects a WebSocket in Node.js. In a page (where
# `window` exists) it requests the script /qlik-embed/main.js of the host instead. A server that is only an engine answers 404.
# No WebSocket is opened, and `getDoc()` is neither resolved nor rejected. The bundle of the page is not smaller for it: it contains
# the client for Node.js, which cannot be reached.
#
# Output seen:
#   node: WebSocket /app/a
#   page: GET /qlik-embed/main.js 404, getDoc() is pending after 5 s
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @qlik/api@2.19.0 jsdom@26.1.0 esbuild@0.25.12 ws@8.18.3
cat > open.mjs <<'JS'
import { openAppSession } from '@qlik/api/qix';

export function open(host) {
  return openAppSession({ appId: 'a', hostConfig: { host, authType: 'none' } }).getDoc();
}
JS
node_modules/.bin/esbuild open.mjs --bundle --format=iife --global-name=page --log-level=error --outfile=page.js
cat > run.mjs <<'JS'
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';
import { open } from './open.mjs';

let seen = [];
const server = createServer((request, response) => {
  seen.push(`${request.method} ${request.url.split('?')[0]} 404`);
  response.writeHead(404).end();
});
server.on('upgrade', (request, socket) => {
  seen.push(`WebSocket ${request.url.split('?')[0]}`);
  socket.destroy();
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const host = `http://127.0.0.1:${server.address().port}`;
const settled = async (promise) => {
  const late = new Promise((done) => setTimeout(done, 5000, 'is pending after 5 s'));
  return Promise.race([promise.then(() => 'is resolved', () => 'is rejected'), late]);
};

await settled(open(host));
console.log(`node: ${[...new Set(seen)].filter((line) => line.startsWith('WebSocket')).join(', ')}`);

seen = [];
const { window } = new JSDOM('<!doctype html><head></head>', { url: `${host}/`, runScripts: 'dangerously', resources: 'usable' });
window.console.error = () => {};
window.fetch = fetch;
window.eval(readFileSync('page.js', 'utf8') + '\nwindow.page = page;');
const outcome = await settled(window.page.open(host));
console.log(`page: ${[...new Set(seen)].join(', ')}, getDoc() ${outcome}`);
process.exit();
JS
seen=$(node run.mjs 2>/dev/null)
expected='node: WebSocket /app/a
page: GET /qlik-embed/main.js 404, getDoc() is pending after 5 s'
echo "$seen"
if [ "$seen" != "$expected" ]; then
    printf 'this has changed; it was:\n%s\n' "$expected" >&2
    exit 1
fi
