"""Asks for the judgement of folders of pictures: shows a page in the window until a key says something."""

from __future__ import annotations

from dataclasses import dataclass

from labeler.session import Action
from labeler.window import Closed, Key, Window
from livecam.core.scene import Image

KEYS = {
    "Escape": Action.QUIT,
    "q": Action.QUIT,
    "n": Action.NEXT,
    "p": Action.PREVIOUS,
    "f": Action.TRUE,
    "d": Action.FALSE,
    "s": Action.SAVE,
    "v": Action.LABELS,
    "u": Action.UNDO,
    " ": Action.SKIP,
    "b": Action.SKIP,
    "?": Action.HELP,
    "h": Action.HELP,
    "+": Action.ZOOM_IN,
    "=": Action.ZOOM_IN,
    "z": Action.ZOOM_IN,
    "-": Action.ZOOM_OUT,
    "x": Action.ZOOM_OUT,
    "0": Action.ZOOM_RESET,
    "a": Action.ZOOM_RESET,
    "ArrowLeft": Action.PREVIOUS,
    "ArrowRight": Action.NEXT,
}


@dataclass(frozen=True, slots=True)
class Asking:
    """A Screen on the desktop."""

    window: Window

    def ask(self, image: Image) -> Action:
        """The next key that means something; keys without a meaning are passed over."""
        self.window.show(image)
        while True:
            heard = self.window.hear(3600)
            if heard == Closed():
                return Action.QUIT
            if isinstance(heard, Key) and (action := action_of(heard.name)):
                return action


def action_of(name: str) -> Action | None:
    """What a key by its browser name stands for; capitals, which Caps Lock makes, are as good as small letters."""
    return KEYS.get(name.lower() if len(name) == 1 else name)
