"""Shows pages in a window and turns its keys into actions; nothing is decided here."""

from __future__ import annotations

from typing import Self

import cv2

from labeler.session import Action
from livecam.core.display import trouble
from livecam.core.errors import SinkError
from livecam.core.scene import Image

_LEFT, _RIGHT, _KEYPAD_PLUS, _KEYPAD_MINUS, _KEYPAD_0 = 65361, 65363, 65451, 65453, 65456  # X11 key symbols

KEYS = {
    27: Action.QUIT,
    ord("n"): Action.NEXT,
    ord("p"): Action.PREVIOUS,
    ord("f"): Action.TRUE,
    ord("d"): Action.FALSE,
    ord("s"): Action.SAVE,
    ord("v"): Action.LABELS,
    ord("u"): Action.UNDO,
    ord(" "): Action.SKIP,
    ord("?"): Action.HELP,
    ord("h"): Action.HELP,
    ord("+"): Action.ZOOM_IN,
    ord("="): Action.ZOOM_IN,
    ord("-"): Action.ZOOM_OUT,
    ord("0"): Action.ZOOM_RESET,
    _LEFT: Action.PREVIOUS,
    _RIGHT: Action.NEXT,
    _KEYPAD_PLUS: Action.ZOOM_IN,
    _KEYPAD_MINUS: Action.ZOOM_OUT,
    _KEYPAD_0: Action.ZOOM_RESET,
}


def action_of(code: int) -> Action | None:
    """What a code of waitKeyEx stands for; capitals, which Caps Lock makes, are as good as small letters."""
    if ord("A") <= code <= ord("Z"):
        code += ord("a") - ord("A")
    return KEYS.get(code)


class Window:
    """A Screen on the desktop."""

    def __init__(self, title: str = "livecam-label") -> None:
        """SinkError without a display."""
        if problem := trouble():
            raise SinkError(f"no window can be opened: {problem}")
        self._title = title
        cv2.namedWindow(title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        self._sized = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        cv2.destroyAllWindows()
        cv2.waitKey(1)  # lets the window system take it off the screen

    def ask(self, image: Image) -> Action:
        """The next key that means something; keys without a meaning are passed over."""
        cv2.imshow(self._title, image)
        if not self._sized:
            cv2.resizeWindow(self._title, image.shape[1], image.shape[0])
            self._sized = True
        while True:
            action = action_of(cv2.waitKeyEx(50))
            if action is not None:
                return action
            if cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) < 1:
                return Action.QUIT
