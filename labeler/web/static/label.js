// The page of the labeler: keys, buttons and gestures go to the server, and what comes back is drawn. It decides nothing, but
// draws what will most likely come next ahead of the answer.
import { chooseLanguage, switchLanguage, text, translate } from "./catalogue.js";
import { Connection, lookOf, Pictures } from "./connection.js";
import { drawEye, drawWhole, magnify, sized, standing } from "./drawing.js";
import { Gallery } from "./gallery.js";
import { keepsKey, keyName, keysOf, learnLayout, meaning } from "./keyboard.js";
import { aboutSample, closePanel, commentContent, ending, feedback, header, helpContent, labelsContent, make, mapContent, panelShows, saysOf, toggle } from "./panels.js";
import { snapToIris } from "./limbus.js";
import { listen } from "./pointer.js";
import { View } from "./view.js";

const $ = (id) => document.getElementById(id);
const SIDES = ["right", "left"];
const IRIS_RADIUS = 0.0935; // pupil distances, where nothing was found
const BARS = {
  review: ["accept", "reject", "skip", "undo", "not a face", "comment", "quit"],
  annotate: ["accept", "closed", "occluded", "both closed", "other eye", "skip", "undo", "not a face", "comment", "quit"],
};
const ADVANCING = { review: ["accept", "reject", "skip", "not a face"], annotate: ["accept", "skip", "not a face", "both closed"] };
const view = new View(), pictures = new Pictures();
let keys = {}, repeatable = new Set(), blind = new Set(), options = {};
let shown = null; // the state that is drawn, perhaps ahead of the server
let image = null, paintedAt = Infinity, decidedAt = null;
let snap = localStorage.getItem("snap") !== "no";

const connection = new Connection({
  opened(answer) {
    keys = answer.keys;
    repeatable = new Set(answer.repeatable);
    blind = new Set(answer.blind);
    options = answer.options ?? {};
  },
  told: (answer) => {
    if (answer.options) options = answer.options;
    show(answer);
  },
  gone: (gone) => ($("gone").hidden = !gone),
  refused(words, state) {
    if (state) show(state);
    notice(words);
  },
  stale: () => show({ ...connection.state, stale: true }),
});

function notice(words) {
  if ($("notice").textContent !== words) $("notice").textContent = words;
}

// Drawn at once when the picture is here, else when it has come.
function show(told) {
  shown = told;
  for (const sample of [told.sample, told.ahead]) if (sample) pictures.load(sample.id);
  const ready = told.sample ? pictures.get(told.sample.id) : null;
  if (!told.sample || ready) return paint(told, ready);
  return pictures.load(told.sample.id).then((loaded) => shown === told && paint(told, loaded));
}

let paintedSample = null, paintedLook = null;

function paint(told, picture) {
  const fresh = paintedSample !== (told.sample?.id ?? "");
  image = picture;
  if (lookOf(told.sample) !== paintedLook) paintedAt = Infinity;
  paintedLook = lookOf(told.sample);
  if (fresh) {
    view.reset();
    paintedAt = Infinity;
    paintedSample = told.sample?.id ?? "";
  }
  header(told);
  const galleryOpen = !$("gallery").hidden;
  $("work").hidden = !told.sample || told.finished || galleryOpen;
  $("end").hidden = !$("work").hidden || galleryOpen;
  $("work").className = told.mode;
  bar(told);
  notice(told.stale ? text("stale") : feedback(told) || told.notice || (told.sample && !picture ? text("unreadable") : ""));
  if (!$("end").hidden && (fresh || told.finished)) ending(told, () => connection.open(connection.asked), () => act("previous", performance.now()));
  if (told.finished) closePanel();
  draw();
  if (told.sample && fresh) announce(told);
  requestAnimationFrame(() => setTimeout(() => painted(told, fresh)));
}

