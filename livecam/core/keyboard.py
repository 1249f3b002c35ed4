"""Keyboards: the names of keys, the Latin letter at the place of another script's, and keys that a person changed."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, TypeVar

from livecam.core.errors import SettingsError

_SPECIAL = {
    8: "Backspace",
    0xFF08: "Backspace",
    0xFFFF: "Delete",
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
    0xFFBE: "F1",
    0xFFC8: "F11",
}
# A US keyboard: the X11 code of a row's first key, and what its keys write without and with shift.
_US_ROWS = (
    (10, "1234567890-=", "!@#$%^&*()_+"),
    (24, "qwertyuiop[]", "QWERTYUIOP{}"),
    (38, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (52, "zxcvbnm,./", "ZXCVBNM<>?"),
)
_US_PLACES = {
    first + index: (plain, shifted)
    for first, row, shifted_row in _US_ROWS
    for index, (plain, shifted) in enumerate(zip(row, shifted_row, strict=True))
}
_LETTERS = frozenset(code for code, (plain, _) in _US_PLACES.items() if plain.isalpha())
_GROUPS, _LEVELS = 4, 2
_CORE_KEYBOARD = 0x100  # XkbUseCoreKbd
_UNICODE = 0x0100_0000  # what X11 adds to a character that has no key symbol of its own
_F_KEY = 41
_SIGNS = {"Space": " "}  # what a settings file may say
_LABELS = {" ": "space", "Escape": "esc"}

_Action = TypeVar("_Action", bound=StrEnum)


def key_name(symbol: int, *, shift: bool = False) -> str | None:
    """The browsers' name for an X11 key symbol or a code of waitKeyEx; None for a key that says nothing, such as shift.

    Shift shows in the name where the key stays the same: `Shift+ArrowLeft`.
    """
    if 32 <= symbol <= 126:
        return chr(symbol)
    name = _SPECIAL.get(symbol)
    return f"Shift+{name}" if name and shift and name.startswith("Arrow") else name


def key_label(name: str) -> str:
    """A key's name as a help shows it."""
    return _LABELS.get(name, name.lower() if len(name) > 1 else name)


def latin_code(code: int) -> int:
    """The code of waitKeyEx that the same key gives with a Latin keyboard; a Latin one, and one without X11, stays.

    Opens a connection of its own to the X server: OpenCV tells the symbol, but not which key it came from.
    """
    symbol = _symbol(code)
    if symbol == -1 or symbol in _SPECIAL or _is_latin_letter(symbol):
        return code
    with _connected() as (library, display):
        if display is None:
            return code
        group = _current_group(library, display)
        if _writes_latin(library, display, group):
            return code
        for place in _US_PLACES:
            for level in range(_LEVELS):
                if _symbol_at(library, display, (place, group, level)) == symbol:
                    return symbol_by_place(library, display, place, symbol, shift=bool(level))
    return code


def symbol_by_place(library: Any, display: Any, place: int, symbol: int, *, shift: bool) -> int:
    """The key symbol to understand for a key at an X11 key code that wrote `symbol`.

    On a keyboard of another script its letters, and all that stands where Latin letters do, are those of the Latin
    group the person has beside it, else of the same place on a US keyboard.
    """
    if place not in _US_PLACES or _is_latin_letter(symbol) or symbol in _SPECIAL:
        return symbol
    if 32 <= symbol <= 126 and place not in _LETTERS:
        return symbol
    if _writes_latin(library, display, _current_group(library, display)):
        return symbol
    for group in range(_GROUPS):
        if _writes_latin(library, display, group):
            found = _symbol_at(library, display, (place, group, int(shift)))
            return found if 32 <= found <= 126 else symbol
    return ord(_US_PLACES[place][int(shift)])


def rebind(
    section: str, defaults: Mapping[str, _Action], given: Mapping[str, str | Sequence[str]]
) -> Mapping[str, _Action]:
    """The keys with those of `given` (action to keys) in place of the defaults of these actions.

    Raises:
        SettingsError: No such action or key, a key for two actions, or an action that would have none.
    """
    actions = {action.name.lower(): action for action in dict.fromkeys(defaults.values())}
    wanted: dict[str, _Action] = {}
    for name, keys in given.items():
        if name not in actions:
            raise SettingsError(f"{section}.{name} is no action; known: {', '.join(actions)}")
        for written in (keys,) if isinstance(keys, str) else keys:
            key = _checked(section, name, written)
            if wanted.setdefault(key, actions[name]) is not actions[name]:
                raise SettingsError(f"{section}: '{written}' cannot be both {wanted[key].name.lower()} and {name}")
    changed = set(wanted.values())
    kept = {key: action for key, action in defaults.items() if action not in changed and key not in wanted}
    bound = {**wanted, **kept}
    if lost := [name for name, action in actions.items() if action not in bound.values()]:
        raise SettingsError(f'{section} leaves no key for {", ".join(lost)}; give it one: {lost[0]} = ["..."]')
    return bound


def _checked(section: str, name: str, key: str) -> str:
    key = _SIGNS.get(key, key)
    if (len(key) == 1 and key.isprintable() and key.isascii()) or key.removeprefix("Shift+") in _SPECIAL.values():
        return key
    raise SettingsError(
        f"{section}.{name} cannot be '{key}'; a key is a Latin letter, a figure, a sign, Space, Enter, Tab, Escape, "
        "Backspace, Delete, ArrowLeft, ArrowRight, ArrowUp or ArrowDown"
    )


def _symbol(code: int) -> int:
    """Without the state of shift and the locks, which OpenCV puts above the key symbol."""
    if code == -1:
        return -1
    return code & 0xFFFF | (code & _UNICODE)


def _is_latin_letter(symbol: int) -> bool:
    return 32 <= symbol <= 126 and chr(symbol).isalpha()


def _writes_latin(library: Any, display: Any, group: int) -> bool:
    """Whether a group of the keyboard has Latin letters: its F place tells."""
    return _is_latin_letter(_symbol_at(library, display, (_F_KEY, group, 0)))


def _symbol_at(library: Any, display: Any, where: tuple[int, int, int]) -> int:
    place, group, level = where
    library.XkbKeycodeToKeysym.restype = ctypes.c_ulong
    return int(library.XkbKeycodeToKeysym(display, ctypes.c_ubyte(place), ctypes.c_uint(group), ctypes.c_uint(level)))


def _current_group(library: Any, display: Any) -> int:
    state = (ctypes.c_ubyte * 64)()  # an XkbStateRec, whose first byte is the group
    library.XkbGetState(display, ctypes.c_uint(_CORE_KEYBOARD), state)
    return int(state[0])


@contextmanager
def _connected() -> Iterator[tuple[Any, ctypes.c_void_p | None]]:
    """Xlib and a display of it, None where there is no X server."""
    try:
        library = ctypes.CDLL("libX11.so.6")
    except OSError:
        yield None, None
        return
    library.XOpenDisplay.restype = ctypes.c_void_p
    connection = library.XOpenDisplay(None)
    if not connection:
        yield library, None
        return
    display = ctypes.c_void_p(connection)
    try:
        yield library, display
    finally:
        library.XCloseDisplay(display)
