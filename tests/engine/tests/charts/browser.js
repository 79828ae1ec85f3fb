'use strict';

// A headless browser that draws the vendor's charts with the engine at QIX_ENGINE_URL.

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { chromium } = require('playwright-core');
const { script } = require('./data');

const engine = process.env.QIX_ENGINE_URL || 'ws://127.0.0.1:9076';
const modules = path.join(__dirname, 'node_modules');
const schemas = path.join(modules, 'enigma.js', 'schemas');
const patience = 60_000;

/** The newest schema of engine 12 in enigma.js. */
function schema() {
  const minor = (name) => Number(name.split('.')[1]);
  const names = fs.readdirSync(schemas).filter((name) => name.startsWith('12.'));
  const newest = names.sort((a, b) => minor(a) - minor(b)).pop();
  return JSON.parse(fs.readFileSync(path.join(schemas, newest), 'utf8'));
}

/** The script of a package for browsers. */
function bundle(name) {
  const manifest = JSON.parse(fs.readFileSync(path.join(modules, name, 'package.json'), 'utf8'));
  return path.posix.join('/', name, manifest.main);
}

const scripts = ['/enigma.js/enigma.js', '/@nebula.js/stardust/dist/stardust.js'];
const page = '<!doctype html><meta charset="utf-8"><body style="margin:0">'
  + '<div id="chart" style="width:700px;height:420px"></div>';

/** Starts a browser, and a server for the scripts of its pages. */
async function start() {
  const server = http.createServer((request, response) => {
    const name = new URL(request.url, 'http://localhost').pathname;
    if (name === '/') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(page);
    } else if (fs.existsSync(path.join(modules, name))) {
      response.setHeader('content-type', 'text/javascript; charset=utf-8');
      response.end(fs.readFileSync(path.join(modules, name)));
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const browser = await chromium.launch({
    executablePath: process.env.QIX_BROWSER,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  return {
    draw: (chart) => draw(browser, `http://127.0.0.1:${server.address().port}`, chart),
    async stop() {
      await browser.close();
      server.close();
    },
  };
}

let charts = 0;

/** Draws one chart in its own page, with a session app that has the script's data. */
async function draw(browser, site, { package: name, fields, properties }) {
  const view = await browser.newPage({ viewport: { width: 700, height: 420 } });
  const faults = [];
  const answers = [];
  view.on('pageerror', (error) => faults.push(String(error)));
  view.on('websocket', (socket) => {
    const requests = new Map();
    socket.on('framesent', ({ payload }) => {
      const { id, method } = JSON.parse(payload);
      requests.set(id, method);
    });
    socket.on('framereceived', ({ payload }) => {
      const { id, error, result } = JSON.parse(payload);
      if (error) faults.push(`${requests.get(id)}: ${JSON.stringify(error)}`);
      else if (id !== undefined) answers.push({ method: requests.get(id), result });
    });
  });
  await view.goto(site);
  for (const url of [...scripts, bundle(`@nebula.js/${name}`)]) await view.addScriptTag({ url: site + url });
  charts += 1;
  const url = `${engine}/app/engineData/identity/chart-${process.pid}-${charts}`;
  await view.evaluate(async (given) => {
    // Results are compared completely, so deltas are off.
    const session = window.enigma.create({
      schema: given.schema,
      url: given.url,
      protocol: { delta: false },
      createSocket: (address) => new WebSocket(address),
    });
    const global = await session.open();
    const app = await global.createSessionApp();
    await app.setScript(given.script);
    if (!(await app.doReload())) throw new Error('the script does not run');
    const type = { name: given.name, load: () => Promise.resolve(window[given.name]) };
    const nebula = window.stardust.embed(app, { context: { language: 'en-US' }, types: [type] });
    const element = document.getElementById('chart');
    await nebula.render({ element, type: given.name, fields: given.fields, properties: given.properties });
  }, { name, fields, properties, script, schema: schema(), url });
  return {
    view,
    /** Results of the calls of a method, in order. */
    answers: (method) => answers.filter((answer) => answer.method === method).map((answer) => answer.result),
    /** Retries until a condition holds, because charts draw asynchronously. */
    async eventually(check) {
      const end = Date.now() + patience;
      for (;;) {
        try {
          if (faults.length) throw new Error(faults.join('\n'));
          return await check();
        } catch (error) {
          if (faults.length || Date.now() > end) throw error;
          await view.evaluate(() => new Promise(requestAnimationFrame));
        }
      }
    },
    text: () => view.evaluate(() => document.getElementById('chart').innerText),
    /** The number of pixels of each color, on the canvas with the most drawn pixels. */
    colors: () => view.evaluate(() => {
      const canvases = [...document.querySelectorAll('#chart canvas')].map((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const found = {};
        for (let at = 0; at < data.length; at += 4) {
          const color = `${data[at]},${data[at + 1]},${data[at + 2]}`;
          if (data[at + 3] === 255) found[color] = (found[color] ?? 0) + 1;
        }
        return found;
      });
      const ink = (found) => Object.values(found).reduce((sum, count) => sum + count, 0);
      return canvases.sort((a, b) => ink(b) - ink(a))[0] ?? {};
    }),
    /** The heights of the drawn columns, left to right, on the canvas with the most drawn pixels. */
    bars: () => view.evaluate(() => {
      const canvases = [...document.querySelectorAll('#chart canvas')].map((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const column = (x) => {
          let ink = 0;
          for (let y = 0; y < canvas.height; y += 1) ink += data[(y * canvas.width + x) * 4 + 3] > 127 ? 1 : 0;
          return ink;
        };
        return Array.from({ length: canvas.width }, (_, x) => column(x));
      });
      const ink = (columns) => columns.reduce((sum, count) => sum + count, 0);
      const columns = canvases.sort((a, b) => ink(b) - ink(a))[0] ?? [];
      const heights = [];
      columns.forEach((height, x) => {
        if (height && !columns[x - 1]) heights.push(0);
        if (height) heights[heights.length - 1] = Math.max(heights[heights.length - 1], height);
      });
      return heights;
    }),
    close: () => view.close(),
  };
}

module.exports = { start };
