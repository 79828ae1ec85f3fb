// Filters the messages. Works in slices, so that typing stays smooth in long logs.
const SLICE = 10;

/** A text as it may stand in the messages, which are JSON: inside a text there, or as a part of the JSON. */
const textPattern = (text) => {
  const spellings = new Set([text, JSON.stringify(text).slice(1, -1)].map((spelling) => spelling.replaceAll("<", "\\u003c")));
  return new RegExp([...spellings].map((spelling) => spelling.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "i");
};

const integer = (text) => (/^-?\d+$/.test(text.trim()) ? Number(text) : null);

/** A test for one message. Cheap conditions come first. */
const condition = (criteria) => {
  const tests = [];
  const { id, handle, method, text, errors, range } = criteria;
  if (range) tests.push((i) => model.at[i] >= range[0] && model.at[i] <= range[1]);
  if (id) tests.push(((wanted) => (i) => model.id[i] === wanted)(integer(id)));
  if (handle) tests.push(((wanted) => (i) => model.handle[i] === wanted)(integer(handle)));
  if (method) {
    const wanted = method.trim().toLowerCase();
    const meets = model.methods.map((name) => name.toLowerCase().includes(wanted));
    tests.push((i) => model.method[i] >= 0 && meets[model.method[i]]);
  }
  if (errors) tests.push((i) => model.isBad(i));
  if (text) tests.push(((pattern) => (i) => pattern.test(model.texts[i]))(textPattern(text)));
  return tests.length === 0 ? null : (i) => tests.every((test) => test(i));
};

let filtering = 0;

/** Finds the messages that meet the criteria and hands them over; a later call overtakes this one. */
const filter = (criteria, done) => {
  const mine = ++filtering;
  const meets = condition(criteria);
  if (!meets) return done(model.all);
  const found = new Int32Array(model.count);
  let length = 0, next = 0;
  const slice = () => {
    if (mine !== filtering) return;
    const until = performance.now() + SLICE;
    while (next < model.count) {
      if (meets(next)) found[length++] = next;
      next++;
      if (next % 256 === 0 && performance.now() > until) return void setTimeout(slice, 0);
    }
    done(found.subarray(0, length));
  };
  slice();
};
