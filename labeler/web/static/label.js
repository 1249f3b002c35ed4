// The page of the labeler. It decides nothing: every key goes to the server, and what comes back is drawn (drawing.js).
"use strict";

const TOKEN = document.querySelector("meta[name=token]").content;
const BEAT_MS = 20000;
const RETRY_MS = 1000;
const OURS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Tab", "Enter", " ", "Escape"]);

const $ = (id) => document.getElementById(id);
const wishes = []; // what was asked for and not answered yet, in order
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
    const told = await post("/api/open", wanted);
    session = told.session;
    help = told.help;
    here();
    await show(told);
    if (old) post("/api/close", { session: old }).catch(() => {});
  } catch (trouble) {
    failed(trouble, () => open(wanted));
  }
}

// One wish after the other: the next is sent when the answer to the last, which is on the server's disk, is drawn.
async function send() {
  if (sending || gone) return;
  sending = true;
  try {
    while (wishes.length) {
      const told = await post("/api/wish", { session, ...wishes[0] });
      wishes.shift();
      await show(told);
    }
  } catch (trouble) {
    wishes.length = 0;
    failed(trouble, () => open(asked));
  } finally {
    sending = false;
  }
}

function wish(what) {
  if (gone || !session || !state) return;
  if (state.finished) {
    open(asked);
    return;
  }
  wishes.push(what);
  send();
}

function failed(trouble, again) {
  if (trouble.status === 410) {
    open(asked);
  } else if (trouble.status) {
    $("notice").textContent = trouble.message;
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

async function show(told) {
  state = told;
  const image = told.sample ? await picture(told.sample) : null;
  if (state !== told) return;
  header(told);
  $("work").hidden = !told.sample;
  $("work").className = told.mode;
  $("end").hidden = Boolean(told.sample);
  $("notice").textContent = told.notice || (told.sample && !image ? "the picture cannot be read" : "");
  if (told.sample) sample(told, image);
  else ending(told);
  panel(told);
  document.body.dataset.sample = told.sample ? told.sample.id : "";
  document.body.dataset.said = String(Object.values(told.tally).reduce((sum, count) => sum + count, 0));
}

function header(told) {
  const all = told.turns + told.left;
  const said = ["labelled", "rejected", "skipped"].filter((name) => told.tally[name]);
  $("count").textContent = told.sample ? `${told.position + 1} / ${all}` : `${told.turns} / ${all}`;
  $("done").style.width = all ? `${(100 * told.position) / all}%` : "100%";
  $("tally").textContent = said.map((name) => `${told.tally[name]} ${name}`).join(", ");
  $("pace").textContent = told.pace === null ? "" : `${told.pace.toFixed(1)} s each`;
  $("kept").textContent = `${told.store}${told.written ? `, written ${told.written.slice(11, 19)} UTC` : ""}`;
  $("who").textContent = told.by;
  for (const button of $("modes").children) button.classList.toggle("on", button.dataset.mode === told.mode);
}

function sample(told, image) {
  for (const eye of told.sample.eyes) {
    const canvas = $(eye.side);
    canvas.parentElement.classList.toggle("here", told.mode === "annotate" && told.eye === eye.side);
    $(`${eye.side}-says`).replaceChildren(...says(told, eye));
    if (image) enlarge(canvas, told, eye, image);
  }
  if (image) whole($("whole"), told, image);
  const { reason, source, seconds, decision } = told.sample;
  $("about").textContent = `kept because: ${reason}; ${source} at ${seconds.toFixed(1)} s` +
    (decision ? `; you decided: ${decision}` : "");
}

function says(told, eye) {
  const [kind, text] = eye.said
    ? [eye.said.age, { point: "placed by you", closed: "closed", occluded: "its iris is hidden" }[eye.said.verb]]
    : eye.guess
      ? ["guess", `guess, ${Math.round(100 * eye.guess.confidence)} % sure${eye.guess.closed ? ", closed" : ""}`]
      : ["", "no guess"];
  const word = document.createElement("span");
  word.className = kind;
  word.textContent = eye.said && eye.said.age === "touched" ? `${text}, not kept yet` : text;
  return [word];
}

function ending(told) {
  const [title, text] = $("end").children;
  const waits = told.elsewhere ? ` ${told.elsewhere} are before somebody else.` : "";
  title.textContent = told.finished ? "Everything you said is kept." : "Nothing is left to decide.";
  text.textContent = (told.finished ? "Any key goes on; or close this page." : "p goes back, u takes back, esc ends.") + waits;
}

function panel(told) {
  const box = $("panel"), kind = told.finished ? "none" : told.view.panel;
  box.hidden = kind === "none";
  if (kind === "help") box.replaceChildren(table(help));
  if (kind === "labels" && told.sample) box.replaceChildren(table(labels(told.sample)));
  if (kind === "map" && told.sample) {
    const image = document.createElement("img");
    image.alt = "where the label goes wrong";
    image.src = `/map/${told.sample.id}?token=${encodeURIComponent(TOKEN)}`;
    box.replaceChildren(image);
  }
}

function labels(sample) {
  const point = (place) => `(${place.x.toFixed(2)}, ${place.y.toFixed(2)}) radius ${place.radius.toFixed(2)}`;
  return sample.eyes.flatMap((eye) => [
    [`${eye.side} eye, guess`, eye.guess ? (eye.guess.closed ? "closed" : point(eye.guess)) : "none"],
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
  wish({ key: event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key });
});

for (const side of ["right", "left"]) {
  const canvas = $(side);
  canvas.addEventListener("mousedown", (event) => {
    if (event.button !== 0 || !state || !state.sample || state.mode !== "annotate") return;
    const eye = state.sample.eyes.find((one) => one.side === side), box = canvas.getBoundingClientRect();
    const ratio = canvas.width / box.width;
    const [x, y] = frame(canvas, state, eye).from((event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio);
    wish({ place: { side, x, y } });
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (state && state.mode === "annotate" && event.deltaY) wish({ widen: { side, steps: event.deltaY < 0 ? 1 : -1 } });
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
  wish({ action: "help" });
});
addEventListener("resize", () => state && show(state));
addEventListener("pagehide", () => {
  // A beacon carries no header of ours, but the token may stand in the address.
  const body = new Blob([JSON.stringify({ session })], { type: "application/json" });
  navigator.sendBeacon(`/api/close?token=${encodeURIComponent(TOKEN)}`, body);
});
setInterval(() => session && !gone && state && !state.finished && !wishes.length && wish({}), BEAT_MS);

const address = new URLSearchParams(location.search);
open({ mode: address.get("mode") || "", by: address.get("as") || "" });
