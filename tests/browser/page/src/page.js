// What tests need of the page, and cannot do to a real browser: hide it, unplug it, slow its timers.

export async function post(path, body) {
  const answer = await fetch(path, { method: 'POST', body });
  const text = await answer.text();
  if (path === '/start') globalThis.lastEngine = text.split(' ')[0];
  if (!answer.ok) throw new Error(`${path}: ${text}`);
  return text;
}

export function show(visible) {
  Object.defineProperty(document, 'visibilityState', { get: () => (visible ? 'visible' : 'hidden'), configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}

export function plug(online) {
  Object.defineProperty(navigator, 'onLine', { get: () => online, configurable: true });
  dispatchEvent(new Event(online ? 'online' : 'offline'));
}

/// Opens the example, selects a value by clicking, and clears the selections. Returns the table before, meanwhile, after.
export async function example(engine) {
  const frame = document.createElement('iframe');
  frame.src = `/example/index.html?engine=${engine}`;
  document.body.append(frame);
  const until = (look) => new Promise((done) => {
    const again = () => (look() ? done() : requestAnimationFrame(again));
    again();
  });
  const page = () => frame.contentDocument;
  const rows = () => [...page().querySelectorAll('#table tr')].map((row) => [...row.cells].map((cell) => cell.textContent).join(' '));
  const wait = async (count) => { await until(() => rows().length === count); return rows().join(', '); };
  await until(() => page()?.body?.dataset.ready);
  const before = await wait(9);
  [...page().querySelectorAll('#Region button')].find((button) => button.textContent === 'West').click();
  const meanwhile = await wait(3);
  // The list and the table are drawn one after the other.
  await until(() => page().querySelector('#Region li.S'));
  const state = [...page().querySelectorAll('#Region li')].map((item) => `${item.textContent} ${item.className}`).join(', ');
  page().getElementById('clear').click();
  const after = await wait(9);
  return JSON.stringify({ before, meanwhile, state, after, problem: page().getElementById('problem').textContent });
}

const now = globalThis.setTimeout;

/// From now on, timers fire together, every so many milliseconds, as in a page that has been hidden for minutes.
export function throttle(millis) {
  const waiting = new Map();
  let id = 1_000_000_000;
  const tick = () => {
    for (const [key, { due, call }] of [...waiting]) {
      if (due <= performance.now() && waiting.delete(key)) call();
    }
    now(tick, millis);
  };
  now(tick, millis);
  const clear = globalThis.clearTimeout;
  globalThis.setTimeout = (call, delay = 0) => {
    waiting.set(++id, { due: performance.now() + delay, call });
    return id;
  };
  globalThis.clearTimeout = (key) => waiting.delete(key) || clear(key);
}

/// The harness shows the message of the last panic.
export function panicked(message) {
  globalThis.lastPanic = message;
}
