// The page that draws boxes: what a person does goes to the server, and what it answers is shown. No rule is here.
import { PictureView } from "./boxes_view.js";
import { request } from "./connection.js";
import { keepsKey, keyLabel, keyName } from "./keyboard.js";

const TEXTS = {
  en: {
    keys: "Keys", language: "한국어", close: "Close", count: "{done} of {of}", "none here": "none here", boxes: "boxes: {count}", open: "no answer yet",
    "do.none": "None here", "do.undo": "Undo", "do.yes": "Yes, it is", "do.no": "No", "do.kind": "Look-alike", "do.remove": "Delete", "do.next": "Next open",
    "do.before": "◀", "do.after": "▶", "do.fit": "Whole", "do.in": "+", "do.out": "−", "do.hand": "Hand", "do.box": "New box",
    "name.before": "Picture before", "name.after": "Picture after", "name.in": "Zoom in", "name.out": "Zoom out",
    picture: "Picture {name}, {width} by {height} pixels, {says}", all: "Every picture has an answer.", candidate: "candidate, {percent} % likely: is it one?",
    "nothing to undo": "There is nothing to undo.", "no candidate": "There is no candidate to judge here; draw a box, or say that there is none.",
    "too small": "A box has 2 pixels a side at least; zoom in to draw a small one.",
    gone: "The server does not answer. What you said before is kept; try again in a moment.",
    help: [["drag", "draw a box; inside a selected box: move it; at a corner: change its size"], ["wheel", "zoom at the pointer; two fingers too"],
      ["Shift + drag, right button", "move the picture (h: with every drag)"], ["← → ↑ ↓", "move the picture, or the selected box; Shift: change its size"],
      ["Tab", "select the next box"]],
  },
  ko: {
    keys: "키", language: "English", close: "닫기", count: "{of}개 중 {done}개", "none here": "없음", boxes: "상자 {count}개", open: "아직 답이 없음",
    "do.none": "여기 없음", "do.undo": "되돌리기", "do.yes": "맞음", "do.no": "아님", "do.kind": "닮은꼴", "do.remove": "삭제", "do.next": "다음 미답",
    "do.before": "◀", "do.after": "▶", "do.fit": "전체", "do.in": "+", "do.out": "−", "do.hand": "손", "do.box": "새 상자",
    "name.before": "앞 사진", "name.after": "뒤 사진", "name.in": "확대", "name.out": "축소",
    picture: "사진 {name}, {width} x {height} 픽셀, {says}", all: "모든 사진에 답했습니다.", candidate: "후보, 확률 {percent} %: 맞습니까?",
    "nothing to undo": "되돌릴 것이 없습니다.", "no candidate": "여기에는 판단할 후보가 없습니다. 상자를 그리거나 여기 없음을 누르세요.",
    "too small": "상자의 한 변은 2픽셀 이상이어야 합니다. 작은 상자는 확대해서 그리세요.",
    gone: "서버가 응답하지 않습니다. 이미 답한 것은 저장되어 있습니다. 잠시 후 다시 해 보세요.",
    help: [["끌기", "상자 그리기; 선택한 상자 안: 옮기기; 모서리: 크기 바꾸기"], ["휠", "포인터 위치에서 확대; 두 손가락도 됨"],
      ["Shift + 끌기, 오른쪽 버튼", "사진 옮기기 (h: 모든 끌기로)"], ["← → ↑ ↓", "사진 또는 선택한 상자 옮기기; Shift: 크기 바꾸기"],
      ["Tab", "다음 상자 선택"]],
  },
};
// Action, keys, and whether the bar has a button.
const ACTIONS = [
  ["yes", ["y"], true], ["no", ["x"], true], ["none", ["n"], true], ["kind", ["l"], true], ["remove", ["Delete", "Backspace", "d"], true], ["undo", ["u"], true],
  ["box", ["b"], true], ["hand", ["h"], true], ["out", ["-"], true], ["in", ["+", "="], true], ["fit", ["0"], true],
  ["before", ["["], true], ["after", ["]"], true], ["next", ["Enter"], true],
];
const STEP = 1.25, PAN = 60;
const $ = (id) => document.getElementById(id);
const canvas = $("picture"), view = new PictureView(canvas), bar = $("bar"), panel = $("panel");
let language = navigator.language.startsWith("ko") ? "ko" : "en";
let names = [], states = {}, hand = false, working = Promise.resolve();

function text(key, values = {}) {
  return Object.entries(values).reduce((words, [name, value]) => words.replace(`{${name}}`, value), TEXTS[language][key]);
}

// In words, where the button has a sign.
const nameOf = (action) => TEXTS[language][`name.${action}`] ?? text(`do.${action}`);

function notice(words) {
  $("notice").textContent = words;
}

