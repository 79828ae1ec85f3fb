// JSON values as a tree that opens and closes, compared with their types in the schema.
const SHOWN = 100;

/** A number whose digits say more than a number of the language can keep. */
class Digits {
  constructor(source) { this.source = source; }
  toJSON() { return JSON.rawJSON ? JSON.rawJSON(this.source) : Number(this.source); }
}

/** Parses JSON, with numbers as they were written. */
const parseJson = (text) => JSON.parse(text, (key, value, context) =>
  (typeof value === "number" && context?.source && String(value) !== context.source ? new Digits(context.source) : value));

const isObject = (value) => typeof value === "object" && value !== null && !(value instanceof Digits);

const leaf = (value, type) => {
  if (value instanceof Digits) return element("span", { className: "literal", text: value.source });
  const shown = element("span", { className: typeof value === "string" ? "string" : "literal", text: JSON.stringify(value) });
  if (type?.kind === "enum") {
    const known = valueOf(type, value);
    if (known) shown.title = [known.long, firstSentence(known.doc)].filter(Boolean).join(": ");
    else shown.append(mark("not a value of " + type.word));
  }
  return shown;
};

const mark = (text) => element("span", { className: "mark", text });

const excerptOf = (value) => {
  if (Array.isArray(value)) return value.length === 1 ? "[1 item]" : `[${number(value.length)} items]`;
  const names = Object.keys(value);
  return names.length === 0 ? "{}" : `{ ${names.slice(0, 4).join(", ")}${names.length > 4 ? ", …" : ""} }`;
};

/** The members of a value with their types. Members that the type does not have are marked. */
const membersOf = (value, type) => {
  if (Array.isArray(value)) return value.map((item, index) => [String(index), item, type?.kind === "list" ? typeOf(type.items) : undefined, true]);
  const known = type?.kind === "struct" ? new Map(type.members.map((member) => [member.name, member])) : null;
  return Object.entries(value).map(([name, item]) => {
    const member = known?.get(name);
    return [name, item, member && typeOf(member.type), !known || Boolean(member), member?.doc];
  });
};

/** A value with a name. Its members are made when it is opened. */
const viewOf = (name, value, type, { known = true, doc, depth = 0, open = depth < 1 } = {}) => {
  const label = element("span", { className: "key", text: name });
  if (doc) label.title = firstSentence(doc);
  const notes = known ? [] : [mark("not in the schema")];
  if (!isObject(value) || (Object.keys(value).length === 0)) {
    const shown = isObject(value) ? element("span", { className: "dim", text: Array.isArray(value) ? "[]" : "{}" }) : leaf(value, type);
    return element("div", { className: known ? "leaf" : "leaf unknown" }, label, ": ", shown, ...notes);
  }
  const content = element("div", { className: "members" });
  const details = element("details", { className: known ? "" : "unknown" },
    element("summary", {}, label, " ", element("span", { className: "dim", text: excerptOf(value) }), ...notes), content);
  let entries = null, next = 0;
  const more = () => {
    content.querySelector(":scope > .more")?.remove();
    for (const [member, item, of, isKnown, text] of entries.slice(next, next + SHOWN)) {
      content.append(viewOf(member, item, of, { known: isKnown, doc: text, depth: depth + 1, open: depth < 2 && entries.length <= 12 }));
    }
    next += SHOWN;
    if (next >= entries.length) return;
    const button = element("button", { type: "button", className: "more", text: `${number(entries.length - next)} more` });
    button.addEventListener("click", more);
    content.append(button);
  };
  const fill = () => {
    if (!details.open || entries) return;
    entries = membersOf(value, type);
    more();
  };
  details.addEventListener("toggle", fill);
  if (open) {
    details.open = true;
    fill();
  }
  return details;
};
