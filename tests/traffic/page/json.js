// Pretty-prints JSON: indented, colored, with numbers as they were written.
const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** A text with its line breaks, as in scripts, shown as such. */
const withBreaks = (token) => token.replace(/\\(\\|r\\n|n)/g, (escape) => (escape === "\\\\" ? escape : "↵\n"));

const prettyJson = (text) => {
  const out = document.createDocumentFragment();
  let depth = 0, plain = "";
  const flush = () => { out.append(plain); plain = ""; };
  const colored = (className, token) => { flush(); out.append(element("span", { className, text: token })); };
  const line = () => { plain += `\n${"  ".repeat(depth)}`; };
  const tokens = text.match(JSON_TOKEN) ?? [];
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    switch (token) {
      case "{": case "[":
        plain += token;
        depth++;
        if (next !== "}" && next !== "]") line();
        break;
      case "}": case "]": {
        depth--;
        const before = tokens[index - 1];
        if (before !== "{" && before !== "[") line();
        plain += token;
        break;
      }
      case ",": plain += ","; line(); break;
      case ":": plain += ": "; break;
      default:
        if (token[0] !== '"') colored("literal", token);
        else colored(next === ":" ? "key" : "string", withBreaks(token.replaceAll("\\u003c", "<")));
    }
  });
  flush();
  return out;
};
