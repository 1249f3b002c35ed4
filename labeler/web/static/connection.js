// The way to the server: one input after the other, each with the number of the state it was meant for.
import { spoken } from "./catalogue.js";

const TOKEN = document.querySelector("meta[name=token]").content;
const RETRY_MS = 1000;
const BEAT_MS = 20000;

export async function request(path, { body, raw = false } = {}) {
  const headers = { "X-Token": TOKEN };
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
  if (!answer.ok) {
    const said = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(said.error ?? answer.statusText), { status: answer.status, key: said.key });
  }
  if (raw) return answer;
  return answer.status === 204 ? null : answer.json();
}

export const withToken = (path) => `${path}?token=${encodeURIComponent(TOKEN)}`;

// What of a sample is to be judged: it may be another proposal than the one that was drawn ahead.
export const lookOf = (sample) => JSON.stringify(sample?.eyes.map((eye) => eye.guess) ?? null);

// One open page. `told` gets every state, `opened` the first of a session, `gone` whether the server is away, `refused` what
// was not done.
export class Connection {
  constructor(handlers) {
    this.handlers = handlers;
    this.session = null;
    this.state = null;
    this.asked = {};
    this.waiting = []; // inputs that are not answered yet, in order
    this.sending = false;
    this.gone = false;
    setInterval(() => this.beat(), BEAT_MS);
    addEventListener("pagehide", () => this.leave());
  }

  async open(asked) {
    const old = this.session;
    this.asked = asked;
    this.waiting.length = 0;
    try {
      const answer = await request("api/open", { body: { ...asked, language: spoken() } });
      this.session = answer.session;
      this.away(false);
      this.handlers.opened(answer);
      this.take(answer, null);
      if (old) request("api/close", { body: { session: old } }).catch(() => {});
    } catch (problem) {
      this.failed(problem, () => this.open(asked));
    }
  }

  // `sample` is what the person saw, `look` what of it they say yes to; when another one is shown by the time it would be
  // sent, it is not sent.
  send(input, sample, look) {
    if (this.gone || !this.session) return;
    this.waiting.push({ input, sample, look });
    this.pump();
  }

  async pump() {
    if (this.sending || this.gone) return;
    this.sending = true;
    try {
      while (this.waiting.length) {
        const { input, sample, look } = this.waiting[0];
        const another = sample !== undefined && sample !== (this.state.sample?.id ?? "");
        if (another || (look !== undefined && look !== lookOf(this.state.sample))) {
          this.waiting.shift();
          this.handlers.stale();
          continue;
        }
        const body = { session: this.session, showing: this.state.showing, ...input };
        const answer = await request("api/wish", { body });
        this.waiting.shift();
        this.take(answer, input);
      }
    } catch (problem) {
      this.waiting.length = 0;
      this.failed(problem, () => this.open(this.asked));
    } finally {
      this.sending = false;
    }
  }

  take(answer, input) {
    this.state = answer;
    if (answer.stale) this.waiting.length = 0;
    this.handlers.told(answer, input);
  }

  failed(problem, again) {
    if (problem.status === 410) this.open(this.asked);
    else if (problem.status) this.handlers.refused(problem.message, this.state);
    else {
      this.away(true);
      setTimeout(again, RETRY_MS);
    }
  }

  away(gone) {
    this.gone = gone;
    this.handlers.gone(gone);
  }

  beat() {
    if (this.session && !this.gone && !this.waiting.length && this.state && !this.state.finished) this.send({});
  }

  leave() {
    // A beacon carries no header of ours, but the token may stand in the address.
    const body = new Blob([JSON.stringify({ session: this.session })], { type: "application/json" });
    navigator.sendBeacon(withToken("api/close"), body);
  }
}

const KEPT = 12;

// Pictures by the id of their sample, the latest few; those that come next are fetched before they are asked for.
export class Pictures {
  constructor() {
    this.loading = new Map();
    this.ready = new Map();
  }

  get(id) {
    return this.ready.get(id);
  }

  load(id) {
    if (!this.loading.has(id)) {
      this.loading.set(id, this.fetch(id));
      for (const old of [...this.loading.keys()].slice(0, -KEPT)) {
        this.loading.delete(old);
        this.ready.delete(old);
      }
    }
    return this.loading.get(id);
  }

  async fetch(id) {
    try {
      const answer = await request(`picture/${id}`, { raw: true });
      const image = await createImageBitmap(await answer.blob());
      this.ready.set(id, image);
      return image;
    } catch {
      this.loading.delete(id); // it may be there the next time
      return null;
    }
  }
}