// From here on what a person presses can have been meant for this picture.
function painted(told, fresh) {
  if (shown !== told) return;
  if (fresh || paintedAt === Infinity) paintedAt = performance.now();
  if (fresh && decidedAt !== null) {
    performance.measure("key to painted", { start: decidedAt, end: performance.now() });
    decidedAt = null;
  }
  document.body.dataset.sample = told.sample ? told.sample.id : "";
  if (!told.predicted) document.body.dataset.said = String(Object.values(told.tally).reduce((sum, count) => sum + count, 0));
}

function draw() {
  if (!shown?.sample || $("work").hidden) return;
  const { sample } = shown;
  for (const eye of sample.eyes) {
    const canvas = $(eye.side), figure = canvas.parentElement, [kind, words] = saysOf(eye, sample.current);
    figure.classList.toggle("here", shown.mode === "annotate" && shown.eye === eye.side);
    $(`${eye.side}-says`).replaceChildren(make("span", { class: kind }, words));
    canvas.setAttribute("aria-label", text("say.eye", { eye: text(`eye.${eye.side}`), what: words }));
    if (image) drawEye(canvas, { sample, eye, image: view.tone(sample, image), view });
    else sized(canvas);
  }
  if (image) {
    const frames = sample.eyes.map((eye) => view.frame($(eye.side), sample, eye).box);
    drawWhole($("whole"), { sample, image: view.tone(sample, image), view, frames });
  }
  $("about").replaceChildren(...aboutSample(sample));
}

// The same buttons stay in place, so that one that has the focus keeps it.
function bar(told) {
  $("bar").hidden = told.finished || !$("gallery").hidden;
  const wanted = `${told.mode} ${document.documentElement.lang} ${Object.keys(keys).length}`;
  if ($("bar").dataset.made === wanted) return;
  $("bar").dataset.made = wanted;
  const actions = BARS[told.mode].filter((action) => Object.values(keys).includes(action));
  $("bar").replaceChildren(...actions.map((action) => {
    const words = action === "accept" && told.mode === "annotate" ? "do.accept.annotate" : `do.${action}`;
    const known = keysOf(keys, action).filter((key) => key !== "⇥");
    const shade = { accept: "yes", reject: "no" }[action] ?? false;
    return make("button", { class: shade, "data-action": action, click: (event) => act(action, event.timeStamp), mousedown: (event) => event.preventDefault() },
      text(words), known.length ? make("kbd", { "aria-hidden": "true" }, known[0]) : null);
  }));
}

function announce(told) {
  const says = Object.fromEntries(told.sample.eyes.map((eye) => [eye.side, $(eye.side).getAttribute("aria-label")]));
  const position = told.progress ? told.progress.done : told.position + 1, all = told.progress ? told.progress.of : told.turns + told.left;
  $("announce").textContent = text("say.sample", { position, all, ...says });
}

const LOCAL = {
  "zoom in": () => view.zoomBy(1),
  "zoom out": () => view.zoomBy(-1),
  "zoom reset": () => view.home(),
  contrast: () => view.nextContrast(),
  "pixels or smooth": () => (view.smooth = !view.smooth),
  landmarks: () => (view.landmarks = !view.landmarks),
  "hide what is drawn": () => (view.bare = !view.bare),
  help: () => toggle("help", () => [...helpContent(keys, shown.mode), ...choices()]),
  "show the labels": () => shown.sample && toggle("labels", () => labelsContent(shown.sample)),
  "class activation map": () => shown.sample && (shown.map ? toggle("map", () => mapContent(shown.sample)) : notice(text("no map"))),
  comment: () => shown.sample && toggle("comment", () => commentContent(shown.sample, comment)),
  gallery: () => gallery.open(),
  "other mode": () => changeMode(shown.mode === "review" ? "annotate" : "review"),
};
const PANELS = new Set(["help", "show the labels", "class activation map", "comment"]);

function comment(words) {
  closePanel();
  connection.send({ comment: words }, shown.sample.id);
}

