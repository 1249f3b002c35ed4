// The gallery: all samples as a grid, filtered and sorted by the server, and a review of twelve at once.
import { text } from "./catalogue.js";
import { request } from "./connection.js";
import { drawCrop } from "./drawing.js";
import { make } from "./panels.js";

const PAGE = 48, BATCH = 12;
const STATES = ["undecided", "labelled", "rejected", "skipped", "disputed", "not a face", "gold"];
const REASONS = ["low", "disagree", "jump", "flag", "random"];
const box = document.getElementById("gallery");

// `handlers`: opened(), closed(), goTo(id), session(), notice(words)
export class Gallery {
  constructor(handlers) {
    this.handlers = handlers;
    this.filters = {};
    this.offset = 0;
    this.batch = false;
    this.wrong = new Set();
    this.items = [];
    this.asked = 0;
    box.addEventListener("keydown", (event) => this.arrows(event));
  }

  open() {
    box.hidden = false;
    this.handlers.opened();
    this.form();
    return this.load();
  }

  close() {
    box.hidden = true;
    this.handlers.closed();
  }

  retold() {
    if (!box.hidden) this.open();
  }

  // The filters, and below them what was found.
  form(facets = {}) {
    const choose = (name, values, label) => {
      const known = values.map((value) => make("option", { value, selected: this.filters[name] === value }, label(value)));
      return this.field(name, make("select", { name, change: (event) => this.filter(name, event.target.value) }, make("option", { value: "" }, text("g.any")), ...known));
    };
    const input = (name, attributes) => this.field(name, make("input", {
      name, value: this.filters[name] ?? "", ...attributes,
      change: (event) => this.filter(name, event.target.value),
      // A field that was made anew below somebody's hands knows of no change.
      keydown: (event) => event.key === "Enter" && this.filter(name, event.target.value),
    }));
    const same = (value) => value;
    const counted = (name, label) => (value) => `${label(value)}${facets[name]?.[value] === undefined ? "" : ` (${facets[name][value]})`}`;
    const fraction = { type: "number", min: 0, max: 1, step: 0.05 };
    const form = make("form", { submit: (event) => event.preventDefault() },
      choose("state", STATES, counted("state", (value) => text(`state.${value}`))),
      choose("reason", REASONS, counted("reason", (value) => text(`why.${value}`))),
      choose("recording", Object.keys(facets.recording ?? {}), counted("recording", same)),
      choose("person", Object.keys(facets.person ?? {}), counted("person", same)),
      input("confidence_from", fraction), input("confidence_to", fraction), input("id", { type: "search", size: 10 }),
      make("button", { type: "button", id: "batch", "aria-pressed": String(this.batch), click: () => this.startBatch() }, text("g.batch")),
      make("button", { type: "button", id: "gallery-close", click: () => this.close() }, text("g.close")));
    const before = document.activeElement, focused = before?.name ?? before?.id;
    const typed = before?.tagName === "INPUT" && box.contains(before) ? before.value : undefined;
    box.querySelector("form")?.remove();
    box.prepend(form);
    const again = focused && [...form.elements].find((element) => element.name === focused || element.id === focused);
    if (again && typed !== undefined) again.value = typed;
    again?.focus?.();
  }

  field(name, control) {
    const label = { state: "g.state", reason: "g.reason", recording: "g.recording", person: "g.person", confidence_from: "g.from", confidence_to: "g.to", id: "g.id" }[name];
    return make("label", {}, text(label), control);
  }

  filter(name, value) {
    this.filters[name] = value;
    if (name !== "like") delete this.filters.like;
    this.offset = 0;
    return this.load();
  }

  startBatch() {
    this.batch = !this.batch;
    if (this.batch) this.filters.state = "undecided";
    this.offset = 0;
    return this.load();
  }

  async load() {
    const number = ++this.asked, limit = this.batch ? BATCH : PAGE;
    const query = new URLSearchParams(Object.entries(this.filters).filter(([, value]) => value));
    query.set("offset", String(this.offset));
    query.set("limit", String(limit));
    try {
      const found = await request(`api/gallery?${query}`);
      if (number !== this.asked || box.hidden) return;
      this.wrong.clear();
      this.items = found.items;
      this.form(found.facets);
      this.show(found, limit);
    } catch (problem) {
      this.handlers.notice(problem.message);
    }
  }

  show(found, limit) {
    box.classList.toggle("batch", this.batch);
    box.querySelector("ul")?.remove();
    box.querySelector(".line")?.remove();
    const list = make("ul", {}, ...found.items.map((item) => this.card(item)));
    box.append(this.line(found, limit), list);
    box.dataset.shown = String(found.items.length);
    // Whoever is at the filters stays there.
    if (!box.querySelector("form").contains(document.activeElement)) list.querySelector("button")?.focus();
  }

