// The pane with the details of the selected message or object, and links to related ones.
const LISTED = 200;

const go = (text, action) => {
  const button = element("button", { type: "button", className: "go", text });
  button.addEventListener("click", action);
  return button;
};

const act = (text, action) => {
  const button = element("button", { type: "button", className: "act", text });
  button.addEventListener("click", action);
  return button;
};

const facts = (entries) => {
  const list = element("dl");
  for (const [name, value] of entries) {
    if (value === null || value === undefined || value === "") continue;
    list.append(element("dt", { text: name }), element("dd", {}, value));
  }
  return list;
};

const section = (title, items, make) => {
  if (items.length === 0) return [];
  const list = element("ul", {}, ...items.slice(0, LISTED).map((item) => element("li", {}, make(item))));
  if (items.length > LISTED) list.append(element("li", { className: "dim", text: `… ${number(items.length - LISTED)} more` }));
  return [element("h3", { text: title }), list];
};

/** A way to an object. */
const toObject = (index) => {
  const object = model.objects[index];
  return go(`${object.handle} ${objectName(object)}`, () => app.selectObject(index));
};

/** A way to a message. */
const toMessage = (i, text) => go(text, () => app.selectMessage(i));

/** A way from a change to the command that it came from. */
const toCause = (change) => {
  const cause = model.cause(change);
  if (cause < 0) return toMessage(change, `the engine, in line ${model.line[change]}`);
  const object = model.object[cause] < 0 ? "" : ` to ${model.handle[cause]} ${objectName(model.objects[model.object[cause]])}`;
  const button = toMessage(cause, `${model.methodName(cause)}, id ${model.id[cause]}${object}`);
  button.classList.add("cause");
  return button;
};

const OUTCOMES = ["answered", "failed", "found nothing", "without a reply"];

const messageTitle = (i) => {
  switch (model.kind[i]) {
    case REQUEST: return `Request ${model.id[i]}: ${model.methodName(i)}`;
    case REPLY: return model.partner[i] < 0 ? `Reply ${model.id[i]} without a request` : `Reply ${model.id[i]}: ${model.methodName(i)}`;
    case NOTIFICATION: return `Notification: ${model.methodName(i)}`;
    default: return "Other message";
  }
};

const messageDetail = (i) => {
  const partner = model.partner[i], object = model.object[i];
  const reply = model.kind[i] === REPLY ? i : partner;
  const request = model.kind[i] === REQUEST ? i : model.kind[i] === REPLY ? partner : -1;
  const stale = request >= 0 && object >= 0 ? model.staleBefore(object, reply < 0 ? request : reply) : -1;
  const calculated = object >= 0 && model.objects[object].calculations.some(([call]) => call === request);
  const other = model.kind[i] === REQUEST ? "reply" : "request";
  const out = [
    element("h2", { text: messageTitle(i) }),
    facts([
      ["line", number(model.line[i])],
      ["at", model.timed ? `${moment(i)} s` : null],
      ["size", size(model.size[i])],
      ["to", object < 0 ? null : toObject(object)],
      ["took", model.took(i) === null ? null : span(model.took(i))],
      ["outcome", model.kind[i] <= REPLY ? OUTCOMES[model.outcome[i]] : null],
      [other, partner < 0 ? null : toMessage(partner, `line ${number(model.line[partner])}`)],
      ["calculates after", calculated && stale >= 0 ? toCause(stale) : null],
    ]),
  ];
  const effects = reply >= 0 ? reply : i;
  for (const [title, column] of [["Made stale", model.change], ["Closed", model.close], ["Suspended", model.suspend]]) {
    out.push(...section(title, column.get(effects) ?? [], toObject));
  }
  out.push(element("h3", { text: "Message" }), element("pre", {}, prettyJson(model.texts[i])));
  return out;
};

const objectDetail = (index) => {
  const object = model.objects[index];
  const { latest, longest } = object;
  const line = (i) => (i === null ? null : toMessage(i, `line ${number(model.line[i])}`));
  return [
    element("h2", { text: `Handle ${object.handle}: ${objectName(object)}` }),
    facts([
      ["state", object.state],
      ["opened", line(object.opened)],
      ["closed", line(object.closed)],
      ["calls", number(object.calls)],
      ["calculated", `${number(object.calculations.length)} times, latest ${span(latest)}, longest ${span(longest)}`],
    ]),
    act(`Show the calls on handle ${object.handle}`, () => app.setCriteria({ handle: String(object.handle) })),
    ...section("Made stale by", [...object.invalidations].reverse(), toCause),
    ...section("Calculations", [...object.calculations].reverse(), ([call, took]) =>
      toMessage(call, `${model.methodName(call)}, id ${model.id[call]}, ${span(took)}`)),
  ];
};

const overviewDetail = () => [
  element("h2", { text: "Nothing is selected" }),
  element("p", { className: "dim", text: "Select a message or an object. In the lists: arrow keys move, Enter goes from a request to its reply and back." }),
  element("p", { className: "dim", text: "Long messages are shortened, and secrets are hidden. The text filter searches the shortened messages." }),
  ...section(`${number(model.faults.length)} lines could not be used, or not wholly`, model.faults, (fault) => element("span", { text: fault })),
];

const showDetail = (content) => {
  const pane = document.getElementById("detail");
  pane.replaceChildren(...content);
  pane.scrollTop = 0;
};
