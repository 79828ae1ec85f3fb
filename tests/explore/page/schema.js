// The schema: classes with methods, and types.
const schema = await (await fetch("schema.json")).json();

/** What a type is: text, boolean, integer, number, list, struct, enum, or open, which is any JSON object. */
const typeOf = (word) => {
  if (word.startsWith("[")) return { kind: "list", items: word.slice(1, -1), word };
  const named = schema.types[word];
  if (named) return { ...named, word };
  const kind = { string: "text", boolean: "boolean", number: "number", double: "number" }[word] ?? "integer";
  return { kind, word };
};

const methodOf = (name, method) => schema.classes[name]?.methods[method];

/** The value of an enum that a JSON value stands for, as its title, its long name, or its number. */
const valueOf = (type, value) => type.values.find(({ title, long, number }) => title === value || long === value || number === value);

/** The first sentence of a text. */
const firstSentence = (text) => (text ?? "").split("\n\n")[0].replaceAll("\n", " ").replace(/\[`([^`]*)`\]/g, "$1").replaceAll("`", "").match(/^.*?\.(?= |$)|^.*$/)[0];

/** The number that follows from a type's defaults. */
const defaultOf = (type, fallback) => {
  if (fallback !== undefined && fallback !== null) return type.kind === "enum" ? (valueOf(type, fallback)?.title ?? String(fallback)) : String(fallback);
  switch (type.kind) {
    case "boolean": return "false";
    case "integer": case "number": return "0";
    case "enum": return (type.values.find(({ number }) => number === 0) ?? type.values[0])?.title ?? "";
    default: return "";
  }
};
