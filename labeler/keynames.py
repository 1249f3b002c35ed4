"""The names of keys, as browsers call them, for what OpenCV and X11 say of a key."""

from __future__ import annotations

_SPECIAL = {
    8: "Backspace",
    9: "Tab",
    10: "Enter",
    11: "Tab",  # what Qt makes of shift and tab
    13: "Enter",
    27: "Escape",
    0xFE20: "Tab",  # with shift, in X11
    0xFF09: "Tab",
    0xFF0D: "Enter",
    0xFF1B: "Escape",
    0xFF51: "ArrowLeft",
    0xFF52: "ArrowUp",
    0xFF53: "ArrowRight",
    0xFF54: "ArrowDown",
    0xFF8D: "Enter",  # from here on the keys of the number block
    0xFF96: "ArrowLeft",
    0xFF97: "ArrowUp",
    0xFF98: "ArrowRight",
    0xFF99: "ArrowDown",
    0xFF9E: "0",
    0xFFAB: "+",
    0xFFAD: "-",
    0xFFB0: "0",
}


def key_name(symbol: int, *, shift: bool = False) -> str | None:
    """The name for an X11 key symbol or a code of waitKeyEx; None for a key that says nothing, such as shift alone.

    Shift shows in the name where the key stays the same: `Shift+ArrowLeft`.
    """
    if 32 <= symbol <= 126:
        return chr(symbol)
    name = _SPECIAL.get(symbol)
    return f"Shift+{name}" if name and shift and name.startswith("Arrow") else name
