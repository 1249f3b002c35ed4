// The page of the labeler. It decides nothing: every key goes to the server, and what comes back is drawn.
"use strict";

const TOKEN = document.querySelector("meta[name=token]").content;
const COLOURS = { guess: "#f0b34a", touched: "#55c8ff", kept: "#6fd88a", decided: "#6fd88a" };
const EYE_REGION = 0.78; // of the pupil distance, shown across an eye's canvas
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
  if (image) whole(told, image);
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

// Picture pixels to canvas pixels and back; pixel centres are whole numbers in both.
function frame(canvas, told, eye) {
  const scale = Math.max(8 * devicePixelRatio, canvas.width / (EYE_REGION * told.sample.unit)) * 1.25 ** told.view.zoom;
  const [x, y] = eye.middle;
  return {
    scale,
    to: (px, py) => [canvas.width / 2 + (px - x) * scale, canvas.height / 2 + (py - y) * scale],
    from: (cx, cy) => [x + (cx - canvas.width / 2) / scale, y + (cy - canvas.height / 2) / scale],
  };
}

function sized(canvas) {
  const box = canvas.getBoundingClientRect();
  canvas.width = Math.round(box.width * devicePixelRatio);
  canvas.height = Math.round(box.height * devicePixelRatio);
  return canvas.getContext("2d", { willReadFrequently: true });
}

function enlarge(canvas, told, eye, image) {
  const context = sized(canvas), at = frame(canvas, told, eye);
  context.imageSmoothingEnabled = told.view.smooth;
  context.imageSmoothingQuality = "high";
  const [x, y] = at.to(-0.5, -0.5);
  context.drawImage(image, x, y, image.width * at.scale, image.height * at.scale);
  contrast(context, canvas, told.view.contrast);
  if (told.view.bare) return;
  if (told.view.landmarks) dots(context, told, at);
  mark(context, eye, at);
}

function contrast(context, canvas, kind) {
  if (kind === "plain") return;
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height), data = pixels.data;
  const table = kind === "bright" ? brightened() : stretched(data);
  for (let k = 0; k < data.length; k += 4) {
    for (let channel = 0; channel < 3; channel++) data[k + channel] = table[data[k + channel]];
  }
  context.putImageData(pixels, 0, 0);
}

const brightened = () => Uint8ClampedArray.from({ length: 256 }, (_, level) => 255 * (level / 255) ** 0.45);

function stretched(data) {
  const counts = new Uint32Array(256);
  for (let k = 0; k < data.length; k += 4) counts[data[k + 1]]++;
  const rank = (share) => {
    let left = (share * data.length) / 4;
    return Math.max(0, counts.findIndex((count) => (left -= count) <= 0));
  };
  const low = rank(0.01), high = Math.max(rank(0.99), low + 1);
  return Uint8ClampedArray.from({ length: 256 }, (_, level) => (255 * (level - low)) / (high - low));
}

function dots(context, told, at) {
  context.fillStyle = "#ffffffb0";
  for (const [x, y] of told.sample.landmarks) {
    context.beginPath();
    context.arc(...at.to(x, y), 2.5 * devicePixelRatio, 0, 2 * Math.PI);
    context.fill();
  }
}

// A guess is dashed, what a person placed is whole; closed and hidden eyes are crossed out, each in its own way.
function mark(context, eye, at) {
  const said = eye.said, guess = eye.guess;
  context.lineWidth = 1.6 * devicePixelRatio;
  context.strokeStyle = COLOURS[said ? said.age : "guess"];
  context.setLineDash(said ? [] : [6 * devicePixelRatio, 5 * devicePixelRatio]);
  if (said && said.verb !== "point") lid(context, eye, at, said.verb);
  else if (!said && guess && guess.closed) lid(context, eye, at, "closed");
  else if (said || guess) circle(context, said || guess, at);
  context.setLineDash([]);
}

function circle(context, pupil, at) {
  const [x, y] = at.to(pupil.x, pupil.y), arm = 5 * devicePixelRatio;
  context.beginPath();
  context.arc(x, y, pupil.radius * at.scale, 0, 2 * Math.PI);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(x - arm, y);
  context.lineTo(x + arm, y);
  context.moveTo(x, y - arm);
  context.lineTo(x, y + arm);
  context.stroke();
}

function lid(context, eye, at, verb) {
  const [x, y] = at.to(...eye.middle), half = 70 * devicePixelRatio;
  context.beginPath();
  context.moveTo(x - half, y);
  if (verb === "closed") context.quadraticCurveTo(x, y + half / 2, x + half, y);
  else {
    context.lineTo(x + half, y);
    context.moveTo(x - half, y - half / 3);
    context.lineTo(x + half, y + half / 3);
  }
  context.stroke();
}

function whole(told, image) {
  const canvas = $("whole"), room = canvas.parentElement.getBoundingClientRect();
  const scale = Math.min(room.height / image.height, (0.6 * room.width) / image.width);
  canvas.style.width = `${image.width * scale}px`;
  canvas.style.height = `${image.height * scale}px`;
  const context = sized(canvas), across = canvas.width / image.width;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  contrast(context, canvas, told.view.contrast);
  if (told.view.bare) return;
  const at = { scale: across, to: (x, y) => [(x + 0.5) * across, (y + 0.5) * across] };
  if (told.view.landmarks) dots(context, told, at);
  for (const eye of told.sample.eyes) {
    const place = eye.said && eye.said.verb === "point" ? eye.said : eye.guess;
    if (!place || (eye.said && eye.said.verb !== "point")) continue;
    context.strokeStyle = COLOURS[eye.said ? eye.said.age : "guess"];
    context.lineWidth = 1.4 * devicePixelRatio;
    context.beginPath();
    context.arc(...at.to(place.x, place.y), place.radius * across, 0, 2 * Math.PI);
    context.stroke();
  }
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
