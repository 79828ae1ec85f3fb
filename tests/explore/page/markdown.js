// The texts of the schema: paragraphs, lists, tables, code, and names of other items.

/** A line of text with code and names. `onName` is called for a name that the page can go to. */
const inlineOf = (text, onName) => {
  const out = document.createDocumentFragment();
  let last = 0;
  for (const match of text.matchAll(/\[`([A-Za-z0-9_.]+)`\]|`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\([^)]*\)/g)) {
    out.append(text.slice(last, match.index));
    last = match.index + match[0].length;
    const [whole, name, code, strong, emphasis, link] = match;
    if (name) {
      const [of, method] = name.split(".");
      if (methodOf(of, method)) {
        const button = element("button", { type: "button", className: "go", text: name });
        button.addEventListener("click", () => onName(of, method));
        out.append(button);
      } else {
        out.append(element("code", { text: name }));
      }
    } else if (code) out.append(element("code", { text: code }));
    else if (strong) out.append(element("strong", { text: strong }));
    else if (emphasis) out.append(element("em", { text: emphasis }));
    else out.append(link ?? whole);
  }
  out.append(text.slice(last));
  return out;
};

/** A text as elements. */
const markdown = (text, onName) => {
  const out = document.createDocumentFragment();
  const lines = (text ?? "").split("\n");
  let paragraph = [], list = null;
  const flush = () => {
    if (paragraph.length) out.append(element("p", {}, inlineOf(paragraph.join(" "), onName)));
    paragraph = [];
    if (list) out.append(element("ul", {}, ...list.map((item) => element("li", {}, inlineOf(item, onName)))));
    list = null;
  };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    if (line.startsWith("```")) {
      flush();
      const code = [];
      while (++i < lines.length && !lines[i].startsWith("```")) if (!/^# |^#$/.test(lines[i])) code.push(lines[i]);
      out.append(element("pre", { text: code.join("\n") }));
    } else if (line.startsWith("|")) {
      flush();
      const table = [line];
      while (lines[i + 1]?.startsWith("|")) table.push(lines[++i]);
      out.append(element("pre", { text: table.join("\n") }));
    } else if (/^[-*] /.test(line)) {
      if (paragraph.length) flush();
      (list ??= []).push(line.slice(2));
    } else if (line.trim() === "") flush();
    else if (list) list[list.length - 1] += ` ${line.trim()}`;
    else paragraph.push(line);
  }
  flush();
  return out;
};
