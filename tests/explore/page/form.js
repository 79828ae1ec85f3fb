// Forms made from types. An editor has an element, `get`, which returns `undefined` for what is not given, and `set`.
const LONG_TEXT = /Script|Expression|Expr$|Formula|Def$/;

class Wrong extends Error {}

const wrongIn = (input, why) => {
  input.setAttribute("aria-invalid", "true");
  input.focus();
  throw new Wrong(why);
};

const textEditor = (name, required, changed) => {
  const long = LONG_TEXT.test(name);
  const input = element(long ? "textarea" : "input", { spellcheck: "false", autocomplete: "off", ...(long ? { rows: 1 } : { type: "text" }) });
  input.addEventListener("input", changed);
  return {
    element: input, input,
    get: () => (input.value === "" && !required ? undefined : input.value),
    set: (value) => { input.value = value ?? ""; },
    fits: (value) => value === undefined || typeof value === "string",
  };
};

const numberEditor = (type, name, fallback, required, changed) => {
  const input = element("input", { type: "text", inputmode: "decimal", size: 10, placeholder: defaultOf(type, fallback), spellcheck: "false", autocomplete: "off" });
  input.addEventListener("input", () => { input.removeAttribute("aria-invalid"); changed(); });
  return {
    element: input, input,
    get: () => {
      const text = input.value.trim();
      if (text === "") return required ? Number(defaultOf(type, fallback)) : undefined;
      if (type.kind === "number" && /^(NaN|-?Infinity)$/.test(text)) return text;
      const value = Number(text);
      if (Number.isNaN(value) || (type.kind === "integer" && !Number.isInteger(value))) wrongIn(input, `${name} must be ${type.kind === "integer" ? "an integer" : "a number"}`);
      return value;
    },
    set: (value) => { input.value = value ?? ""; },
    fits: (value) => value === undefined || typeof value === "number" || (type.kind === "number" && typeof value === "string"),
  };
};

/** A list of values to choose from. The first one stands for what is not given, unless a value is required. */
const choiceEditor = (options, fallback, required, changed) => {
  const input = element("select");
  if (!required) input.append(element("option", { value: "", text: `default: ${fallback}` }));
  for (const { value, text, doc } of options) input.append(element("option", { value: JSON.stringify(value), text, ...(doc ? { title: doc } : {}) }));
  if (required) input.value = JSON.stringify(options.find(({ text }) => text.startsWith(fallback))?.value ?? options[0]?.value);
  input.addEventListener("change", changed);
  return {
    element: input, input,
    get: () => (input.value === "" ? undefined : JSON.parse(input.value)),
    set: (value) => { input.value = value === undefined || value === null ? "" : JSON.stringify(value); },
    fits: (value) => value === undefined || options.some((option) => option.value === value),
  };
};

const enumEditor = (type, fallback, required, changed) => {
  const options = type.values.map(({ title, long, doc }) => ({
    value: title, text: long && long !== title ? `${title}  ${long}` : title, doc: firstSentence(doc),
  }));
  const editor = choiceEditor(options, defaultOf(type, fallback), required, changed);
  const { set, fits } = editor;
  const title = (value) => (value === undefined ? undefined : (valueOf(type, value)?.title ?? value));
  return { ...editor, set: (value) => set(title(value)), fits: (value) => fits(title(value)) };
};

const booleanEditor = (fallback, required, changed) =>
  choiceEditor([{ value: true, text: "true" }, { value: false, text: "false" }], defaultOf({ kind: "boolean" }, fallback), required, changed);

const jsonEditor = (name, required, changed, { empty = {} } = {}) => {
  const input = element("textarea", { rows: 2, className: "json", placeholder: "JSON", spellcheck: "false" });
  input.addEventListener("input", () => { input.removeAttribute("aria-invalid"); changed(); });
  return {
    element: input, input,
    get: () => {
      if (input.value.trim() === "") return required ? empty : undefined;
      try {
        return parseJson(input.value);
      } catch (error) {
        return wrongIn(input, `${name} is not JSON: ${error.message}`);
      }
    },
    set: (value) => { input.value = value === undefined ? "" : JSON.stringify(value, null, 2); },
    fits: () => true,
  };
};

