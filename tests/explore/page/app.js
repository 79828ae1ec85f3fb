// Connects the parts of the page with each other and with the program.
const byId = (id) => document.getElementById(id);
const page = crypto.randomUUID();
const FETCHES = /^Get(App)?Layout$/;

let socket = null, status = { state: "disconnected", reason: null };
/** What the form is for, its editors, and the question about its code. */
let form = null, asked = 0;
/** The call that the answer shows. */
let shown = null;

const send = (command) => { if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(command)); };

const tree = new Tree(byId("tree"), {
  onSelect: (object) => {
    methods.show(object?.class ?? null);
    if (!object) return showWelcome();
    if (methods.selected) showForm(object, methods.selected, { kept: true });
    else showClass(object);
  },
  onEnter: () => byId("find").focus(),
});
const methods = new Methods(byId("methods"), byId("find"), {
  onSelect: (name) => showForm(tree.object(tree.selected), name),
  onEnter: () => focusForm(),
});
const calls = new History(byId("history"), { onSelect: (entry) => recall(entry), onEnter: () => focusForm() });
const traffic = new Traffic(byId("traffic"));

const focusForm = () => (byId("call").querySelector(".fields input, .fields textarea, .fields select, .fields summary") ?? byId("send"))?.focus();

const notice = (text) => {
  byId("notice").hidden = !text;
  byId("notice").textContent = text ?? "";
};

/** Before a session. */
const showWelcome = () => {
  form = null;
  if (status.state === "connected") return;
  const content = [element("h2", { text: "No session" })];
  if (status.reason) content.push(element("p", { className: "error", text: status.reason }));
  content.push(element("p", { text: "Connect to open a session with the engine. Then choose an object on the left and one of its methods. The object Global opens apps: its method OpenDoc takes the ID or the path of one." }));
  byId("call").replaceChildren(...content);
  byId("answer").replaceChildren();
};

const toMethod = (of, name) => {
  const row = [...tree.nodes.values()].reverse().find((node) => node.object.class === of);
  if (!row) return notice(`No ${of} is open.`);
  notice(null);
  tree.select(row.object.handle);
  methods.select(name);
};

/** What a class is, before a method is chosen. */
const showClass = (object) => {
  form = null;
  byId("call").replaceChildren(element("h2", { text: nodeName(object) }),
    element("div", { className: "doc" }, markdown(schema.classes[object.class].doc, toMethod)));
};

/** The form of a method. */
const showForm = (object, name, { kept = false, params } = {}) => {
  if (!object) return;
  const method = methodOf(object.class, name);
  if (kept && form?.of === object.class && form.name === name) {
    form.handle = object.handle;
    byId("title-object").textContent = nodeName(object);
    return writeCode();
  }
  const fields = element("div", { className: "fields" });
  form = { handle: object.handle, of: object.class, name, editors: new Map() };
  for (const param of method.params) {
    const editor = editorOf(param.type, param.name, { required: param.required, fallback: param.default, changed: writeSoon });
    form.editors.set(param.name, editor);
    fields.append(fieldOf(param, editor));
  }
  const facts = [method.reads ? "reads" : "writes", method.stability, ...(method.access.length ? [`needs the right ${method.access.join(", ")}`] : [])];
  const [first, ...rest] = (method.doc ?? "").split("\n\n");
  const results = method.results.map(({ name: result, type, doc }) =>
    element("li", {}, element("code", { text: result }), ` ${method.returns && type === "ObjectInterface" ? method.returns : type}`, doc ? `: ${firstSentence(doc)}` : ""));
  const sendButton = element("button", { type: "button", id: "send", className: "main", title: "Ctrl+Enter" }, "Call ", element("kbd", { text: "Ctrl ⏎" }));
  sendButton.addEventListener("click", () => submit());
  const copy = element("button", { type: "button", className: "small", id: "copy", text: "Copy" });
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(byId("code").textContent);
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy"; }, 1200);
  });
  byId("call").replaceChildren(
    element("h2", {}, `${object.class}.${name}`), element("p", { className: "on" }, "on ", element("span", { id: "title-object", text: nodeName(object) }), ` · ${facts.filter(Boolean).join(" · ")}`),
    ...(method.instead ? [element("p", { className: "error", text: `Deprecated${method.instead.length ? `; use ${method.instead.join(", ")}` : ""}.` })] : []),
    element("div", { className: "doc" }, markdown(first, toMethod)),
    fields, element("p", { id: "problem", className: "error", role: "alert", hidden: "" }),
    element("div", { className: "actions" }, sendButton, fillButton()),
    element("h3", {}, "Rust ", copy), element("pre", { id: "code", tabindex: "0" }),
    ...(results.length ? [element("h3", { text: "Returns" }), element("ul", { className: "results" }, ...results)] : []),
    ...(rest.length ? [element("h3", { text: "More" }), element("div", { className: "doc" }, markdown(rest.join("\n\n"), toMethod))] : []));
  byId("call").scrollTop = 0;
  if (params) for (const [param, editor] of form.editors) editor.set(params[param]);
  writeCode();
};

