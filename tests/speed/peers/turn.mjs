// A turn of a client, shared by all JavaScript clients.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Memory of this process in KiB, where the system tells it. */
function memory() {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const member = (name) => Number(status.match(new RegExp(`^${name}:\\s*(\\d+)`, 'm'))[1]);
    return { now: member('VmRSS'), peak: member('VmHWM') };
  } catch {
    return null;
  }
}

function ensure(right, what) {
  if (!right) throw new Error(`a wrong answer: ${what}`);
}

/** Keeps a client busy for a time; how often it did what it was asked for. */
async function work({ doc, object }, workload, seconds) {
  let over = false;
  let done = 0;
  const call = async (number) => {
    const value = await doc.evaluate(`${number}`);
    ensure(value === `${number}`, value);
  };
  const asked = [{ qLeft: 0, qTop: 0, qWidth: 10, qHeight: 1000 }];
  const page = async () => {
    const pages = await object.getHyperCubeData('/qHyperCubeDef', asked);
    const { qMatrix } = pages[0];
    ensure(qMatrix.length === 1000 && qMatrix[999].length === 10, pages);
    ensure(qMatrix[0][0].qText.startsWith('Customer '), qMatrix[0][0].qText);
  };
  const task = workload.Calls ? call : page;
  const worker = async (number) => {
    while (!over) {
      await task(number);
      done += 1;
    }
  };
  const workers = Array.from({ length: workload.Calls ?? workload.Pages }, (_, number) => worker(number));
  await Promise.race([sleep(seconds * 1000), ...workers]);
  over = true;
  await Promise.all(workers);
  return done;
}

/** Reads all rows of a table, four pages in flight, into an array for each column of a page; their number. */
async function exportRows({ doc }, rows) {
  const table = await doc.getObject(`9${rows}`);
  const { qHyperCube } = await table.getLayout();
  const { qcx, qcy } = qHyperCube.qSize;
  ensure(qcx === 6 && qcy === rows, qHyperCube.qSize);
  const height = Math.floor(10000 / qcx);
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (next < qcy) {
      const qTop = next;
      next += height;
      const qHeight = Math.min(height, qcy - qTop);
      const pages = await table.getHyperCubeData('/qHyperCubeDef', [{ qLeft: 0, qTop, qWidth: qcx, qHeight }]);
      const columns = Array.from({ length: qcx }, () => []);
      for (const row of pages[0].qMatrix) {
        for (let at = 0; at < qcx; at += 1) {
          const { qText, qNum } = row[at];
          columns[at].push(at === 0 ? qText : qNum);
        }
      }
      ensure(columns[5].length === qHeight && typeof columns[5][0] === 'number', columns[5][0]);
      done += columns[0].length;
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  ensure(done === rows, done);
  return done;
}

/** Connects and takes a turn, after half of one to warm up; reports it as a line of JSON. */
export async function turn(connect) {
  const [workload, url, time] = process.argv.slice(2);
  const seconds = Number(time);
  const before = memory();
  const client = await connect(url);
  const asked = JSON.parse(workload);
  if (!asked.Export) await work(client, asked, seconds / 2);
  const began = performance.now();
  const used = process.cpuUsage();
  const done = asked.Export ? await exportRows(client, asked.Export) : await work(client, asked, seconds);
  const { user, system } = process.cpuUsage(used);
  const after = memory();
  const report = {
    done,
    seconds: (performance.now() - began) / 1000,
    cpu: (user + system) / 1e6,
    memory: before && after && { now: after.now - before.now, peak: after.peak - before.now },
  };
  console.log(JSON.stringify(report));
  process.exit(0);
}
