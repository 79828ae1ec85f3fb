// Connects the parts of the page. The state is in the fragment of the address, so that views can be bookmarked.
const app = (() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filters"), fields = form.elements;
  const TEXTS = ["id", "handle", "method", "text"];
  let range = null, view = "messages", selected = null, sorting = [0, false];

  const messages = new List(byId("messages"), {
    label: "Messages", columns: messageColumns, fill: fillMessage,
    onSelect: (i) => chooseMessage(i),
    onEnter: (i) => { if (model.partner[i] >= 0) selectMessage(model.partner[i]); },
  });
  const objects = new List(byId("objects"), {
    label: "Objects", columns: objectColumns, fill: fillObject,
    onSelect: (index) => chooseObject(index),
    onEnter: (index) => setCriteria({ handle: String(model.objects[index].handle) }),
    onSort: (column) => sort(column, sorting[0] === column ? !sorting[1] : column >= 5),
  });
  const objectList = byId("objects");
  const timeline = new Timeline(byId("timeline"), {
    onPick: (i) => selectMessage(i),
    onRange: (shown) => { range = shown; soon(); },
  });

  const criteria = () => {
    const wanted = { errors: fields.errors.checked, range };
    for (const name of TEXTS) {
      const value = name === "text" ? fields[name].value : fields[name].value.trim();
      const wrong = (name === "id" || name === "handle") && value !== "" && integer(value) === null;
      fields[name].setAttribute("aria-invalid", wrong);
      wanted[name] = wrong ? "" : value;
    }
    return wanted;
  };

  let waiting = 0;
  /** Filters after a moment, so that fast typing filters once. */
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 60);
  };

  const apply = () => {
    clearTimeout(waiting);
    const wanted = criteria();
    byId("range").hidden = !range;
    if (range) byId("range").textContent = `${range.map((end) => (model.timed ? `${(end / 1e6).toFixed(4)} s` : Math.round(end))).join(" – ")}  ✕`;
    byId("status").dataset.busy = true;
    filter(wanted, (items) => {
      messages.show(items);
      timeline.show(items);
      byId("status").textContent = `${number(items.length)} of ${number(model.count)} messages`;
      delete byId("status").dataset.busy;
      remember();
    });
  };

  /** Shows messages that were added. */
  const grow = ({ data, texts }) => {
    if (data.from !== model.count) return;
    const first = model.count, shown = messages.items;
    model.append(data, texts);
    summarize();
    timeline.grow();
    if (!objectList.hidden) sort(...sorting);
    if (byId("status").dataset.busy) return apply();
    const meets = condition(criteria());
    let items = model.all;
    if (meets) {
      const found = model.all.subarray(first).filter(meets);
      items = new Int32Array(shown.length + found.length);
      items.set(shown);
      items.set(found, shown.length);
    }
    messages.grow(items);
    messages.refresh();
    timeline.show(items);
    byId("status").textContent = `${number(items.length)} of ${number(model.count)} messages`;
  };

  const remember = () => {
    const state = new URLSearchParams();
    for (const name of TEXTS) if (fields[name].value) state.set(name, fields[name].value);
    if (fields.errors.checked) state.set("errors", "1");
    if (range) state.set("range", range.map(Math.round).join("-"));
    if (view === "objects") state.set("view", view);
    if (selected?.message !== undefined) state.set("line", model.line[selected.message]);
    if (selected?.object !== undefined) state.set("object", selected.object);
    const fragment = state.toString();
    if (fragment !== location.hash.slice(1)) history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname + location.search);
  };

  const recall = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const name of TEXTS) fields[name].value = state.get(name) ?? "";
    fields.errors.checked = state.get("errors") === "1";
    const ends = (state.get("range") ?? "").split("-").map(Number);
    range = ends.length === 2 && ends.every(Number.isFinite) && ends[0] < ends[1] ? ends : null;
    timeline.view(...(range ?? [0, timeline.whole]), { quiet: true });
    const line = Number(state.get("line")), object = Number(state.get("object") ?? -1);
    show(state.get("view") === "objects" ? "objects" : "messages");
    selected = null;
    if (object >= 0 && object < model.objects.length) chooseObject(object);
    else if (line && model.positionOfLine(line) >= 0) chooseMessage(model.positionOfLine(line));
    else showDetail(overviewDetail());
    apply();
    if (selected?.message !== undefined) selectMessage(selected.message);
    if (selected?.object !== undefined) selectObject(selected.object);
  };

  const show = (name) => {
    view = name;
    for (const id of ["messages", "objects"]) {
      byId(id).hidden = id !== name;
      byId(`tab-${id}`).setAttribute("aria-selected", id === name);
      byId(`tab-${id}`).tabIndex = id === name ? 0 : -1;
    }
    (name === "messages" ? messages : objects).draw();
    byId("hint").textContent = name === "messages" ? "↑ ↓ move · Enter: request ↔ reply · / searches" : "↑ ↓ move · Enter: show what was sent to it";
  };

  const chooseMessage = (i) => {
    selected = { message: i };
    messages.marked = model.partner[i];
    messages.draw();
    timeline.mark(i);
    showDetail(messageDetail(i));
    remember();
  };

  const chooseObject = (index) => {
    selected = { object: index };
    showDetail(objectDetail(index));
    remember();
  };

  /** Goes to a message; filters that hide it are cleared. */
  const selectMessage = (i) => {
    show("messages");
    const position = messages.find(i);
    if (position >= 0) return messages.select(position, { center: true });
    reset();
    chooseMessage(i);
    apply();
    messages.select(messages.find(i), { center: true });
  };

  const selectObject = (index) => {
    show("objects");
    objects.select(objects.find(index), { center: true });
  };

  const reset = () => {
    for (const name of TEXTS) fields[name].value = "";
    fields.errors.checked = false;
    range = null;
    timeline.view(0, timeline.whole, { quiet: true });
  };

  const setCriteria = (wanted) => {
    reset();
    for (const [name, value] of Object.entries(wanted)) fields[name].value = value;
    show("messages");
    apply();
  };

  const sort = (column, backwards) => {
    sorting = [column, backwards];
    objects.titles.forEach((title, index) => {
      title.setAttribute("aria-sort", index !== column ? "none" : backwards ? "descending" : "ascending");
      title.firstChild.textContent = objectColumns[index].title + (index !== column ? "" : backwards ? " ▾" : " ▴");
    });
    objects.show(sortedObjects(column, backwards));
  };

  const summarize = () => {
    const calls = model.all.filter((i) => model.kind[i] === REQUEST);
    const open = model.objects.filter((object) => object.state !== "closed" && object.handle !== -1);
    const entries = [
      ["messages", number(model.count)], ["calls", number(calls.length)],
      ["errors", number(calls.filter((i) => model.outcome[i] === FAILED || model.outcome[i] === NOT_FOUND).length)],
      ["without a reply", number(calls.filter((i) => model.outcome[i] === UNANSWERED).length)],
      ["open objects", number(open.length)], ["size", size(model.bytes)],
      ["duration", model.timed ? span(model.end) : "no times in the log"],
      ...(model.faults.length ? [["bad lines", number(model.faults.length)]] : []),
    ];
    byId("summary").replaceChildren(...entries.map(([name, value]) =>
      element("div", {}, element("dt", { text: name }), element("dd", { text: value }))));
    byId("methods").replaceChildren(...[...model.methods].sort().map((name) => element("option", { value: name })));
  };

  const explain = () => {
    const legend = [["sent", "commands"], ["received", "reads"], ["quiet", "replies (many)"], ["error", "errors"], ["notice", "notifications"], ["stale", "made something stale, and its recalculation"]];
    for (const [color, text] of legend) byId("legend").append(element("span", {}, element("i", { style: `--swatch: var(--${color})` }), text));
  };

  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  form.addEventListener("reset", (event) => { event.preventDefault(); reset(); apply(); });
  byId("range").addEventListener("click", () => timeline.view(0, timeline.whole));
  for (const id of ["messages", "objects"]) byId(`tab-${id}`).addEventListener("click", () => { show(id); remember(); });
  byId("tabs").addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    show(view === "messages" ? "objects" : "messages");
    byId(`tab-${view}`).focus();
    remember();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches?.("input")) return;
    event.preventDefault();
    fields.text.focus();
  });
  addEventListener("hashchange", recall);

  queueMicrotask(() => {
    summarize();
    explain();
    sort(0, false);
    recall();
    document.body.dataset.ready = true;
    if (!model.live) return;
    addEventListener("message", ({ source, data }) => { if (source === parent && data.texts) grow(data); });
    parent.postMessage({ count: model.count }, location.origin);
  });
  return { selectMessage, selectObject, setCriteria, messages, objects };
})();
