// The log: columns with one value per message, objects, and message texts. It grows if the page is live.
const REQUEST = 0, REPLY = 1, NOTIFICATION = 2, BARE = 3;
const WELL = 0, FAILED = 1, NOT_FOUND = 2, UNANSWERED = 3;

const model = (() => {
  const raw = JSON.parse(document.getElementById("data").textContent);
  const numbers = new Map(), positions = new Map(), known = [];
  let places = new Int32Array(1024), last = 0;
  const model = {
    title: raw.title, live: raw.live, timed: raw.live || raw.messages.at.some((at) => at !== null),
    bytes: 0, faults: [], methods: [], objects: [], count: 0, end: 0, all: places.subarray(0, 0),
    at: [], line: [], size: [], id: [], handle: [], kind: [], sent: [], outcome: [], method: [], object: [], partner: [],
    change: new Map(), close: new Map(), suspend: new Map(), texts: [],
    hasTime: (i) => known[i],
    positionOfLine: (line) => positions.get(line) ?? -1,
    methodName: (i) => (model.method[i] < 0 ? "" : model.methods[model.method[i]]),
    isBad(i) {
      if (model.kind[i] === REPLY && model.partner[i] < 0) return true;
      return model.kind[i] <= REPLY && model.outcome[i] !== WELL;
    },
    took(i) {
      const partner = model.partner[i];
      if (partner < 0 || !known[i] || !known[partner]) return null;
      return Math.abs(model.at[partner] - model.at[i]);
    },
    /** The first message at a time or after it. */
    firstAt(time) {
      let low = 0, high = model.count;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (model.at[middle] < time) low = middle + 1; else high = middle;
      }
      return low;
    },
    /** The command that a change came from: its request, or -1. */
    cause: (change) => (model.kind[change] === REPLY ? model.partner[change] : -1),
    /** The last message before this one that made an object stale, or -1. */
    staleBefore(object, message) {
      let found = -1;
      for (const change of model.objects[object].invalidations) {
        if (change >= message) break;
        found = change;
      }
      return found;
    },
    /** Adds messages that follow the known ones. */
    append(added, texts) {
      const { messages } = added, first = model.count, count = messages.line.length;
      const methods = added.methods.map((name) => {
        if (!numbers.has(name)) numbers.set(name, model.methods.push(name) - 1);
        return numbers.get(name);
      });
      for (let offset = 0; offset < count; offset++) {
        const i = first + offset, partner = messages.partner[offset];
        // Messages without a time have the time of the previous message.
        last = model.timed ? Math.max(last, messages.at[offset] ?? last) : i;
        model.at.push(last);
        known.push(messages.at[offset] !== null);
        model.line.push(messages.line[offset]);
        positions.set(messages.line[offset], i);
        model.size.push(messages.bytes[offset]);
        for (const column of ["id", "handle", "kind", "sent", "outcome", "object", "partner"]) model[column].push(messages[column][offset]);
        model.method.push(messages.method[offset] < 0 ? -1 : methods[messages.method[offset]]);
        model.texts.push(texts[offset]);
        // The request was added earlier, without its reply.
        if (messages.kind[offset] === REPLY && partner >= 0 && partner < first) {
          model.partner[partner] = i;
          model.outcome[partner] = messages.outcome[offset];
        }
      }
      for (const row of added.objects) {
        const { calculations, ...facts } = row;
        const object = (model.objects[row.index] ??= { invalidations: [], calculations: [], latest: null, longest: null });
        Object.assign(object, facts);
        for (const calculation of calculations) {
          object.calculations.push(calculation);
          if (calculation[1] === null) continue;
          object.latest = calculation[1];
          object.longest = Math.max(object.longest ?? 0, calculation[1]);
        }
      }
      for (const column of ["change", "close", "suspend"]) for (const [message, objects] of messages[column]) model[column].set(message, objects);
      for (const [message, objects] of messages.change) for (const object of objects) model.objects[object].invalidations.push(message);
      model.count = first + count;
      model.end = model.count ? model.at[model.count - 1] : 0;
      if (model.count > places.length) places = new Int32Array(Math.max(model.count, 2 * places.length));
      if (places[model.count - 1] !== model.count - 1) for (let i = 0; i < places.length; i++) places[i] = i;
      model.all = places.subarray(0, model.count);
      model.bytes = added.bytes;
      model.faults = added.faults;
    },
  };
  model.append(raw, document.getElementById("texts").textContent.split("\n"));
  return model;
})();