function choices() {
  const box = (checked, changed, words) => make("label", {}, make("input", { type: "checkbox", checked, change: changed }), " ", text(words));
  const snapping = box(snap, (event) => localStorage.setItem("snap", (snap = event.target.checked) ? "yes" : "no"), "option.snap");
  if (options.auto_advance === undefined) return [snapping];
  const advance = (event) => connection.send({ option: { auto_advance: (options.auto_advance = event.target.checked) } });
  return [snapping, box(options.auto_advance, advance, "option.auto_advance")];
}

const changeMode = (mode) => mode !== shown.mode && connection.open({ ...connection.asked, mode });

// What a key, a button or a finger asked for at `time`.
function act(action, time, repeated = false) {
  if (!shown || (repeated && !repeatable.has(action))) return;
  if (action in LOCAL) {
    if (!PANELS.has(action)) closePanel();
    LOCAL[action]();
    draw();
    return;
  }
  if (time < paintedAt && !blind.has(action)) return; // meant for the picture before
  closePanel();
  const sample = shown.sample?.id ?? "", ahead = drawnAhead(action);
  connection.send({ action, auto_repeat: repeated }, sample, action === "accept" ? lookOf(shown.sample) : undefined);
  if (shown.mode && ADVANCING[shown.mode].includes(action)) decidedAt = time;
  if (ahead) show(ahead);
}

// What will be shown after a decision, when that is known and its picture is here.
function drawnAhead(action) {
  const { ahead, sample, mode } = shown;
  if (!ahead || !sample || shown !== connection.state || connection.waiting.length || !pictures.get(ahead.id)) return null;
  if (!ADVANCING[mode].includes(action)) return null;
  const ready = sample.eyes.filter((eye) => eye.said || eye.guess).length;
  if (action === "accept" && ready < (mode === "annotate" ? 2 : 1)) return null;
  return { ...shown, map: false, sample: ahead, ahead: null, eye: "right", position: shown.position + 1, notice: "", feedback: null, stale: false, predicted: true };
}

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.altKey || event.metaKey) && !event.getModifierState("AltGraph")) return;
  const name = keyName(event);
  if (!name || name === "Tab" || keepsKey(event.target, name)) return;
  if (name === "Escape" && (panelShows() || !$("gallery").hidden)) {
    event.preventDefault();
    if (panelShows()) closePanel();
    else gallery.close();
    return;
  }
  if (!shown || connection.gone || !$("gallery").hidden) return;
  if (shown.finished) {
    if (name === "Enter") connection.open(connection.asked);
    else notice(text("ended key"));
    return;
  }
  const action = meaning(keys, name);
  if (!action) return;
  event.preventDefault();
  act(action, event.timeStamp, event.repeat);
});

const steps = { right: 0, left: 0 };

// Turns of the wheel that come within a frame are one.
function widen(side, turn) {
  if (!steps[side]) {
    requestAnimationFrame(() => {
      connection.send({ widen: { side, steps: steps[side] } }, shown?.sample?.id);
      steps[side] = 0;
    });
  }
  steps[side] += turn;
}

function place(side, [x, y], exactly) {
  const eye = shown.sample.eyes.find((one) => one.side === side), stands = standing(eye);
  const radius = stands?.radius ?? IRIS_RADIUS * shown.sample.unit;
  const point = snap && !exactly && image ? snapToIris(image, { x, y, radius }) : { x, y };
  const other = shown.sample.eyes.find((one) => one.side !== side);
  const ahead = options.auto_advance && other.said && !shown.sample.decision ? drawnAhead("accept") : null;
  connection.send({ place: { side, x: point.x, y: point.y } }, shown.sample.id);
  eye.said = { verb: "point", age: "touched", x: point.x, y: point.y, radius };
  if (ahead) show(ahead);
  else draw();
}