/** A button that shows the parameters of the last call of this method. */
const fillButton = () => {
  const last = calls.entries.findLast((entry) => entry && entry.class === form.of && entry.method === form.name);
  const button = element("button", { type: "button", text: "Fill in the last call", ...(last && form.editors.size ? {} : { hidden: "" }) });
  button.addEventListener("click", () => {
    for (const [param, editor] of form.editors) editor.set(last.params?.[param]);
    writeCode();
  });
  return button;
};

/** The parameters in the form; throws if one is wrong. */
const given = () => {
  const params = {};
  for (const [name, editor] of form.editors) {
    const value = editor.get();
    if (value !== undefined) params[name] = value;
  }
  return params;
};

const problem = (text) => {
  const place = byId("problem");
  if (!place) return;
  place.hidden = !text;
  place.textContent = text ?? "";
};

const submit = () => {
  if (!form || status.state !== "connected") return;
  try {
    problem(null);
    send({ do: "call", page, handle: form.handle, method: form.name, params: given() });
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    problem(error.message);
  }
};

let writing = 0;
const writeSoon = () => {
  clearTimeout(writing);
  writing = setTimeout(writeCode, 150);
};

/** Asks for the call as Rust. */
const writeCode = () => {
  clearTimeout(writing);
  if (!form) return;
  const focused = document.activeElement;
  try {
    problem(null);
    send({ do: "code", ask: ++asked, handle: form.handle, method: form.name, params: given() });
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    focused?.focus();
    byId("code").textContent = "";
    problem(error.message);
  }
};

const toObject = (handle) => {
  const object = tree.object(handle);
  const button = element("button", { type: "button", className: "go", text: object ? nodeName(object) : `handle ${handle} (closed)` });
  button.addEventListener("click", () => tree.select(handle));
  return button;
};

const objectsLine = (title, handles, id) => (handles.length === 0 ? [] : [element("div", { className: "line", id }, element("span", { className: "dim", text: title }), ...handles.map(toObject))]);

/** An answer: what it opened, what it made stale, and its values. */
const showAnswer = (entry) => {
  shown = entry.call;
  const method = methodOf(entry.class, entry.method), state = stateOf(entry);
  const title = element("h2", {}, `${entry.class}.${entry.method}`, element("span", { className: "took", id: "took", text: entry.took === null ? "" : span(entry.took) }));
  const head = [title, ...objectsLine("opened", entry.opened, "opened"), ...objectsLine("invalidated", entry.changed.filter((handle) => !entry.opened.includes(handle)), "invalidated")];
  const content = element("div", { id: "result", "data-state": state });
  if (state === "pending") {
    const cancel = element("button", { type: "button", id: "cancel", text: "Cancel" });
    cancel.addEventListener("click", () => send({ do: "cancel", call: entry.call }));
    content.append(element("progress", { id: "progress" }), element("pre", { id: "messages" }), cancel);
    tick(entry);
  } else if (state === "failed") {
    content.append(element("p", { className: "error", text: entry.outcome.error }));
  } else {
    const { result } = entry.outcome;
    const type = { kind: "struct", members: method?.results ?? [] };
    const entries = membersOf(result, type);
    if (entries.length === 0) content.append(element("p", { className: "dim", text: "The answer is empty." }));
    for (const [name, value, of, known, doc] of entries) {
      content.append(viewOf(name, value, of, { known, doc }));
      if (method?.returns && isObject(value) && "qHandle" in value && value.qHandle === null) content.append(element("p", { className: "error", text: "There is no such object: the handle is null." }));
    }
    const copy = element("button", { type: "button", className: "small", text: "Copy JSON" });
    copy.addEventListener("click", () => navigator.clipboard.writeText(JSON.stringify(result, null, 2)));
    title.append(copy);
  }
  const sent = Object.keys(entry.params ?? {}).length ? [viewOf("parameters", entry.params, { kind: "struct", members: method?.params ?? [] }, { open: false })] : [];
  byId("answer").replaceChildren(...head, content, ...sent);
};

/** Shows how long a call has been taking. */
const tick = (entry) => {
  entry.since ??= performance.now();
  setTimeout(() => {
    if (shown !== entry.call || calls.entries[entry.call] !== entry) return;
    byId("took").textContent = span(Math.round((performance.now() - entry.since) / 1e5) * 1e5);
    tick(entry);
  }, 200);
};

const showProgress = (call, data) => {
  if (shown !== call || !byId("messages")) return;
  const bar = byId("progress");
  if (data.qTotal > 0) {
    bar.max = data.qTotal;
    bar.value = data.qCompleted ?? 0;
  }
  const text = [data.qPersistentProgress, data.qTransientProgress].filter(Boolean).join("\n");
  if (text) byId("messages").textContent += `${text}\n`;
};