  line(found, limit) {
    const last = found.offset + found.items.length;
    const count = found.total ? text("g.count", { from: found.offset + 1, to: last, total: found.total }) : text("g.none");
    const turn = (by) => () => {
      this.offset = Math.max(0, this.offset + by * limit);
      return this.load();
    };
    const button = (id, words, click) => make("button", { id, click }, words);
    return make("div", { class: "line" }, make("span", { role: "status" }, count),
      this.filters.like ? make("span", { class: "dim" }, text("g.like.of", { id: this.filters.like.slice(0, 10) })) : null,
      this.filters.like ? button("unlike", text("g.all"), () => this.filter("like", "")) : null,
      !this.batch && found.offset > 0 ? button("less", text("g.less"), turn(-1)) : null,
      !this.batch && last < found.total ? button("more", text("g.more"), turn(1)) : null,
      this.batch ? make("span", { id: "how" }, text("g.batch.how")) : null,
      this.batch && found.items.length ? make("button", { id: "batch-done", click: () => this.judge() }, this.judging()) : null,
      this.last ? button("batch-undo", text("g.undo"), () => this.takeBack()) : null);
  }

  judging() {
    return text("g.batch.done", { wrong: this.wrong.size, right: this.items.length - this.wrong.size });
  }

  card(item) {
    const percent = Math.round(100 * (item.confidence ?? 0)), id = item.id.slice(0, 10), state = text(`state.${item.state}`);
    const canvas = make("canvas", { "aria-hidden": "true", width: 320, height: 140 });
    const click = this.batch ? (event) => this.mark(item, event.currentTarget) : () => this.goTo(item.id);
    const label = this.batch ? text("g.mark", { id, state, percent }) : text("g.open", { id });
    const open = make("button", { "aria-label": label, "aria-pressed": this.batch ? "false" : false, "data-id": item.id, click }, canvas);
    const says = make("div", { class: "says" }, make("span", {}, state), make("span", { class: "dim" }, `${percent} %`), make("span", { class: "dim" }, text(`why.${item.reason}`)),
      make("span", { class: "dim" }, item.by ?? item.recording), item.disputed ? make("b", {}, text("state.disputed")) : null,
      item.comments ? make("span", { class: "dim" }, text("g.comments", { count: item.comments })) : null);
    const like = this.batch ? null : make("button", { class: "small", "aria-label": `${text("g.like")}: ${id}`, click: () => this.filter("like", item.id) }, text("g.like"));
    this.crop(canvas, item);
    return make("li", {}, open, says, like);
  }

  async crop(canvas, item) {
    try {
      const answer = await request(`crop/${item.id}`, { raw: true });
      const region = (answer.headers.get("X-Crop") ?? "").split(",").map(Number);
      const image = await createImageBitmap(await answer.blob());
      drawCrop(canvas, image, region.length === 4 ? region : [0, 0, item.width, item.height], item.eyes);
    } catch (problem) {
      canvas.title = problem.message;
    }
  }

  goTo(id) {
    this.handlers.goTo(id);
    this.close();
  }

  mark(item, button) {
    if (!this.wrong.delete(item.id)) this.wrong.add(item.id);
    button.setAttribute("aria-pressed", String(this.wrong.has(item.id)));
    button.parentElement.classList.toggle("wrong", this.wrong.has(item.id));
    document.getElementById("batch-done").textContent = this.judging();
  }

  // What is marked is wrong, all else that is shown is right.
  async judge() {
    const shown = this.items.map((item) => item.id), right = shown.filter((id) => !this.wrong.has(id));
    const wrong = shown.filter((id) => this.wrong.has(id));
    this.last = [];
    const refused = {};
    try {
      for (const [decision, samples] of [["accept", right], ["reject", wrong]]) {
        if (!samples.length) continue;
        const answer = await request("api/batch", { body: { session: this.handlers.session(), decision, samples } });
        if (answer.done.length) this.last.push(answer.batch);
        Object.assign(refused, answer.refused);
      }
      const why = Object.values(refused);
      this.handlers.notice(why.length ? text("g.batch.refused", { count: why.length, why: why[0] }) : text("g.batch.said", { right: right.length, wrong: wrong.length }));
    } catch (problem) {
      this.handlers.notice(problem.message);
    }
    await this.load();
  }

  async takeBack() {
    try {
      for (const undo of this.last.reverse()) await request("api/batch", { body: { session: this.handlers.session(), undo } });
      this.last = null;
    } catch (problem) {
      this.handlers.notice(problem.message);
    }
    await this.load();
  }

  // Arrows move from picture to picture.
  arrows(event) {
    const cards = [...box.querySelectorAll("li > button:first-child")], here = cards.indexOf(document.activeElement);
    if (here < 0 || !event.key.startsWith("Arrow")) return;
    const columns = cards.filter((card) => card.offsetTop === cards[0].offsetTop).length;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    event.preventDefault();
    cards[here + step]?.focus();
  }
}
