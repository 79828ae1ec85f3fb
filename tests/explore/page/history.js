// The calls, the newest first.
const KEPT = 1000;

const stateOf = ({ outcome }) => (outcome === "pending" ? "pending" : outcome.error !== undefined ? "failed" : "done");
const STATES = { pending: "…", failed: "✕", done: "✓" };

class History {
  constructor(root, { onSelect, onEnter }) {
    Object.assign(this, { root, onSelect, onEnter, entries: [], rows: new Map(), selected: -1 });
    root.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.select(Number(row.dataset.call));
    });
    root.addEventListener("keydown", (event) => this.key(event));
  }

  reset(entries) {
    this.entries = [];
    this.rows.clear();
    this.root.replaceChildren();
    for (const entry of entries.slice(-KEPT)) this.put(entry);
  }

  /** Adds a call, or shows its answer. */
  put(entry) {
    this.entries[entry.call] = entry;
    let row = this.rows.get(entry.call);
    if (!row) {
      row = element("div", { role: "option", id: `call-${entry.call}`, "data-call": entry.call, "aria-selected": false });
      this.rows.set(entry.call, row);
      this.root.prepend(row);
      if (this.rows.size > KEPT) {
        const oldest = this.rows.keys().next().value;
        this.rows.get(oldest).remove();
        this.rows.delete(oldest);
      }
    }
    const state = stateOf(entry);
    row.dataset.state = state;
    row.replaceChildren(
      element("span", { className: "state", text: STATES[state] }), element("span", { className: "handle", text: entry.handle }),
      element("span", { className: "method", text: entry.method || "?" }), element("span", { className: "took", text: entry.took === null ? "" : span(entry.took) }));
  }

  mark(call) {
    this.selected = call;
    for (const [other, row] of this.rows) row.setAttribute("aria-selected", other === call);
    this.root.setAttribute("aria-activedescendant", `call-${call}`);
  }

  select(call) {
    if (!this.entries[call]) return;
    this.mark(call);
    this.rows.get(call)?.scrollIntoView({ block: "nearest" });
    this.onSelect(this.entries[call]);
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const last = this.entries.length - 1;
    const to = { ArrowUp: Math.min(last, this.selected + 1), ArrowDown: Math.max(0, this.selected - 1), Home: last, End: 0 }[event.key];
    if (to !== undefined && last >= 0) this.select(to);
    else if (event.key === "Enter") this.onEnter();
    else return;
    event.preventDefault();
  }
}
