// Keys by their names, and by their places where what they write is not Latin.

// What a US keyboard writes at a place without and with shift.
const PLACES = {
  Backquote: "`~", Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", Semicolon: ";:", Quote: "'\"",
  Comma: ",<", Period: ".>", Slash: "/?", Space: "  ",
  Digit1: "1!", Digit2: "2@", Digit3: "3#", Digit4: "4$", Digit5: "5%", Digit6: "6^", Digit7: "7&", Digit8: "8*", Digit9: "9(", Digit0: "0)",
};
const SPECIAL = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Tab", "Enter", "Escape", "Backspace", "Delete"]);
const LATIN = /^[ -~\u00a1-\u024f]$/u; // Latin letters with accents too
const LABELS = { " ": "␣", Escape: "Esc", Enter: "⏎", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Backspace: "⌫", Delete: "Del", Tab: "⇥" };
let foreign = false; // the keyboard's letters are not Latin

export function atPlace(code, shift) {
  if (/^Key[A-Z]$/.test(code)) return shift ? code[3] : code[3].toLowerCase();
  return code in PLACES ? PLACES[code][shift ? 1 : 0] : "";
}

// The name of a key: "" for one that says nothing, such as shift alone.
export function keyName(event) {
  const { key, code, shiftKey } = event;
  if (event.isComposing || key === "Process" || key === "Unidentified") return SPECIAL.has(code) ? code : atPlace(code, shiftKey);
  if (SPECIAL.has(key)) return shiftKey && key.startsWith("Arrow") ? `Shift+${key}` : key;
  if (LATIN.test(key)) {
    const letter = /^Key/.test(code);
    if (letter && /^[a-z]$/i.test(key)) foreign = false;
    // On a keyboard of another script some signs stand where Latin letters do.
    return letter && foreign && !/^[a-z]$/i.test(key) ? atPlace(code, shiftKey) : key;
  }
  if (/^[\x20-\x7e]{2,}$/.test(key)) return ""; // F5, Shift and the like
  foreign = true;
  return atPlace(code, shiftKey);
}

// What a keyboard writes is known before the first key where the browser tells.
export async function learnLayout() {
  if (!navigator.keyboard?.getLayoutMap) return;
  try {
    const letter = (await navigator.keyboard.getLayoutMap()).get("KeyF");
    foreign = Boolean(letter) && !LATIN.test(letter);
  } catch {
    foreign = false; // not allowed here: the first letter tells
  }
}

// What a key asks for; a capital without a meaning of its own is as good as its small letter.
export function meaning(keys, name) {
  return keys[name] ?? keys[name.length === 1 ? name.toLowerCase() : name.replace("Shift+", "")];
}

export const keyLabel = (name) => LABELS[name] ?? (name.startsWith("Shift+") ? `⇧${keyLabel(name.slice(6))}` : name);

export const keysOf = (keys, action) => Object.keys(keys).filter((name) => keys[name] === action).map(keyLabel);

// Whether a control that has the focus needs this key for itself.
export function keepsKey(target, name) {
  if (!(target instanceof Element)) return false;
  if (target.matches("input:not([type=checkbox]), textarea, select")) return name !== "Escape";
  return target.matches("button, a[href], summary, input") && ["Enter", " "].includes(name);
}
