// Requests and replies over time. A few calls are bars from the request to its reply; many are counted per pixel.
const BARS = 1200;
const LANES = 14;
const LEAST_SPAN = 20;

class Timeline {
  constructor(canvas, { onPick, onRange }) {
    Object.assign(this, { canvas, onPick, onRange, from: 0, to: Math.max(model.end, 1), selected: -1, items: model.all });
    this.whole = this.to;
    new ResizeObserver(() => this.later()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.later());
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.drag(event));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("dblclick", () => this.view(0, this.whole));
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  get zoomed() { return this.from > 0 || this.to < this.whole; }

  show(items) { this.items = items; this.later(); }

  /** Makes room for messages that were added. */
  grow() {
    if (!this.zoomed) this.to = Math.max(model.end, 1);
    this.whole = Math.max(model.end, 1);
    this.later();
  }
  mark(message) { this.selected = message; this.later(); }

  /** Shows a part of the time. */
  view(from, to, { quiet = false } = {}) {
    const least = model.timed ? LEAST_SPAN : 2;
    const span = Math.min(this.whole, Math.max(least, to - from));
    this.from = Math.min(Math.max(0, from), this.whole - span);
    this.to = this.from + span;
    this.later();
    if (!quiet) this.onRange(this.zoomed ? [this.from, this.to] : null);
  }

