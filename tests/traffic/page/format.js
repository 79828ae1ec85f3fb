// Formats values.
const grouped = new Intl.NumberFormat("en");
const number = (value) => grouped.format(value);

const span = (micros) => {
  if (micros === null || micros === undefined) return "–";
  if (micros < 1e3) return `${micros} µs`;
  if (micros < 1e6) return `${(micros / 1e3).toFixed(2)} ms`;
  if (micros < 120e6) return `${(micros / 1e6).toFixed(2)} s`;
  return `${Math.floor(micros / 60e6)} min ${String(Math.floor(micros / 1e6) % 60).padStart(2, "0")} s`;
};

const moment = (i) => (model.timed ? (model.hasTime(i) ? `${(model.at[i] / 1e6).toFixed(6)}` : "–") : "");

const size = (bytes) => {
  if (bytes < 1e3) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
};

const objectName = (object) => [object.class, object.kind, object.id].filter(Boolean).join(" ");

/** What the message carries, in short. */
const excerpt = (i) => {
  const text = model.texts[i];
  for (const member of ['"params":', '"error":', '"result":']) {
    const start = text.indexOf(member);
    if (start < 0) continue;
    const content = text.slice(start + member.length, start + member.length + 160);
    return start + member.length + 160 < text.length ? content : content.slice(0, -1);
  }
  return "";
};

/** An element with a class, a text and children. */
const element = (name, { text, className, ...attributes } = {}, ...children) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};
