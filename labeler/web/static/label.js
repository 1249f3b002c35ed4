// The page of the labeler. It decides nothing: every key goes to the server, and what comes back is drawn (drawing.js).
"use strict";

const TOKEN = document.querySelector("meta[name=token]").content;
const BEAT_MS = 20000;
const RETRY_MS = 1000;
const OURS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Tab", "Enter", " ", "Escape"]);

const $ = (id) => document.getElementById(id);
const inputs = []; // what was asked for and not answered yet, in order
const pictures = new Map(); // sample id -> ImageBitmap, the latest few
let session = null, state = null, help = [], asked = {}, sending = false, gone = false;

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Token": TOKEN },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw Object.assign(new Error((await answer.json()).error), { status: answer.status });
  return answer.status === 204 ? null : answer.json();
}

async function open(wanted) {
  const old = session;
  asked = wanted;
  try {
    const update = await post("/api/open", wanted);
    session = update.session;
    help = update.help;
    here();
    await show(update);
    if (old) post("/api/close", { session: old }).catch(() => {});
  } catch (error) {
    failed(error, () => open(wanted));
  }
}

// One input after the other: the next is sent when the answer to the last, which is on the server's disk, is drawn.
async function send() {
  if (sending || gone) return;
  sending = true;
  try {
    while (inputs.length) {
      const update = await post("/api/wish", { session, ...inputs[0] });
      inputs.shift();
      await show(update);
    }
  } catch (error) {
    inputs.length = 0;
    failed(error, () => open(asked));
  } finally {
    sending = false;
  }
}

function sendInput(input) {
  if (gone || !session || !state) return;
  if (state.finished) {
    open(asked);
    return;
  }
  inputs.push(input);
  send();
}

function failed(error, again) {
  if (error.status === 410) {
    open(asked);
  } else if (error.status) {
    $("notice").textContent = error.message;
  } else {
    gone = true;
    $("gone").hidden = false;
    setTimeout(again, RETRY_MS);
  }
}

function here() {
  gone = false;
  $("gone").hidden = true;
}

async function picture(sample) {
  if (!pictures.has(sample.id)) {
    const answer = await fetch(`/picture/${sample.id}`, { headers: { "X-Token": TOKEN } });
    if (!answer.ok) return null;
    pictures.set(sample.id, await createImageBitmap(await answer.blob()));
    if (pictures.size > 8) pictures.delete(pictures.keys().next().value);
  }
  return pictures.get(sample.id);
}

async function show(update) {
  state = update;
  const image = update.sample ? await picture(update.sample) : null;
  if (state !== update) return;
  header(update);
  $("work").hidden = !update.sample;
  $("work").className = update.mode;
  $("end").hidden = Boolean(update.sample);
  $("notice").textContent = update.notice || (update.sample && !image ? "the picture cannot be read" : "");
  if (update.sample) sample(update, image);
  else ending(update);
  panel(update);
  document.body.dataset.sample = update.sample ? update.sample.id : "";
  document.body.dataset.said = String(Object.values(update.tally).reduce((sum, count) => sum + count, 0));
}

function header(update) {
  const all = update.turns + update.left;
  const said = ["labelled", "rejected", "skipped"].filter((name) => update.tally[name]);
  $("count").textContent = update.sample ? `${update.position + 1} / ${all}` : `${update.turns} / ${all}`;
  $("done").style.width = all ? `${(100 * update.position) / all}%` : "100%";
  $("tally").textContent = said.map((name) => `${update.tally[name]} ${name}`).join(", ");
  $("pace").textContent = update.pace === null ? "" : `${update.pace.toFixed(1)} s each`;
  $("kept").textContent = `${update.store}${update.written ? `, written ${update.written.slice(11, 19)} UTC` : ""}`;
  $("who").textContent = update.by;
  for (const button of $("modes").children) button.classList.toggle("on", button.dataset.mode === update.mode);
}

function sample(update, image) {
  for (const eye of update.sample.eyes) {
    const canvas = $(eye.side);
    canvas.parentElement.classList.toggle("here", update.mode === "annotate" && update.eye === eye.side);
    $(`${eye.side}-says`).replaceChildren(...caption(update, eye));
    if (image) enlarge(canvas, update, eye, image);
  }
  if (image) whole($("whole"), update, image);
  const { reason, source, seconds, decision } = update.sample;
  $("about").textContent = `kept because: ${reason}; ${source} at ${seconds.toFixed(1)} s` +
    (decision ? `; you decided: ${decision}` : "");
}