/** Shows a call of the history with its parameters. */
const recall = (entry) => {
  const object = tree.object(entry.handle);
  if (object && object.class === entry.class) {
    tree.select(entry.handle);
    methods.select(entry.method);
    showForm(object, entry.method, { params: entry.params ?? {} });
  }
  showAnswer(entry);
};

const showStatus = (now) => {
  status = now;
  byId("status").textContent = now.state === "connecting" ? "connecting…" : now.state;
  byId("status").dataset.state = now.state;
  const button = byId("connect");
  button.hidden = false;
  button.disabled = now.state === "connecting";
  button.textContent = now.state === "connected" ? "Disconnect" : "Connect";
  button.className = now.state === "connected" ? "" : "main";
  if (now.state === "connected") notice(null);
  else if (now.reason) notice(now.reason);
  if (now.state === "disconnected") showWelcome();
};

const EVENTS = {
  hello({ target, status: now, objects, history, traffic: count }) {
    byId("target").textContent = target;
    calls.reset(history);
    tree.reset(objects);
    showStatus(now);
    EVENTS.traffic({ count });
    if (objects.length) tree.select(objects.at(-1).handle);
    const last = history.at(-1);
    if (last) showAnswer(last);
    document.body.dataset.ready = true;
    if (now.state === "disconnected") byId("connect").focus();
  },
  status({ status: now }) { showStatus(now); },
  opened({ object }) {
    tree.open(object);
    if (object.parent === null) {
      tree.select(object.handle);
      byId("find").focus();
    }
  },
  changed({ handles, call }) {
    tree.change(handles, call);
    const entry = call === null ? null : calls.entries[call];
    if (!entry) return;
    entry.changed = handles;
    if (shown === call) showAnswer(entry);
  },
  closed({ handles }) { tree.close(handles); },
  started({ entry }) {
    calls.put(entry);
    if (entry.page !== page) return;
    calls.mark(entry.call);
    showAnswer(entry);
  },
  answered({ entry }) {
    // The change list may have come before the answer.
    const known = calls.entries[entry.call];
    if (known?.changed.length && !entry.changed.length) entry.changed = known.changed;
    calls.put(entry);
    if (stateOf(entry) === "done" && FETCHES.test(entry.method)) tree.refresh(entry.handle);
    if (shown === entry.call) showAnswer(entry);
    if (entry.page === page && shown === entry.call && entry.opened.length && tree.object(entry.opened[0])) tree.select(entry.opened[0]);
  },
  progress({ call, data }) { showProgress(call, data); },
  notification({ name, params }) { if (name !== "OnConnected") notice(`${name} ${JSON.stringify(params)}`); },
  traffic({ count }) {
    byId("count").textContent = number(count);
    traffic.grow(count);
  },
  code({ ask, code, error }) {
    if (ask !== asked || !byId("code")) return;
    byId("code").textContent = code ?? `// ${error}`;
    byId("code").dataset.ask = ask;
  },
  replayed({ calls: made, different, skipped }) {
    const parts = [`Replayed ${number(made)} calls`, different === 0 ? "all answers as recorded" : `${number(different)} answers differ from the recording`];
    if (skipped.length) parts.push(`${number(skipped.length)} skipped (${skipped[0]})`);
    notice(`${parts.join("; ")}.`);
  },
};

const open = () => {
  const address = new URL("events", location);
  address.protocol = "ws:";
  socket = new WebSocket(address);
  socket.addEventListener("message", ({ data }) => {
    const event = parseJson(data);
    EVENTS[event.event](event);
  });
  socket.addEventListener("close", () => {
    byId("status").textContent = "the program has ended";
    byId("status").dataset.state = "disconnected";
    setTimeout(open, 1000);
  });
};

byId("connect").addEventListener("click", () => send({ do: status.state === "connected" ? "disconnect" : "connect" }));
byId("toggle").addEventListener("click", () => {
  traffic.toggle();
  byId("toggle").setAttribute("aria-pressed", traffic.shown);
  document.body.classList.toggle("with-traffic", traffic.shown);
});
byId("replay").addEventListener("click", () => byId("file").click());
byId("file").addEventListener("change", async () => {
  const [file] = byId("file").files;
  if (!file) return;
  notice(`Replaying ${file.name}…`);
  const response = await fetch("replay", { method: "POST", body: await file.text(), headers: { "content-type": "text/plain" } });
  if (!response.ok) notice(await response.text());
  byId("file").value = "";
});
byId("help").addEventListener("click", () => byId("keys").showModal());

const KEYS = {
  "/": () => { byId("find").focus(); byId("find").select(); },
  "?": () => byId("keys").showModal(),
  g: () => byId("tree").focus(),
  h: () => byId("history").focus(),
  a: () => byId("answer").focus(),
  t: () => byId("toggle").click(),
};
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    return submit();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
  if (event.key === "Escape") return byId("cancel")?.click();
  if (event.target.matches("input, textarea, select") || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key]();
});
open();
