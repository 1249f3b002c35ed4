// The header, panels over the page (keys, labels, map, comments), the end of a session, and the words about a sample.
import { hasText, text } from "./catalogue.js";
import { keysOf } from "./keyboard.js";
import { withToken } from "./connection.js";

const $ = (id) => document.getElementById(id);
let before = null; // what had the focus before the panel was opened

export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export const panelShows = () => ($("panel").hidden ? "" : $("panel").dataset.kind);

export function closePanel() {
  if ($("panel").hidden) return;
  $("panel").hidden = true;
  before?.focus?.();
  before = null;
}

export function openPanel(kind, ...content) {
  const panel = $("panel");
  if (panel.hidden) before = document.activeElement === document.body ? null : document.activeElement;
  const close = make("button", { id: "panel-close", click: closePanel }, text("close"));
  panel.replaceChildren(make("div", { class: "head" }, make("h2", { id: "panel-title" }, text(`${kind}.title`)), close), ...content);
  panel.dataset.kind = kind;
  panel.hidden = false;
  close.focus();
}

export function toggle(kind, content) {
  if (panelShows() === kind) closePanel();
  else openPanel(kind, ...content());
}

// Tab stays within the panel.
$("panel").addEventListener("keydown", (event) => {
  if (event.key !== "Tab") return;
  const stops = [...$("panel").querySelectorAll("button, input, textarea, a[href]")];
  const last = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== last) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0]).focus();
});

const GROUPS = [
  ["accept", "reject", "skip", "undo", "next", "previous", "closed", "occluded", "both closed", "other eye", "not a face"],
  ["left", "right", "up", "down", "little", "wider", "narrower"],
  ["zoom in", "zoom out", "zoom reset", "contrast", "pixels or smooth", "landmarks", "hide what is drawn", "class activation map"],
  ["show the labels", "comment", "gallery", "other mode", "export", "help", "quit"],
];

// The keys in use beside what they do, as they stand in the settings.
export function helpContent(keys, mode) {
  const rows = GROUPS.map((group) => group.flatMap((action) => helpRow(keys, mode, action)));
  const mouse = [["wheel", mode === "annotate" ? "mouse.wheel.annotate" : "mouse.wheel"], ["drag", "mouse.drag"]];
  if (mode === "annotate") mouse.unshift(["click", "mouse.click"]);
  const pointer = mouse.map(([what, words]) => row([make("b", {}, text(what))], text(words)));
  const columns = [[...rows[0], ...rows[1]], [...pointer, ...rows[2], ...rows[3]]];
  return [make("div", { class: "columns" }, ...columns.map((each) => make("table", {}, make("tbody", {}, ...each))))];
}

function helpRow(keys, mode, action) {
  const known = action === "little" ? keysOf(keys, "left a little").concat(keysOf(keys, "right a little")) : keysOf(keys, action);
  if (!known.length || (action === "other eye" && known.every((key) => key === "⇥"))) return [];
  const words = hasText(`help.${action}.${mode}`) ? `help.${action}.${mode}` : `help.${action}`;
  return [row(known.slice(0, 4).flatMap((key) => [make("kbd", {}, key), " "]), text(words))];
}

const row = (name, words) => make("tr", {}, make("th", { scope: "row" }, ...name), make("td", {}, words));

export function labelsContent(sample) {
  const figures = (place) => text("labels.point", { x: place.x.toFixed(2), y: place.y.toFixed(2), radius: place.radius.toFixed(2) });
  const rows = sample.eyes.flatMap((eye) => {
    const name = text(`eye.${eye.side}`);
    const guess = !eye.guess ? text("guess.none") : eye.guess.closed ? text("guess.closed") : figures(eye.guess);
    const said = !eye.said ? text("labels.nothing") : eye.said.verb === "point" ? figures(eye.said) : text(`said.${eye.said.verb}`);
    return [row([text("labels.guess", { eye: name })], guess), row([text("labels.said", { eye: name })], said)];
  });
  return [make("table", {}, make("tbody", {}, ...rows, row(["id"], sample.id.slice(0, 16))))];
}

export function mapContent(sample) {
  return [make("img", { alt: text("map.title"), src: withToken(`map/${sample.id}`) })];
}

export function commentContent(sample, save) {
  const field = make("textarea", { id: "comment", maxlength: 2000 });
  const said = (sample.comments ?? []).map((one) => make("li", {}, `${one.by}: ${one.text}`));
  const done = make("button", { click: () => (field.value.trim() ? save(field.value.trim()) : field.focus()) }, text("comment.save"));
  setTimeout(() => field.focus());
  return [make("ul", {}, ...(said.length ? said : [make("li", {}, text("comment.none"))])), make("label", {}, text("comment.field"), field), done];
}

