// The panel: shows what the run tells, and asks it for what is pressed. The run decides everything.

import { chooseLanguage, effectTitle, fillTexts, otherLanguage, text } from "./catalogue.js";

const $ = (id) => document.getElementById(id);
const TOKEN = document.querySelector("meta[name=token]").content;
const BASE = "api/v1/";
const SIGNALS = ["mouth_open", "smile", "brows", "frown", "yaw", "pitch", "roll", "wink_left", "wink_right", "blink", "looking_away", "leaning_in"];

let state = null;
let effects = [];
let cameras = [];
let several = false;
let dragging = false;

// --- asking ---

async function ask(path, posted) {
  const options = { headers: { "X-Token": TOKEN } };
  if (posted !== undefined) Object.assign(options, { method: "POST", body: JSON.stringify(posted) });
  const answer = await fetch(BASE + path, options);
  const told = await answer.json().catch(() => ({ error: answer.statusText }));
  if (!answer.ok) throw Object.assign(new Error(told.error), { status: answer.status });
  return told;
}

async function command(name, posted = {}) {
  try {
    const told = await ask(name, posted);
    show(told.status, true);
    if (name === "snapshot" || name === "record") say(translated(told.said));
  } catch (error) {
    say(error.message, true);
    if (state) show(state, true);
  }
}

// The run says where it keeps something, in English; the place is what counts.
function translated(said) {
  const begun = ["recording to ", "recorded ", "snapshot "].find((words) => said.startsWith(words));
  return begun ? `${text(`said.${begun.trim()}`)} ${said.slice(begun.length)}` : said;
}

let silence = 0;
function say(words, bad = false) {
  $("notice").textContent = words;
  $("notice").classList.toggle("bad", bad);
  clearTimeout(silence);
  silence = setTimeout(() => { $("notice").textContent = ""; }, bad ? 8000 : 4000);
}

// --- hearing: a WebSocket, and where there is none a question a second ---

let socket = null;
let heard = 0;

