"""The window: shows the picture, mirrored if wished, with what is drawn only there, and hears the keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Protocol, Self

import cv2
import numpy as np

from livecam.core.display import trouble
from livecam.core.errors import SinkError
from livecam.core.scene import Frame, Image
from livecam.effects.debug import View
from livecam.sinks.fitting import Size
from livecam.sinks.zoom import Rect, Zoom

Dress = Callable[[Image, View, Frame], None]


class Keys(Protocol):
    """Who hears the keys."""

    @property
    def mirrored(self) -> bool: ...

    def press(self, code: int) -> None: ...

    def quit(self) -> str: ...


class Window:
    """A Sink with a keyboard. `dress` draws onto the window's own copy of the picture; closing the window quits."""

    def __init__(
        self, keys: Keys, dress: Dress, *, title: str = "livecam", environment: Mapping[str, str] = os.environ
    ) -> None:
        if problem := trouble(environment):
            raise SinkError(f"no window can be opened: {problem}")
        self._keys, self._dress, self._title = keys, dress, title
        self._zoom = Zoom()
        self._open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def show(self, frame: Frame) -> None:
        """Shows the picture and carries out at most one key."""
        if not self._open:
            self._create(frame.size)
        canvas, view = self._canvas(frame.image)
        self._dress(canvas, view, frame)
        cv2.imshow(self._title, canvas)
        code = cv2.waitKeyEx(1)
        if code != -1:
            self._keys.press(code)
        if cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) < 1:
            self._keys.quit()
            return
        self._zoom.shown(frame.size, Rect(*cv2.getWindowImageRect(self._title)))

    def close(self) -> None:
        if self._open:
            self._open = False
            cv2.destroyAllWindows()
            cv2.waitKey(1)  # lets the window system take it off the screen

    def _create(self, size: Size) -> None:
        cv2.namedWindow(self._title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        scale = min(1280 / size[0], 720 / size[1])
        cv2.resizeWindow(self._title, max(160, round(size[0] * scale)), max(120, round(size[1] * scale)))
        self._open = True

    def _canvas(self, image: Image) -> tuple[Image, View]:
        """The window's own picture, and how it relates to the frame's."""
        height, width = image.shape[:2]
        scale = self._zoom.scale((width, height))
        view = View(scale, self._keys.mirrored, round(width * scale))
        if scale > 1:
            image = cv2.resize(image, (view.width, round(height * scale))).astype(np.uint8, copy=False)
        return (cv2.flip(image, 1).astype(np.uint8, copy=False) if view.mirrored else image.copy()), view