const listEditor = (type, name, required, changed) => {
  const items = [], rows = element("ol", { className: "items" });
  const add = (value) => {
    const editor = editorOf(type.items, `${name}[${items.length}]`, { required: true, changed });
    if (value !== undefined) editor.set(value);
    const remove = element("button", { type: "button", className: "small", text: "✕", "aria-label": `Remove from ${name}` });
    const row = element("li", {}, editor.element, remove);
    remove.addEventListener("click", () => {
      items.splice(items.indexOf(editor), 1);
      row.remove();
      changed();
    });
    items.push(editor);
    rows.append(row);
    return editor;
  };
  const button = element("button", { type: "button", className: "small add", text: `+ ${type.items}` });
  button.addEventListener("click", () => { add().input?.focus(); changed(); });
  return {
    element: element("div", {}, rows, button), input: button,
    get: () => (items.length === 0 && !required ? undefined : items.map((item) => item.get())),
    set: (values) => {
      items.length = 0;
      rows.replaceChildren();
      for (const value of values ?? []) add(value);
    },
    fits: (value) => value === undefined || Array.isArray(value),
  };
};

/** The members of a struct, made when they are needed: types contain themselves. */
const structEditor = (type, name, required, changed) => {
  const content = element("div", { className: "fields" });
  const details = element("details", {}, element("summary", { text: type.word }), content);
  let editors = null;
  const fill = () => {
    if (editors) return;
    editors = new Map();
    for (const member of type.members) {
      const editor = editorOf(member.type, member.name, { fallback: member.default, changed });
      editors.set(member.name, editor);
      content.append(fieldOf(member, editor));
    }
  };
  details.addEventListener("toggle", () => { if (details.open) fill(); });
  return {
    element: details, input: details.firstChild,
    get: () => {
      const entries = [...(editors ?? [])].map(([member, editor]) => [member, editor.get()]).filter(([, value]) => value !== undefined);
      return entries.length === 0 && !required ? undefined : Object.fromEntries(entries);
    },
    set: (value) => {
      if (value === undefined && !editors) return;
      fill();
      details.open = value !== undefined;
      for (const [member, editor] of editors) editor.set(value?.[member]);
    },
    fits: (value) => value === undefined || (isObject(value) && !Array.isArray(value) && Object.keys(value).every((member) => type.members.some((known) => known.name === member))),
  };
};

/** An editor that can be replaced by one for JSON, and is if a value does not fit it. */
const withJson = (editor, name, required, changed, empty) => {
  const json = jsonEditor(name, required, changed, { empty });
  const button = element("button", { type: "button", className: "small toggle", text: "{ }", title: "Edit as JSON", "aria-pressed": "false", "aria-label": `Edit ${name} as JSON` });
  let now = editor;
  json.element.hidden = true;
  const use = (other) => {
    now = other;
    editor.element.hidden = other !== editor;
    json.element.hidden = other !== json;
    button.setAttribute("aria-pressed", other === json);
  };
  const set = (value) => {
    use(editor.fits(value) && now === editor ? editor : json);
    now.set(value);
  };
  button.addEventListener("click", () => {
    try {
      const value = now.get(), other = now === editor ? json : editor;
      if (!other.fits(value)) return wrongIn(json.input, `${name} has members that the form does not know`);
      use(other);
      other.set(value);
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      button.title = error.message;
    }
    changed();
  });
  return {
    element: element("div", { className: "switch" }, editor.element, json.element, button), input: editor.input,
    get: () => now.get(), set, fits: () => true,
  };
};

/** An editor for a value of a type. */
const editorOf = (word, name, { required = false, fallback, changed }) => {
  const type = typeOf(word);
  switch (type.kind) {
    case "text": return textEditor(name, required, changed);
    case "boolean": return booleanEditor(fallback, required, changed);
    case "integer": case "number": return numberEditor(type, name, fallback, required, changed);
    case "enum": return enumEditor(type, fallback, required, changed);
    case "list": return withJson(listEditor(type, name, required, changed), name, required, changed, []);
    case "struct": return withJson(structEditor(type, name, required, changed), name, required, changed, {});
    default: return jsonEditor(name, required, changed);
  }
};

let fieldCount = 0;

/** A field with its name, its type, and what it means. */
const fieldOf = ({ name, type, required, doc, gone }, editor) => {
  const id = `field-${++fieldCount}`;
  const label = element("label", { className: gone ? "gone" : "", for: id }, element("span", { className: "name", text: name }),
    element("span", { className: "type", text: required ? `${type}, required` : type }));
  editor.input?.setAttribute("id", id);
  editor.input?.setAttribute("data-name", name);
  const text = firstSentence(doc);
  return element("div", { className: "field" }, label, editor.element, ...(text ? [element("p", { className: "about", text })] : []));
};