function connect() {
  const address = new URL(`${BASE}ws`, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  address.search = `?token=${encodeURIComponent(TOKEN)}`;
  socket = new WebSocket(address);
  socket.onmessage = (message) => {
    const told = JSON.parse(message.data);
    if (told.status) { heard = Date.now(); show(told.status); }
  };
  socket.onclose = () => setTimeout(connect, 1500);
}

async function poll() {
  if (Date.now() - heard > 1500) {
    try {
      show(await ask("status"));
      heard = Date.now();
    } catch (error) {
      if (Date.now() - heard > 3000) gone(true, error.status === 403);
    }
  }
  setTimeout(poll, 1000);
}

let wasGone = false;
function gone(is, stranger = false) {
  $("gone").hidden = !is;
  $("gone").dataset.text = stranger ? "stranger" : "gone";
  $("gone").textContent = text($("gone").dataset.text);
  if (wasGone && !is) { watch(); load(); }
  wasGone = is;
}

// --- the picture: while nobody can see this page, nobody looks ---

function watch() {
  const wanted = document.hidden ? null : `${BASE}preview.mjpeg?token=${encodeURIComponent(TOKEN)}&at=${Date.now()}`;
  if (wanted) $("preview").src = wanted;
  else $("preview").removeAttribute("src");
}

// Eight pages can look; one more waits for its turn.
let again = 0;
$("preview").addEventListener("error", () => {
  blind(!document.hidden);
  clearTimeout(again);
  again = setTimeout(watch, 3000);
});
$("preview").addEventListener("load", () => blind(false));

function blind(is) {
  $("blind").hidden = !is;
  $("frame").classList.toggle("blind", is);
}

// --- showing ---

// Once it is `answered`, what a person has chosen gives way to what the run says.
function show(told, answered = false) {
  state = told;
  gone(false);
  document.body.dataset.effect = told.effect;
  press("on", told.on);
  press("mirror", told.mirror);
  press("collect", told.collecting);
  press("record", told.recording !== null);
  $("record").textContent = told.recording === null ? text("record") : `${text("recording")} ${clock(told.recording)}`;
  $("collect").textContent = told.collected === null ? text("collect") : `${text("collect")}: ${told.collected} ${text("kept")}`;
  $("collect").disabled = told.collected === null;
  $("resting").hidden = !told.idle;
  if (!dragging) $("strength").value = told.strength;
  $("strength-shown").textContent = `${Math.round(100 * $("strength").value)} %`;
  $("armed").hidden = !told.armed.length;
  $("armed").textContent = `▲ ${text("armed")}: ${told.armed.map(signalName).join(", ")}`;
  $("mode").disabled = !SIGNALS.includes(told.trigger);
  const choose = (id, options, value) => fillChoice(id, options, value, answered);
  choose("finder", told.finders.map((name) => [name, name]), told.finder);
  choose("trigger", [...["effect", "always", "key", "auto"].map((name) => [name, text(`trigger.${name}`)]),
    ...SIGNALS.map((name) => [name, signalName(name)])], told.trigger);
  choose("mode", ["hold", "toggle"].map((name) => [name, text(`mode.${name}`)]), told.trigger_mode);
  choose("source", sources(told.source), told.source);
  showFigures(told);
  if ($("seen").open) showSeen(told);
  showChosen();
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const signalName = (name) => text(name === "auto" ? "trigger.auto" : `signal.${name}`);
const press = (id, on) => $(id).setAttribute("aria-pressed", String(on));

function showFigures(told) {
  const parts = [`${Math.round(told.fps)} ${text("fps")}`, `${Math.round(told.latency_ms)} ${text("ms")}`];
  if (!told.faces) parts.push(text("noFace"));
  else parts.push(`${told.faces} ${text(told.faces === 1 ? "face" : "faces")}`, `${Math.round(100 * told.confidence)} % ${text("sure")}`);
  if (told.signals && !told.signals.calibrated) parts.push(text("learning"));
  if (told.source_status) parts.push(told.source_status.startsWith("camera lost") ? text("lost") : told.source_status);
  $("figures").textContent = parts.join(" · ");
}

function showSeen(told) {
  const facts = [["fact.model", [told.finder, told.model].filter(Boolean).join(" ")], ["fact.faces", told.face_detector],
    ["fact.size", told.size ? told.size.join(" × ") : "–"], ["fact.fluster", told.fluster.toFixed(2)], ["fact.viewers", told.viewers]];
  $("facts").replaceChildren(...facts.flatMap(([key, value]) => [element("dt", text(key)), element("dd", String(value))]));
  const values = told.signals?.values ?? {};
  if ($("signals").childElementCount !== 2 * SIGNALS.length) {
    $("signals").replaceChildren(...SIGNALS.flatMap((name) => {
      const meter = element("meter", "");
      Object.assign(meter, { min: 0, max: 1, id: `meter-${name}` });
      return [element("span", ""), meter];
    }));
  }
  SIGNALS.forEach((name, index) => {
    const [label, meter] = [$("signals").children[2 * index], $("signals").children[2 * index + 1]];
    label.textContent = signalName(name);
    label.classList.toggle("lit", Boolean(told.signals?.active.includes(name)));
    meter.setAttribute("aria-label", signalName(name));
    meter.value = Math.abs(values[name] ?? 0);
  });
}

function element(kind, words) {
  const made = document.createElement(kind);
  made.textContent = words;
  return made;
}

// Only touched when something is different: a list that a person has opened stays open.
function fillChoice(id, options, value, answered) {
  const select = $(id);
  const wanted = JSON.stringify(options);
  if (select.dataset.options !== wanted) {
    select.dataset.options = wanted;
    select.replaceChildren(...options.map(([name, words]) => Object.assign(element("option", words), { value: name })));
  }
  if ((answered || document.activeElement !== select) && select.value !== value) select.value = value;
}

function sources(present) {
  const found = cameras.map((camera) => [camera.path, `${camera.name} (${camera.path}${camera.busy && camera.path !== present ? `, ${text("busy")}` : ""})`]);
  found.push(["demo", text("demo")]);
  if (!found.some(([name]) => name === present)) found.unshift([present, present]);
  return found;
}

// --- effects ---

const chosen = () => (state ? state.effect.split(",").map((name) => name.trim()) : []);

function showEffects() {
  $("choices").replaceChildren(...effects.map((effect) => {
    const button = document.createElement("button");
    button.dataset.name = effect.name;
    button.disabled = Boolean(effect.error);
    button.title = effect.error || effect.description;
    const picture = document.createElement("img");
    picture.alt = "";
    thumbnail(picture, effect.name);
    button.append(picture, element("span", effectTitle(effect) + (effect.trigger ? " ▲" : "")));
    button.addEventListener("click", () => command("effect", { effect: wanted(effect.name) }));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
  showChosen();
}

async function thumbnail(picture, name, tries = 20) {
  const answer = await fetch(`${BASE}effects/${encodeURIComponent(name)}/preview.gif`, { headers: { "X-Token": TOKEN } }).catch(() => null);
  if (answer?.ok) {
    picture.src = URL.createObjectURL(await answer.blob());
    picture.onload = () => URL.revokeObjectURL(picture.src);
  } else if (answer?.status === 503 && tries && picture.isConnected) {
    setTimeout(() => thumbnail(picture, name, tries - 1), 3000);
  }
}

function wanted(name) {
  const now = chosen();
  if (!several) return name;
  const rest = now.filter((each) => each !== name);
  return (now.includes(name) && rest.length ? rest : [...rest, name]).join(",");
}

function showChosen() {
  const now = chosen();
  for (const button of $("choices").querySelectorAll("button")) pressed(button, now.includes(button.dataset.name));
}
const pressed = (button, on) => button.setAttribute("aria-pressed", String(on));

async function load() {
  try {
    [effects, cameras] = [(await ask("effects")).effects, (await ask("cameras")).cameras];
    showEffects();
    if (state) show(state);
  } catch (error) {
    say(error.message, true);
  }
}

// --- what a person does ---

for (const button of document.querySelectorAll("[data-command]")) {
  button.addEventListener("click", () => command(button.dataset.command));
}
let sending = false;
$("strength").addEventListener("input", async () => {
  dragging = true;
  $("strength-shown").textContent = `${Math.round(100 * $("strength").value)} %`;
  if (sending) return;
  sending = true;
  await command("strength", { strength: Number($("strength").value) });
  sending = false;
});
$("strength").addEventListener("change", async () => {
  await command("strength", { strength: Number($("strength").value) });
  dragging = false;
});
$("finder").addEventListener("change", () => command("finder", { finder: $("finder").value }));
$("source").addEventListener("change", () => { say(text("switching")); command("source", { source: $("source").value }); });
$("source").addEventListener("focus", async () => { cameras = (await ask("cameras").catch(() => ({ cameras }))).cameras; });
const arm = () => command("trigger", SIGNALS.includes($("trigger").value)
  ? { trigger: $("trigger").value, mode: $("mode").value } : { trigger: $("trigger").value });
$("trigger").addEventListener("change", arm);
$("mode").addEventListener("change", arm);
$("several").addEventListener("click", () => { several = !several; press("several", several); });
$("seen").addEventListener("toggle", () => state && showSeen(state));
$("language").addEventListener("click", () => { otherLanguage(); fillTexts(); showEffects(); if (state) show(state); });
$("theme").addEventListener("click", () => {
  const light = !document.documentElement.classList.contains("light");
  localStorage.setItem("theme", light ? "light" : "dark");
  theme(light);
});
document.addEventListener("visibilitychange", watch);

function theme(light) {
  document.documentElement.classList.toggle("light", light);
}

chooseLanguage(new URLSearchParams(location.search).get("lang"));
theme((localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark")) === "light");
fillTexts();
watch();
connect();
poll();
load();