for (const side of SIDES) {
  const canvas = $(side), glass = canvas.nextElementSibling;
  const eyeOf = () => shown?.sample?.eyes.find((one) => one.side === side);
  const frame = () => view.frame(canvas, shown.sample, eyeOf());
  listen(canvas, {
    tap(point, event, time) {
      if (!eyeOf() || time < paintedAt || shown.mode !== "annotate") return;
      place(side, frame().from(...point), event.altKey);
    },
    drag(dx, dy) {
      if (!eyeOf()) return;
      const { scale } = frame();
      view.pan(eyeOf(), -dx / scale, -dy / scale);
      draw();
    },
    pinch(point, factor) {
      if (!eyeOf()) return;
      view.zoomAt(canvas, shown.sample, eyeOf(), point, factor);
      draw();
    },
    wheel(point, event) {
      if (!eyeOf()) return;
      if (shown.mode === "annotate" && !event.ctrlKey) return widen(side, event.deltaY < 0 ? 1 : -1);
      view.zoomAt(canvas, shown.sample, eyeOf(), point, 1.25 ** (event.deltaY < 0 ? 1 : -1));
      draw();
    },
    hover(point) {
      glass.hidden = !point || !image || shown?.mode !== "annotate" || !eyeOf();
      if (glass.hidden) return;
      glass.classList.toggle("aside", point[0] > canvas.width / 2 && point[1] < canvas.height / 2);
      magnify(glass, { image: view.tone(shown.sample, image), at: frame(), point: frame().from(...point), smooth: view.smooth });
    },
  });
  // Moving the focus to an eye is choosing it.
  canvas.addEventListener("focus", () => {
    if (shown?.mode === "annotate" && shown.sample && shown.eye !== side && shown === connection.state && canvas.matches(":focus-visible")) act("other eye", performance.now());
  });
}

listen($("whole"), {
  tap(point) {
    if (!shown?.sample || !image) return;
    const across = $("whole").width / image.width, [x, y] = [point[0] / across - 0.5, point[1] / across - 0.5];
    const away = (eye) => Math.hypot(eye.middle[0] - x, eye.middle[1] - y);
    const nearest = shown.sample.eyes.reduce((best, eye) => (away(eye) < away(best) ? eye : best));
    view.centres[nearest.side] = [x, y];
    draw();
  },
  drag() {}, pinch() {}, hover() {},
  wheel: (_, event) => {
    view.zoomBy(event.deltaY < 0 ? 1 : -1);
    draw();
  },
});

const gallery = new Gallery({
  closed() {
    if (shown) paint(shown, image);
    ($("work").hidden ? $("end") : $("right")).focus({ focusVisible: false });
  },
  opened() {
    $("work").hidden = $("end").hidden = $("bar").hidden = true;
  },
  goTo: (id) => connection.send({ goto: id }),
  session: () => connection.session,
  notice,
});

function retold() {
  translate();
  document.title = text("title");
  $("bar").dataset.made = "";
  closePanel();
  if (shown) paint(shown, image);
  gallery.retold();
}

function theme(next) {
  const chosen = next ?? localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
  document.documentElement.classList.toggle("light", chosen === "light");
  return chosen;
}

for (const button of $("modes").children) button.addEventListener("click", () => shown && changeMode(button.dataset.mode));
$("open-help").addEventListener("click", (event) => act("help", event.timeStamp));
$("open-gallery").addEventListener("click", () => gallery.open());
$("language").addEventListener("click", () => {
  connection.send({ option: { language: switchLanguage() } });
  retold();
});
$("theme").addEventListener("click", () => localStorage.setItem("theme", theme(document.documentElement.classList.contains("light") ? "dark" : "light")));
new ResizeObserver(draw).observe($("work"));

const address = new URLSearchParams(location.search);
chooseLanguage(address.get("lang"));
theme();
translate();
learnLayout().finally(() => connection.open({ mode: address.get("mode") || "", by: address.get("as") || "" }));