// One input after the other, each for the state that the one before has left.
function act(action) {
  const page = view.page.name, revision = view.page.revision;
  working = working.then(async () => {
    const now = view.page.name === page ? view.page.revision : revision;
    try {
      take(await request("api/act", { body: { ...action, page, revision: now } }));
      $("gone").hidden = true;
      notice("");
    } catch (problem) {
      view.drawn = null;
      view.draw();
      if (problem.status) notice(TEXTS[language][problem.key] ?? problem.message);
      else [$("gone").hidden, $("gone").textContent] = [false, text("gone")];
    }
  });
  return working;
}

function take(page) {
  const added = view.page?.name === page.name && page.boxes.length > view.page.boxes.length;
  states[page.name] = page.state;
  view.show(page);
  if (added) view.selected = page.boxes.length - 1;
  tell();
}

async function open(name) {
  try {
    const page = await request(`api/page?name=${encodeURIComponent(name)}`);
    take(page);
    if (page.proposal) view.goTo(page.proposal.box);
  } catch (problem) {
    notice(problem.message);
  }
}

function says(page) {
  if (page.proposal) return text("candidate", { percent: Math.round(100 * page.proposal.probability) });
  if (page.state === "boxes") return text("boxes", { count: page.boxes.length });
  return text(page.state === "none" ? "none here" : "open");
}

function tell() {
  const page = view.page;
  document.body.dataset.said = page.name;
  document.body.dataset.revision = page.revision;
  document.documentElement.lang = language;
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = text(each.dataset.text);
  $("count").textContent = text("count", { done: page.done, of: names.length });
  $("done").style.width = `${(100 * page.done) / names.length}%`;
  $("progress").setAttribute("aria-valuenow", Math.round((100 * page.done) / names.length));
  $("says").textContent = says(page);
  canvas.setAttribute("aria-label", text("picture", { ...page, says: says(page) }));
  $("pages").setAttribute("aria-label", text("count", { done: page.done, of: names.length }));
  $("pages").replaceChildren(...names.map((name) => {
    const mark = { open: "", none: " ∅", boxes: " ✓" }[states[name]];
    return new Option(`${name}${mark}`, name, false, name === page.name);
  }));
  const off = { yes: !page.proposal, no: !page.proposal, kind: view.selected < 0, remove: view.selected < 0, undo: !page.undo };
  bar.replaceChildren(...ACTIONS.filter(([action]) => !(["yes", "no"].includes(action) && !page.proposal)).map(([action, keys]) => {
    const button = document.createElement("button");
    button.dataset.do = action;
    button.disabled = Boolean(off[action]);
    button.append(text(`do.${action}`));
    const key = document.createElement("kbd");
    key.textContent = keyLabel(keys[0]);
    button.append(" ", key);
    if (button.firstChild.textContent !== nameOf(action)) button.setAttribute("aria-label", nameOf(action));
    if (action === "hand") button.setAttribute("aria-pressed", hand);
    button.addEventListener("click", () => run(action));
    return button;
  }));
  document.body.classList.toggle("hand", hand);
  view.draw();
}

async function run(action) {
  const page = view.page, place = names.indexOf(page.name), selected = view.selected;
  if (["yes", "no"].includes(action)) {
    if (!page.proposal) return;
    await act({ do: action });
    if (view.page.name === page.name && view.page.state !== "open") goOn();
  } else if (action === "none") {
    await act({ do: action });
    if (view.page.name === page.name && view.page.state === "none") goOn();
  } else if (action === "undo") await act({ do: action });
  else if (["kind", "remove"].includes(action)) {
    if (selected >= 0) await act({ do: action, number: selected });
  } else if (action === "box") {
    const side = Math.min(view.width, view.height) / 6 / view.scale;
    const [x, y] = view.toPicture([view.width / 2, view.height / 2]);
    await act({ do: "add", box: [x - side / 2, y - side / 2, side, side] });
  } else if (action === "hand") {
    hand = !hand;
    tell();
  } else if (action === "fit") view.fit();
  else if (action === "in" || action === "out") view.zoom(action === "in" ? STEP : 1 / STEP);
  else if (action === "next") goOn();
  else if (names.length) open(names[(place + (action === "after" ? 1 : names.length - 1)) % names.length]);
}

function goOn() {
  if (view.page.next && view.page.next !== view.page.name) open(view.page.next);
  else if (!view.page.next) notice(text("all"));
}

