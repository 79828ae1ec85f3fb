// A list that has elements for visible rows only, and reuses them.
const ROW = 24;
const SPARE = 8;
// Browsers limit the height of an element; longer lists scroll proportionally.
const TALLEST = 8e6;

class List {
  /** columns: [{title, width, className, sort}], fill(cells, item, row), onSelect(item), onEnter(item). */
  constructor(root, { label, columns, fill, onSelect, onEnter, onSort }) {
    Object.assign(this, { columns, fill, onSelect, onEnter });
    root.style.setProperty("--columns", columns.map((column) => column.width).join(" "));
    this.grid = element("div", { className: "grid", role: "grid", tabindex: "0", "aria-label": label });
    this.head = element("div", { className: "head", role: "row", "aria-rowindex": 1 });
    this.titles = columns.map((column, index) => {
      const cell = element("div", { className: column.className ?? "", role: "columnheader" });
      if (onSort) {
        const button = element("button", { type: "button", text: column.title });
        button.addEventListener("click", () => onSort(index));
        cell.append(button);
      } else {
        cell.textContent = column.title;
      }
      this.head.append(cell);
      return cell;
    });
    this.scroller = element("div", { className: "scroller", role: "rowgroup", tabindex: "-1" });
    this.sizer = element("div", { className: "sizer", role: "presentation" });
    this.empty = element("div", { className: "empty", role: "presentation", text: "No message matches the filters." });
    this.scroller.append(this.sizer, this.empty);
    this.grid.append(this.head, this.scroller);
    root.append(this.grid);
    Object.assign(this, { items: [], rows: [], selected: -1, marked: -1, drawn: 0, name: label.replaceAll(" ", "-") });
    this.scroller.addEventListener("scroll", () => this.later(), { passive: true });
    this.grid.addEventListener("keydown", (event) => this.key(event));
    this.scroller.addEventListener("pointerdown", (event) => this.pick(event));
    new ResizeObserver(() => this.later()).observe(this.scroller);
  }

  /** Shows other items, keeping the selected one selected if it is among them, and visible unless `still`. */
  show(items, { still = false } = {}) {
    const kept = this.item(this.selected);
    this.items = items;
    this.selected = kept === undefined ? -1 : this.find(kept);
    this.sizer.style.height = `${Math.min(items.length * ROW, TALLEST)}px`;
    this.grid.setAttribute("aria-rowcount", items.length + 1);
    this.empty.hidden = items.length > 0;
    if (this.selected >= 0 && !still) this.reveal(this.selected, true);
    this.draw();
  }

  /** Shows more items after the present ones, and the last one if the present last one is visible. */
  grow(items) {
    const { scroller } = this, atEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - ROW;
    this.show(items, { still: true });
    if (atEnd) scroller.scrollTop = scroller.scrollHeight;
  }

  item(position) { return position < 0 ? undefined : this.items[position]; }

  find(item) {
    // Lists of messages are sorted; those of objects are short.
    if (!(this.items instanceof Int32Array)) return this.items.indexOf(item);
    let low = 0, high = this.items.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (this.items[middle] === item) return middle;
      if (this.items[middle] < item) low = middle + 1; else high = middle - 1;
    }
    return -1;
  }

  select(position, { quiet = false, center = false } = {}) {
    if (position < 0 || position >= this.items.length) return;
    this.selected = position;
    this.reveal(position, center);
    this.draw();
    if (!quiet) this.onSelect(this.items[position]);
  }

  /** Pixels of the whole list for one pixel of scrolling. */
  get scale() {
    const whole = this.items.length * ROW, view = this.scroller.clientHeight;
    return whole <= TALLEST ? 1 : (whole - view) / (TALLEST - view);
  }

  reveal(position, center) {
    const view = this.scroller.clientHeight, top = position * ROW;
    const now = this.scroller.scrollTop * this.scale;
    if (top >= now && top + ROW <= now + view) return;
    const wanted = center ? top - view / 2 : top < now ? top : top + ROW - view;
    this.scroller.scrollTop = Math.max(0, wanted) / this.scale;
  }

  later() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => { this.pending = 0; this.draw(); });
  }

  /** Draws again what is visible, because items have changed. */
  refresh() {
    for (const row of this.rows) row.item = undefined;
    this.draw();
  }

  draw() {
    const view = this.scroller.clientHeight;
    if (view === 0) return;
    const scrolled = this.scroller.scrollTop, top = scrolled * this.scale;
    const first = Math.max(0, Math.floor(top / ROW) - SPARE);
    const last = Math.min(this.items.length, Math.ceil((top + view) / ROW) + SPARE);
    while (this.rows.length < last - first) this.rows.push(this.row());
    const used = new Set();
    // A row keeps its position in the pool, so that scrolling by one row changes one element.
    for (let position = first; position < last; position++) {
      const row = this.rows[position % this.rows.length];
      used.add(row);
      const item = this.items[position];
      if (row.item !== item) {
        row.item = item;
        row.element.className = "row";
        this.fill(row.cells, item, row.element);
      }
      row.position = position;
      row.element.hidden = false;
      row.element.style.transform = `translateY(${scrolled + position * ROW - top}px)`;
      row.element.setAttribute("aria-rowindex", position + 2);
      row.element.setAttribute("aria-selected", position === this.selected);
      row.element.classList.toggle("partner", item === this.marked);
      if (position === this.selected) this.grid.setAttribute("aria-activedescendant", row.element.id);
    }
    for (const row of this.rows) if (!used.has(row)) row.element.hidden = true;
    if (this.selected < first || this.selected >= last) this.grid.removeAttribute("aria-activedescendant");
    this.drawn++;
  }

  row() {
    const made = element("div", { className: "row", role: "row", id: `${this.name}-${this.rows.length}` });
    const cells = this.columns.map((column) => element("span", { className: column.className ?? "", role: "gridcell" }));
    made.append(...cells);
    this.scroller.append(made);
    const row = { element: made, cells, item: undefined, position: -1 };
    made.row = row;
    return row;
  }

  pick(event) {
    const row = event.target.closest?.(".row")?.row;
    if (!row) return;
    this.select(row.position);
    this.grid.focus({ preventScroll: true });
    event.preventDefault();
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("button")) return;
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / ROW) - 1);
    const last = this.items.length - 1;
    const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      this.select(Math.min(last, Math.max(0, this.selected + steps[event.key])));
    } else if (event.key === "Enter" && this.selected >= 0) {
      this.onEnter(this.items[this.selected]);
    } else {
      return;
    }
    event.preventDefault();
  }
}