// What was done, and how to go on.
export function ending(told, go, back) {
  const box = $("end"), found = told.summary ?? {};
  const tally = ["labelled", "rejected", "skipped", "not a face"].filter((name) => told.tally[name]);
  const what = tally.map((name) => text("tally", { count: told.tally[name], what: text(`tally.${name}`) })).join(", ");
  const count = tally.reduce((sum, name) => sum + told.tally[name], 0);
  const pace = found.median_seconds ?? told.pace;
  const lines = [
    count ? text("end.decided", { count, what }) : null,
    pace ? text("end.pace", { seconds: pace.toFixed(1) }) : null,
    found.hasty ? text("end.hasty", { count: found.hasty }) : null,
    text("end.left", { count: found.left ?? told.left }) + (told.elsewhere ? `, ${text("end.elsewhere", { count: told.elsewhere })}` : ""),
    found.disputed ? text("end.disputed", { count: found.disputed }) : null,
    told.written ? text("end.kept", { store: told.store }) : null,
  ].filter(Boolean);
  const commands = (found.commands ?? []).map((one) => make("pre", {}, typeof one === "string" ? one : one.command ?? one[1]));
  const button = told.finished ? make("button", { id: "go-on", click: go }, text("end.go")) : make("button", { id: "go-on", click: back }, text("end.back"));
  box.replaceChildren(
    make("h2", {}, text(told.finished ? "end.over" : "end.nothing")),
    ...lines.map((line) => make("p", {}, line)),
    ...(commands.length ? [make("h3", {}, text("end.next")), ...commands] : []),
    make("p", {}, button),
  );
  button.focus();
}

// An eye in words: what was said of it, or what is to be judged.
export function saysOf(eye, current) {
  if (eye.said) {
    const what = text(`said.${eye.said.verb}`);
    return [eye.said.age, eye.said.age === "touched" ? text("said.touched", { what }) : what];
  }
  if (eye.guess) {
    const closed = eye.guess.closed ? text("guess.closed") : eye.guess.hidden ? text("guess.hidden") : "";
    const kind = current?.kind, percent = Math.round(100 * (eye.guess.confidence ?? 0));
    const sure = kind === "label" || kind === "imported" ? "" : text(kind === "carried" ? "guess.carried" : "guess.sure", { percent });
    return [kind === "carried" ? "carried" : "guess", [closed, sure].filter(Boolean).join(", ") || text("guess.label")];
  }
  return ["", text("guess.none")];
}

export function aboutSample(sample) {
  const current = sample.current;
  const lines = [
    current ? text(`current.${current.kind}`, { ...current, apart: Math.abs(current.seconds ?? 0).toFixed(1) }) : null,
    text(`reason.${sample.reason}`),
    text("where", { source: sample.source.split("/").at(-1), seconds: sample.seconds.toFixed(1) }),
    sample.decision ? text(`decided.${sample.decision}`) : null,
    sample.disputed ? text("disputed") : null,
    ...(sample.comments ?? []).slice(-2).map((one) => `${one.by}: ${one.text}`),
  ];
  return lines.filter(Boolean).map((line) => make("p", {}, line));
}

// Who does what, and how far it is.
export function header(told) {
  const all = told.turns + told.left, { progress } = told;
  const done = progress ? progress.done : told.position, of = progress ? progress.of : all;
  $("count").textContent = text("progress", { done, of });
  const share = of ? Math.min(100, (100 * done) / of) : 100;
  $("done").style.width = `${share}%`;
  $("progress").setAttribute("aria-valuenow", String(Math.round(share)));
  $("judging").textContent = progress ? [text("progress.judging", progress.judging), progress.until_round ? text(progress.frames_missing ? "progress.camera" : "progress.round", { count: progress.until_round, minutes: progress.label_minutes, frames: progress.frames_missing, camera: progress.camera_minutes }) : text("progress.ready")].join(" · ") : "";
  $("tally").textContent = ["labelled", "rejected", "skipped", "not a face"].filter((name) => told.tally[name])
    .map((name) => text("tally", { count: told.tally[name], what: text(`tally.${name}`) })).join(", ");
  $("pace").textContent = told.pace === null ? "" : text("pace", { seconds: told.pace.toFixed(1) });
  $("kept").textContent = [text("kept", { store: told.store.split("/").at(-1) }), told.written ? text("written", { time: told.written.slice(11, 19) }) : ""].filter(Boolean).join(", ");
  $("kept").title = told.store;
  $("who").textContent = told.by;
  for (const button of $("modes").children) {
    button.classList.toggle("on", button.dataset.mode === told.mode);
    button.setAttribute("aria-pressed", String(button.dataset.mode === told.mode));
  }
}

// What a known picture tells of the answer to it.
export function feedback(told) {
  if (!told.feedback) return "";
  if (told.feedback.right) return text("feedback.right");
  const errors = (told.feedback.eyes ?? []).map((eye) => eye.error).filter((error) => Number.isFinite(error));
  return errors.length ? text("feedback.wrong", { percent: (100 * Math.max(...errors)).toFixed(1) }) : text("feedback.no");
}
