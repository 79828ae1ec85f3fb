// The open objects, as a tree.
class Tree {
  constructor(root, { onSelect, onEnter }) {
    Object.assign(this, { root, onSelect, onEnter, nodes: new Map(), rows: [], selected: null });
    root.addEventListener("click", (event) => {
      const row = event.target.closest("[role=treeitem]");
      if (row) this.select(Number(row.dataset.handle));
    });
    root.addEventListener("keydown", (event) => this.key(event));
  }

  name(handle) {
    const node = this.nodes.get(handle);
    return node ? nodeName(node.object) : `handle ${handle}`;
  }

  object(handle) { return this.nodes.get(handle)?.object; }

  reset(objects) {
    this.nodes.clear();
    for (const object of objects) this.nodes.set(object.handle, { object, changes: 0, stale: false });
    this.draw();
  }

  open(object) {
    this.nodes.set(object.handle, { object, changes: 0, stale: false });
    this.draw();
  }

  close(handles) {
    for (const handle of handles) this.nodes.delete(handle);
    if (!this.nodes.has(this.selected)) this.selected = null;
    this.draw();
    if (this.selected === null && this.rows.length) this.select(this.rows[0].handle, { quiet: true });
    if (this.nodes.size === 0) this.onSelect(null);
  }

  /** Marks objects as stale, visibly. What a call has opened was not fetched before. */
  change(handles, call) {
    for (const handle of handles) {
      const node = this.nodes.get(handle);
      if (!node || (call !== null && node.object.call === call)) continue;
      node.changes++;
      node.stale = true;
      this.paint(node);
      const row = node.element;
      row?.classList.remove("flash");
      void row?.offsetWidth;
      row?.classList.add("flash");
    }
  }

  /** The data of an object was fetched. */
  refresh(handle) {
    const node = this.nodes.get(handle);
    if (!node) return;
    node.stale = false;
    this.paint(node);
  }

  paint(node) {
    if (!node.element) return;
    node.element.classList.toggle("stale", node.stale);
    node.badge.textContent = node.stale ? `↻ ${node.changes}` : "";
    node.badge.title = node.stale ? `stale; invalidated ${node.changes} times` : "";
  }

  draw() {
    const children = new Map();
    for (const node of this.nodes.values()) {
      const parent = this.nodes.has(node.object.parent) ? node.object.parent : null;
      if (!children.has(parent)) children.set(parent, []);
      children.get(parent).push(node);
    }
    const rows = [];
    const visit = (parent, level) => {
      for (const node of children.get(parent) ?? []) {
        const { handle } = node.object;
        node.badge = element("span", { className: "badge" });
        node.element = element("div", { role: "treeitem", id: `object-${handle}`, "aria-level": level, "data-handle": handle, "aria-selected": handle === this.selected },
          element("span", { className: "handle", text: handle }), element("span", { className: "class", text: node.object.class }),
          element("span", { className: "what", text: [node.object.kind, node.object.id].filter(Boolean).join(" ") }), node.badge);
        node.element.style.setProperty("--level", level);
        this.paint(node);
        rows.push({ handle, parent, element: node.element });
        visit(handle, level + 1);
      }
    };
    visit(null, 1);
    this.rows = rows;
    this.root.replaceChildren(...rows.map((row) => row.element));
    if (rows.length === 0) this.root.append(element("p", { className: "empty", text: "No session." }));
    this.activate();
  }

  activate() {
    if (this.selected === null) this.root.removeAttribute("aria-activedescendant");
    else this.root.setAttribute("aria-activedescendant", `object-${this.selected}`);
  }

  select(handle, { quiet = false } = {}) {
    if (!this.nodes.has(handle)) return;
    this.selected = handle;
    for (const row of this.rows) row.element.setAttribute("aria-selected", row.handle === handle);
    this.nodes.get(handle).element.scrollIntoView({ block: "nearest" });
    this.activate();
    this.onSelect(this.object(handle), quiet);
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const at = this.rows.findIndex((row) => row.handle === this.selected), last = this.rows.length - 1;
    const to = { ArrowUp: Math.max(0, at - 1), ArrowDown: Math.min(last, at + 1), Home: 0, End: last }[event.key];
    if (to !== undefined && this.rows[to]) this.select(this.rows[to].handle);
    else if (event.key === "ArrowLeft" && this.rows[at]?.parent !== null && this.rows[at]) this.select(this.rows[at].parent);
    else if (event.key === "Enter") this.onEnter();
    else return;
    event.preventDefault();
  }
}

const nodeName = (object) => [object.handle, object.class, object.kind, object.id].filter((part) => part !== null && part !== undefined).join(" ");
