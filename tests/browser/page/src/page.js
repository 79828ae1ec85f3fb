// What tests need of the page, and cannot do to a real browser: hide it, unplug it, slow its timers.

export async function post(path, body) {
  const answer = await fetch(path, { method: 'POST', body });
  const text = await answer.text();
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