function caption(update, eye) {
  const [kind, text] = eye.said
    ? [eye.said.age, { point: "placed by you", closed: "closed", occluded: "its iris is hidden" }[eye.said.verb]]
    : eye.guess
      ? ["prediction", `prediction, ${Math.round(100 * eye.guess.confidence)} % sure${eye.guess.closed ? ", closed" : ""}`]
      : ["", "no prediction"];
  const word = document.createElement("span");
  word.className = kind;
  word.textContent = eye.said && eye.said.age === "touched" ? `${text}, not kept yet` : text;
  return [word];
}

function ending(update) {
  const [title, text] = $("end").children;
  const waits = update.elsewhere ? ` ${update.elsewhere} are before somebody else.` : "";
  title.textContent = update.finished ? "Everything you said is kept." : "Nothing is left to decide.";
  text.textContent = (update.finished ? "Any key goes on; or close this page." : "p goes back, u takes back, esc ends.") + waits;
}

function panel(update) {
  const box = $("panel"), kind = update.finished ? "none" : update.view.panel;
  box.hidden = kind === "none";
  if (kind === "help") box.replaceChildren(table(help));
  if (kind === "labels" && update.sample) box.replaceChildren(table(labels(update.sample)));
  if (kind === "map" && update.sample) {
    const image = document.createElement("img");
    image.alt = "where the label goes wrong";
    image.src = `/map/${update.sample.id}?token=${encodeURIComponent(TOKEN)}`;
    box.replaceChildren(image);
  }
}

function labels(sample) {
  const point = (place) => `(${place.x.toFixed(2)}, ${place.y.toFixed(2)}) radius ${place.radius.toFixed(2)}`;
  return sample.eyes.flatMap((eye) => [
    [`${eye.side} eye, prediction`, eye.guess ? (eye.guess.closed ? "closed" : point(eye.guess)) : "none"],
    [`${eye.side} eye, you`, eye.said ? (eye.said.verb === "point" ? point(eye.said) : eye.said.verb) : "nothing yet"],
  ]);
}

function table(rows) {
  const made = document.createElement("table");
  for (const [name, text] of rows) {
    const row = made.insertRow(), head = document.createElement("th");
    head.textContent = name;
    row.append(head);
    row.insertCell().textContent = text;
  }
  return made;
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key.length > 1 && !OURS.has(event.key)) return;
  event.preventDefault();
  sendInput({ key: event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key });
});

for (const side of ["right", "left"]) {
  const canvas = $(side);
  canvas.addEventListener("mousedown", (event) => {
    if (event.button !== 0 || !state || !state.sample || state.mode !== "annotate") return;
    const eye = state.sample.eyes.find((one) => one.side === side), box = canvas.getBoundingClientRect();
    const ratio = canvas.width / box.width;
    const [x, y] = frame(canvas, state, eye).from((event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio);
    sendInput({ place: { side, x, y } });
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (state && state.mode === "annotate" && event.deltaY) sendInput({ widen: { side, steps: event.deltaY < 0 ? 1 : -1 } });
  }, { passive: false });
}

for (const button of $("modes").children) {
  button.addEventListener("click", () => {
    button.blur();
    open({ ...asked, mode: button.dataset.mode });
  });
}
$("ask").addEventListener("click", () => {
  $("ask").blur();
  sendInput({ action: "help" });
});
addEventListener("resize", () => state && show(state));
addEventListener("pagehide", () => {
  // A beacon carries no header of ours, but the token may stand in the address.
  const body = new Blob([JSON.stringify({ session })], { type: "application/json" });
  navigator.sendBeacon(`/api/close?token=${encodeURIComponent(TOKEN)}`, body);
});
setInterval(() => session && !gone && state && !state.finished && !inputs.length && sendInput({}), BEAT_MS);

const address = new URLSearchParams(location.search);
open({ mode: address.get("mode") || "", by: address.get("as") || "" });
