// The log: columns with one value per message, objects, and message texts.
const REQUEST = 0, REPLY = 1, NOTIFICATION = 2, BARE = 3;
const WELL = 0, FAILED = 1, NOT_FOUND = 2, UNANSWERED = 3;

const model = (() => {
  const raw = JSON.parse(document.getElementById("data").textContent);
  const source = raw.messages;
  const count = source.line.length;
  const timed = source.at.some((at) => at !== null);
  // Messages without a time have the time of the previous message.
  const at = new Float64Array(count);
  let last = 0;
  for (let i = 0; i < count; i++) {
    last = timed ? Math.max(last, source.at[i] ?? last) : i;
    at[i] = last;
  }
  // The messages that made an object stale, from the change lists.
  for (const object of raw.objects) object.invalidations = [];
  for (const [message, objects] of source.change) for (const object of objects) raw.objects[object].invalidations.push(message);
  const lists = (column) => new Map(column);
  const all = Int32Array.from({ length: count }, (_, i) => i);
  const positions = new Map(source.line.map((line, i) => [line, i]));
  return {
    title: raw.title, bytes: raw.bytes, faults: raw.faults, methods: raw.methods, objects: raw.objects,
    count, timed, at, all, end: count ? at[count - 1] : 0,
    hasTime: (i) => source.at[i] !== null,
    line: source.line, size: source.bytes, id: source.id, handle: source.handle,
    kind: Uint8Array.from(source.kind), sent: Uint8Array.from(source.sent), outcome: Uint8Array.from(source.outcome),
    method: Int32Array.from(source.method), object: Int32Array.from(source.object), partner: Int32Array.from(source.partner),
    change: lists(source.change), close: lists(source.close), suspend: lists(source.suspend),
    texts: document.getElementById("texts").textContent.split("\n"),
    positionOfLine: (line) => positions.get(line) ?? -1,
    methodName(i) { return this.method[i] < 0 ? "" : this.methods[this.method[i]]; },
    isBad(i) {
      if (this.kind[i] === REPLY && this.partner[i] < 0) return true;
      return this.kind[i] <= REPLY && this.outcome[i] !== WELL;
    },
    took(i) {
      const partner = this.partner[i];
      if (partner < 0 || !this.hasTime(i) || !this.hasTime(partner)) return null;
      return Math.abs(this.at[partner] - this.at[i]);
    },
    /** The first message at a time or after it. */
    firstAt(time) {
      let low = 0, high = count;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (at[middle] < time) low = middle + 1; else high = middle;
      }
      return low;
    },
    /** The command that a change came from: its request, or -1. */
    cause(change) { return this.kind[change] === REPLY ? this.partner[change] : -1; },
    /** The last message before this one that made an object stale, or -1. */
    staleBefore(object, message) {
      let found = -1;
      for (const change of this.objects[object].invalidations) {
        if (change >= message) break;
        found = change;
      }
      return found;
    },
  };
})();
