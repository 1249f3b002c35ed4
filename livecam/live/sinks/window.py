"""The window sink: shows frames, mirrored if wished, with what is drawn only there, and reads its keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, Self

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.core.errors import SinkError
from livecam.core.keyboard import latin_code
from livecam.core.runtime import display_problem, window_is_gone
from livecam.core.types import Frame, Image, Size, check_image
from livecam.live.sinks.mirrored_picture import PictureConverter
from livecam.live.sinks.window_geometry import Letterbox, ShownArea, WindowMemory, WindowScale, fitted
from livecam.live.sinks.x11_painting import X11Painter


@dataclass(frozen=True, slots=True)
class CanvasTransform:
    """How the window shows a frame: `scale` times as large, perhaps mirrored in its shown `width`."""

    scale: float = 1.0
    mirrored: bool = False
    width: int = 0
    screen_pixels: float = 1.0  # that one pixel of the canvas takes on the screen

    def __call__(self, points: ArrayLike) -> NDArray[np.float64]:
        """Frame pixels to canvas pixels, (..., 2)."""
        moved = (np.asarray(points, np.float64) + 0.5) * self.scale - 0.5
        if self.mirrored:
            moved[..., 0] = self.width - 1 - moved[..., 0]
        return moved


# Draws onto the window's own picture, (h, w, 3) BGR or (h, w, 4) BGRX.
Dress = Callable[[Image, CanvasTransform, Frame], None]


class Keys(Protocol):
    """Who hears the keys."""

    @property
    def mirrored(self) -> bool: ...

    @property
    def fullscreen(self) -> bool: ...

    def press(self, code: int) -> None: ...

    def quit(self) -> str: ...


class WindowSink:
    """A Sink with a keyboard. `dress` draws onto the window's own copy of the picture; closing the window quits."""

    def __init__(
        self,
        keys: Keys,
        dress: Dress,
        *,
        title: str = "livecam",
        memory: WindowMemory | None = None,
        keeps_ratio: bool = True,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        if problem := display_problem(environment):
            raise SinkError(f"no window can be opened: {problem}")
        self._keys, self._dress, self._title, self._memory = keys, dress, title, memory
        self._zoom, self._letterbox = WindowScale(), Letterbox()
        self._open = self._fullscreen = False
        self._keeps_ratio = keeps_ratio
        self._painter: X11Painter | None = None
        self._place: ShownArea | None = None  # of the picture in the window that was painted last
        self._converter = PictureConverter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def show(self, frame: Frame) -> None:
        """Shows the picture and carries out at most one key."""
        if not self._painted(frame):
            self._show_by_opencv(frame)
        code = latin_code(cv2.waitKeyEx(1))
        if code != -1:
            self._keys.press(code)
        if window_is_gone(self._title):
            self._keys.quit()
            return
        try:
            self._fill_screen(self._keys.fullscreen)
            area = self._painter.area if self._painter else self._area_by_opencv(frame.size)
        except cv2.error:  # it was closed this very moment
            self._keys.quit()
            return
        if self._memory and not self._fullscreen:
            self._memory.seen(area)

    def close(self) -> None:
        if self._open:
            self._open = False
            if self._memory:
                self._memory.keep()
            if self._painter:
                self._painter.close()
                self._painter = None
            cv2.destroyAllWindows()
            cv2.waitKey(1)  # lets the window system take it off the screen

    def _painted(self, frame: Frame) -> bool:
        """Paints the window itself, where that can be done; the first picture of a window OpenCV shows."""
        canvas = self._painter.canvas() if self._painter else None
        if self._painter is None or canvas is None:
            return False
        place = fitted(frame.size, self._painter.area) if self._keeps_ratio else self._painter.area
        place = place._replace(x=place.x - self._painter.area.x, y=place.y - self._painter.area.y)
        if place != self._place:
            self._place = place
            canvas[:] = 0  # what bars there are
        picture = canvas[place.y : place.y + place.height, place.x : place.x + place.width]
        self._converter.fill(picture, frame.image, mirrored=self._keys.mirrored)
        view = CanvasTransform(place.width / frame.size[0], self._keys.mirrored, place.width)
        self._dress(picture, view, frame)
        self._painter.put()
        return True

    def _show_by_opencv(self, frame: Frame) -> None:
        made_anew = self._painter is not None or not self._open
        if self._painter:
            self._painter.close()
            self._painter = None
        if not self._open:
            self._create(frame.size)
        canvas, view = self._canvas(frame.image)
        self._dress(canvas, view, frame)
        cv2.imshow(self._title, self._letterbox.framed(canvas))
        if made_anew:
            self._painter, self._place = X11Painter.of(self._title), None

    def _area_by_opencv(self, size: Size) -> ShownArea:
        area = ShownArea(*cv2.getWindowImageRect(self._title))
        self._letterbox.shown(area)
        self._zoom.shown(size, self._letterbox.picture(size, area))
        return area

    def _create(self, size: Size) -> None:
        ratio = cv2.WINDOW_FREERATIO if self._letterbox.paints else cv2.WINDOW_KEEPRATIO
        cv2.namedWindow(self._title, cv2.WINDOW_NORMAL | ratio | cv2.WINDOW_GUI_NORMAL)
        remembered = self._memory.recall() if self._memory else None
        if self._memory and remembered:
            cv2.resizeWindow(self._title, remembered.width, remembered.height)
            self._letterbox.shown(remembered)
            if self._memory.has_place:
                cv2.moveWindow(self._title, remembered.x, remembered.y)
        else:
            scale = min(1280 / size[0], 720 / size[1])
            cv2.resizeWindow(self._title, max(160, round(size[0] * scale)), max(120, round(size[1] * scale)))
        self._open = True

    def _fill_screen(self, wanted: bool) -> None:
        if wanted != self._fullscreen:
            self._fullscreen = wanted
            cv2.setWindowProperty(
                self._title, cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN if wanted else cv2.WINDOW_NORMAL
            )

    def _canvas(self, image: Image) -> tuple[Image, CanvasTransform]:
        """The window's own picture, and how it relates to the frame's."""
        height, width = image.shape[:2]
        scale = self._zoom.scale((width, height))
        shown = round(width * scale)
        view = CanvasTransform(scale, self._keys.mirrored, shown, self._zoom.screen_pixels(shown))
        if scale > 1:
            image = cv2.resize(image, (view.width, round(height * scale))).astype(np.uint8, copy=False)
        return (cv2.flip(image, 1).astype(np.uint8, copy=False) if view.mirrored else image.copy()), view


class PlainWindow:
    """A window for programs of one's own: a Sink without keys of its own but q and escape, which close it."""

    mirrored = False
    fullscreen = False

    def __init__(self, title: str = "livecam", *, keeps_ratio: bool = True) -> None:
        self.closed = False
        self._window = WindowSink(self, _undressed, title=title, keeps_ratio=keeps_ratio)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._window.close()

    def show(self, frame: Frame) -> None:
        """Shows the picture; nothing once the window is closed."""
        check_image(frame.image)
        if not self.closed:
            self._window.show(frame)

    def press(self, code: int) -> None:
        """Takes a key as OpenCV numbers it."""
        if code & 0xFF in _ENDING_KEYS:
            self.quit()

    def quit(self) -> str:
        self.closed = True
        return "closed"


_ENDING_KEYS = frozenset({ord("q"), ord("Q"), 27})


def _undressed(canvas: Image, transform: CanvasTransform, frame: Frame) -> None:
    return None