function arrow(name, shift) {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[name];
  if (view.selected < 0) return view.pan(-way[0] * PAN, -way[1] * PAN);
  const [x, y, width, height] = view.page.boxes[view.selected].box, step = Math.max(1, Math.round(1 / view.scale));
  const box = shift ? [x, y, width + way[0] * step, height + way[1] * step] : [x + way[0] * step, y + way[1] * step, width, height];
  return act({ do: "change", number: view.selected, box });
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !view.page) return;
  const name = keyName(event);
  if (!panel.hidden) {
    if (name === "Escape" || name === "?") closeHelp();
    return;
  }
  if (keepsKey(event.target, name)) return;
  const bare = name.replace("Shift+", "");
  if (/^Arrow/.test(bare)) arrow(bare, name !== bare);
  else if (name === "Tab" && event.target === canvas && view.page.boxes.length && view.selected < view.page.boxes.length - 1) {
    view.selected += 1;
    tell();
  } else if (name === "Escape") {
    view.selected = -1;
    tell();
  } else if (name === "?") help();
  else {
    const action = ACTIONS.find(([, keys]) => keys.includes(name) || keys.includes(name.toLowerCase()));
    if (!action || (event.repeat && !["in", "out"].includes(action[0]))) return;
    run(action[0]);
  }
  event.preventDefault();
});

// Pointers: one draws, moves a box or the picture; two zoom.
const down = new Map();
let held = null;

const point = (event) => {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
};

canvas.addEventListener("contextmenu", (event) => event.preventDefault());
canvas.addEventListener("pointerdown", (event) => {
  if (!view.page) return;
  canvas.setPointerCapture(event.pointerId);
  const at = point(event);
  down.set(event.pointerId, at);
  if (down.size > 1) {
    [held, view.drawn] = [null, null];
    return;
  }
  const found = view.at(at);
  const pans = event.button !== 0 || event.shiftKey || (hand && !(found && found.number === view.selected));
  held = { at, last: at, pans, found: pans ? null : found, moved: false };
});

canvas.addEventListener("pointermove", (event) => {
  const before = down.get(event.pointerId);
  if (!before) return;
  const now = point(event);
  down.set(event.pointerId, now);
  if (down.size === 2) {
    const [, other] = [...down].find(([id]) => id !== event.pointerId);
    const span = (a) => Math.max(1, Math.hypot(a[0] - other[0], a[1] - other[1]));
    view.zoom(span(now) / span(before), [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
    view.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    return;
  }
  if (!held) return;
  if (!held.moved && Math.hypot(now[0] - held.at[0], now[1] - held.at[1]) < 4) return;
  held.moved = true;
  if (held.pans) view.pan(now[0] - before[0], now[1] - before[1]);
  else {
    view.drawn = drawnBox(now);
    view.draw();
  }
});

function drawnBox(now) {
  const [x0, y0] = view.toPicture(held.at), [x1, y1] = view.toPicture(now);
  if (!held.found || held.found.number !== view.selected) return { box: between(x0, y0, x1, y1) };
  const [x, y, width, height] = view.page.boxes[held.found.number].box, { number, corner } = held.found;
  if (corner < 0) return { number, box: [x + x1 - x0, y + y1 - y0, width, height] };
  const fixed = [[x + width, y + height], [x, y + height], [x, y], [x + width, y]][corner];
  return { number, box: between(...fixed, x1, y1) };
}

const between = (x0, y0, x1, y1) => [Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0)];

function up(event) {
  const was = held;
  down.delete(event.pointerId);
  held = null;
  if (!was || event.type !== "pointerup") {
    view.drawn = null;
    view.draw();
    return;
  }
  if (!was.moved) {
    view.selected = was.found && !was.pans ? was.found.number : -1;
    tell();
  } else if (view.drawn) {
    const { number, box } = view.drawn;
    act(number === undefined ? { do: "add", box } : { do: "change", number, box });
  }
}
canvas.addEventListener("pointerup", up);
canvas.addEventListener("pointercancel", up);
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  if (view.page && event.deltaY) view.zoom(event.deltaY < 0 ? STEP : 1 / STEP, point(event));
}, { passive: false });

function help() {
  const rows = [...TEXTS[language].help, ...ACTIONS.map(([action, keys]) => [keys.map(keyLabel).join(" "), nameOf(action)])];
  const table = document.createElement("table");
  for (const cells of rows) {
    const row = table.insertRow();
    for (const words of cells) row.insertCell().textContent = words;
  }
  const title = Object.assign(document.createElement("h2"), { id: "panel-title", textContent: text("keys") });
  const close = Object.assign(document.createElement("button"), { textContent: text("close") });
  close.addEventListener("click", closeHelp);
  panel.replaceChildren(title, table, close);
  panel.hidden = false;
  close.focus();
}

function closeHelp() {
  panel.hidden = true;
  canvas.focus();
}

$("open-help").addEventListener("click", help);
$("language").addEventListener("click", () => {
  language = language === "en" ? "ko" : "en";
  tell();
});
$("pages").addEventListener("change", (event) => {
  open(event.target.value);
  canvas.focus();
});

const overview = await request("api/pages");
names = overview.pages.map((page) => page.name);
states = Object.fromEntries(overview.pages.map((page) => [page.name, page.state]));
document.title = `${overview.folder} · livecam-label boxes`;
await open(overview.next ?? names[0]);
canvas.focus();