  later() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => { this.pending = 0; this.draw(); });
  }

  x(time) { return ((time - this.from) / (this.to - this.from)) * this.width; }
  time(x) { return this.from + (x / this.width) * (this.to - this.from); }

  draw() {
    const ratio = devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    if (this.width === 0) return;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    const style = getComputedStyle(document.documentElement);
    this.color = (name) => style.getPropertyValue(`--${name}`);
    this.pen = this.canvas.getContext("2d");
    this.pen.scale(ratio, ratio);
    this.axis();
    const first = this.position(model.firstAt(this.from)), last = this.position(model.firstAt(this.to) + 1);
    if (last - first <= BARS) this.bars(last); else this.density(first, last);
    this.selection();
    if (this.dragged) {
      this.pen.fillStyle = this.color("focus");
      this.pen.globalAlpha = 0.2;
      this.pen.fillRect(Math.min(...this.dragged), 0, Math.abs(this.dragged[1] - this.dragged[0]), this.height);
      this.pen.globalAlpha = 1;
    }
  }

  /** The place of a message in the shown ones. */
  position(message) {
    let low = 0, high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.items[middle] < message) low = middle + 1; else high = middle;
    }
    return low;
  }

  axis() {
    const { pen } = this;
    const wanted = Math.max(2, Math.floor(this.width / 110));
    const rough = (this.to - this.from) / wanted;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = !model.timed && rough < 1 ? 1 : [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? rough;
    pen.font = "11px system-ui, sans-serif";
    pen.textBaseline = "bottom";
    for (let time = Math.ceil(this.from / step) * step; time <= this.to; time += step) {
      const x = Math.round(this.x(time)) + 0.5;
      pen.fillStyle = this.color("line");
      pen.fillRect(x, 0, 1, this.height - 14);
      pen.fillStyle = this.color("dim");
      const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(step / 1e6))));
      const label = model.timed ? `${(time / 1e6).toFixed(digits)} s` : number(Math.round(time));
      pen.fillText(label, Math.min(x + 3, this.width - pen.measureText(label).width - 2), this.height - 1);
    }
  }

  bars(last) {
    const { pen } = this;
    const room = (this.height - 18) / LANES;
    const free = new Float64Array(LANES).fill(-Infinity);
    const ticks = [];
    // Calls that started earlier and are still pending are bars as well.
    for (let place = Math.max(0, this.position(model.firstAt(this.from)) - BARS); place < last; place++) {
      const i = this.items[place];
      if (model.change.has(i)) ticks.push(i);
      if (model.kind[i] === REPLY && model.partner[i] >= 0) continue;
      const end = model.kind[i] === REQUEST ? (model.partner[i] < 0 ? this.to : model.at[model.partner[i]]) : model.at[i];
      if (end < this.from) continue;
      const left = this.x(model.at[i]), width = Math.max(2, this.x(end) - left);
      let lane = free.findIndex((until) => until <= left);
      if (lane < 0) lane = free.indexOf(Math.min(...free));
      free[lane] = left + width + 1;
      pen.fillStyle = this.color(model.isBad(i) ? "error" : model.kind[i] !== REQUEST ? "notice" : this.isRead(i) ? "received" : "sent");
      pen.globalAlpha = model.partner[i] < 0 && model.kind[i] === REQUEST ? 0.35 : 1;
      pen.fillRect(left, 1 + lane * room, width, Math.max(2, room - 2));
    }
    pen.globalAlpha = 1;
    ticks.forEach((i) => this.tick(this.x(model.at[i])));
  }

  isRead(i) { return /^(Get|Evaluate|Check|Search|Is|Export)/.test(model.methodName(i)); }

  tick(x) {
    this.pen.fillStyle = this.color("stale");
    this.pen.fillRect(x - 1, this.height - 18, 2, 5);
  }

  density(first, last) {
    const { pen } = this, columns = Math.ceil(this.width / 2);
    const [reads, writes, answers, wrong, stale] = Array.from({ length: 5 }, () => new Uint32Array(columns + 1));
    const share = columns / (this.to - this.from), isRead = this.read;
    for (let place = first; place < last; place++) {
      const i = this.items[place];
      const column = Math.max(0, Math.min(columns, Math.floor((model.at[i] - this.from) * share)));
      if (model.kind[i] === REQUEST) (isRead[model.method[i]] ? reads : writes)[column]++;
      else (model.isBad(i) ? wrong : answers)[column]++;
      if (model.change.has(i)) stale[column]++;
    }
    const most = reads.reduce((most, _, c) => Math.max(most, reads[c] + writes[c], answers[c] + wrong[c]), 1);
    const middle = Math.round((this.height - 18) / 2), unit = (middle - 2) / most;
    const stack = (column, parts, direction) => {
      let from = middle;
      for (const [color, count] of parts) {
        if (count === 0) continue;
        const length = Math.max(1.5, count * unit);
        pen.fillStyle = color;
        pen.fillRect(column * 2, direction < 0 ? from - length : from + 1, 1.6, length);
        from += direction * length;
      }
    };
    const [read, sent, answer, error] = ["received", "sent", "quiet", "error"].map(this.color);
    for (let column = 0; column <= columns; column++) {
      stack(column, [[sent, writes[column]], [read, reads[column]]], -1);
      stack(column, [[error, wrong[column]], [answer, answers[column]]], 1);
      if (stale[column]) this.tick(column * 2 + 1);
    }
  }

  /** Which methods only read. */
  get read() { return model.methods.map((name) => /^(Get|Evaluate|Check|Search|Is|Export)/.test(name)); }

  selection() {
    if (this.selected < 0) return;
    const { pen } = this, height = this.height - 14;
    const partner = model.partner[this.selected];
    const times = [model.at[this.selected], partner < 0 ? model.at[this.selected] : model.at[partner]].sort((a, b) => a - b);
    const [left, right] = times.map((time) => this.x(time));
    pen.fillStyle = this.color("focus");
    pen.globalAlpha = 0.18;
    pen.fillRect(left, 0, Math.max(1, right - left), height);
    pen.globalAlpha = 1;
    pen.fillRect(left - 1, 0, 2, height);
    if (right - left > 2) pen.fillRect(right - 1, 0, 2, height);
    // Links invalidations to the recalculations of the objects.
    const reply = model.kind[this.selected] === REQUEST ? partner : this.selected;
    pen.fillStyle = this.color("stale");
    for (const object of model.change.get(reply) ?? []) {
      const next = model.objects[object].calculations.find(([call]) => call > reply);
      if (next) pen.fillRect(this.x(model.at[next[0]]) - 0.75, 0, 1.5, height);
    }
  }

  press(event) {
    this.dragged = [event.offsetX, event.offsetX];
    this.canvas.setPointerCapture(event.pointerId);
  }

  drag(event) {
    if (!this.dragged) return;
    this.dragged[1] = event.offsetX;
    this.later();
  }

  release() {
    if (!this.dragged) return;
    const [from, to] = [...this.dragged].sort((a, b) => a - b);
    this.dragged = null;
    this.later();
    if (to - from > 4) this.view(this.time(from), this.time(to)); else this.pick(this.time(from));
  }

  pick(time) {
    if (this.items.length === 0) return;
    const after = Math.min(this.items.length - 1, this.position(model.firstAt(time)));
    const before = Math.max(0, after - 1);
    const distance = (place) => Math.abs(model.at[this.items[place]] - time);
    this.onPick(this.items[distance(before) < distance(after) ? before : after]);
  }

  wheel(event) {
    event.preventDefault();
    const span = this.to - this.from;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const by = (span * (event.deltaX || event.deltaY)) / this.width;
      this.view(this.from + by, this.to + by);
    } else {
      this.zoom(Math.exp(event.deltaY * 0.002), this.time(event.offsetX));
    }
  }

  zoom(factor, around) {
    this.view(around - (around - this.from) * factor, around + (this.to - around) * factor);
  }

  key(event) {
    const span = this.to - this.from, middle = (this.from + this.to) / 2;
    const actions = {
      ArrowLeft: () => this.view(this.from - span / 5, this.to - span / 5),
      ArrowRight: () => this.view(this.from + span / 5, this.to + span / 5),
      "+": () => this.zoom(0.5, middle), "=": () => this.zoom(0.5, middle), "-": () => this.zoom(2, middle),
      0: () => this.view(0, this.whole), Escape: () => this.view(0, this.whole),
    };
    if (!(event.key in actions) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    actions[event.key]();
  }
}
