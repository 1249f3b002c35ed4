"""Asks for the judgement of folders of pictures: shows a page in the window until a key says something."""

from __future__ import annotations

from dataclasses import dataclass

from labeler.actions import EVERYWHERE, JUDGING, Action, asked
from labeler.window import Closed, Key, Window
from livecam.core.scene import Image

KEYS = {**EVERYWHERE, **JUDGING}


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
            if isinstance(heard, Key) and (action := asked(KEYS, heard.name)):
                return action
