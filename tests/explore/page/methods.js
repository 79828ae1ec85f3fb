// The methods of a class, with a search.
class Methods {
  constructor(root, find, { onSelect, onEnter }) {
    Object.assign(this, { root, find, onSelect, onEnter, of: null, names: [], selected: null });
    find.addEventListener("input", () => this.draw());
    for (const target of [root, find]) target.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.select(row.dataset.method);
    });
  }

  /** Shows the methods of a class; `null` for none. */
  show(of) {
    if (this.of === of) return;
    this.of = of;
    this.selected = null;
    this.find.value = "";
    this.draw();
    this.root.scrollTop = 0;
  }

  draw() {
    const wanted = this.find.value.trim().toLowerCase();
    const methods = this.of ? schema.classes[this.of].methods : {};
    const rank = (name) => (name.toLowerCase().startsWith(wanted) ? 0 : 1);
    this.names = Object.keys(methods).filter((name) => name.toLowerCase().includes(wanted));
    if (wanted) this.names.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
    this.root.replaceChildren(...this.names.map((name) => {
      const method = methods[name];
      const row = element("div", {
        role: "option", id: `method-${name}`, "data-method": name, "aria-selected": name === this.selected,
        className: `${method.reads ? "reads" : "writes"}${method.instead ? " gone" : ""}`, title: `${method.reads ? "" : "Writes. "}${firstSentence(method.doc)}`,
      }, element("span", { text: name }));
      return row;
    }));
    if (this.of && this.names.length === 0) this.root.append(element("p", { className: "empty", text: "No method has this name." }));
  }

  select(name) {
    if (!methodOf(this.of, name)) return;
    this.selected = name;
    if (!this.names.includes(name)) {
      this.find.value = "";
      this.draw();
    }
    for (const row of this.root.querySelectorAll("[role=option]")) row.setAttribute("aria-selected", row.dataset.method === name);
    document.getElementById(`method-${name}`)?.scrollIntoView({ block: "nearest" });
    for (const target of [this.root, this.find]) target.setAttribute("aria-activedescendant", `method-${name}`);
    this.onSelect(name);
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const at = this.names.indexOf(this.selected), last = this.names.length - 1;
    const to = { ArrowUp: Math.max(0, at - 1), ArrowDown: Math.min(last, at + 1) }[event.key];
    if (to !== undefined && this.names[to]) this.select(this.names[to]);
    else if (event.key === "Enter" && this.names.length) {
      if (at < 0) this.select(this.names[0]);
      this.onEnter();
    } else return;
    event.preventDefault();
  }
}
