"""Detection as a live run has it, beside the loop, but at a moment at which it can be measured."""

from __future__ import annotations

from collections.abc import Sequence

from livecam.core.scene import Image
from livecam.faces.lookout import Detect
from livecam.faces.model import Region


class BetweenFrames:
    """A Lookout that detects when it is told that a frame is done with; the answer is there for the next frame.

    The thread of a live run would do the same at any moment, in one contestant's turn or in another's.
    """

    def __init__(self, detect: Detect) -> None:
        self._detect = detect
        self._wanted: Image | None = None
        self._found: Sequence[Region] | None = None

    def ask(self, image: Image) -> None:
        self._wanted = image

    def answer(self) -> Sequence[Region] | None:
        found, self._found = self._found, None
        return found

    def catch_up(self) -> None:
        """Looks for what was asked for since the last call."""
        image, self._wanted = self._wanted, None
        if image is not None:
            self._found = self._detect(image)
