// The traffic viewer in a frame. It has no connection of its own: this page fetches new messages and posts them to it.
const PAUSE = 100;

class Traffic {
  constructor(panel) {
    Object.assign(this, { panel, frame: null, known: -1, count: 0, busy: false });
    addEventListener("message", ({ source, data }) => {
      if (source !== this.frame?.contentWindow) return;
      this.known = panel.dataset.count = data.count;
      this.fetch();
    });
  }

  get shown() { return !this.panel.hidden; }

  toggle() {
    this.panel.hidden = !this.panel.hidden;
    if (this.shown && !this.frame) {
      this.frame = element("iframe", { src: "traffic", title: "Traffic" });
      this.panel.append(this.frame);
    }
    this.fetch();
  }

  /** The log has this many messages now. */
  grow(count) {
    this.count = count;
    this.fetch();
  }

  async fetch() {
    if (this.busy || !this.shown || this.known < 0 || this.known >= this.count) return;
    this.busy = true;
    const update = await (await fetch(`traffic.json?from=${this.known}`)).json();
    this.known += update.texts.length;
    this.frame.contentWindow.postMessage(update, location.origin);
    this.panel.dataset.count = this.known;
    setTimeout(() => { this.busy = false; this.fetch(); }, PAUSE);
  }
}
