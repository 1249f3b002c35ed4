"""Shows a window until it is closed or q is pressed, and prints each key that it hears; run by test_window."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import cv2
import numpy as np

from livecam.core.types import Frame, Image
from livecam.live.sinks.window import CanvasTransform, WindowSink
from livecam.live.sinks.x11_painting import X11Painter


@dataclass
class Hearing:
    mirrored: bool = False
    fullscreen: bool = False
    finished: bool = False

    def press(self, code: int) -> None:
        print(code & 0xFFFF, flush=True)
        self.finished = code & 0xFFFF == ord("q")
        self.fullscreen ^= code & 0xFFFF == ord("f")

    def quit(self) -> str:
        print("closed", flush=True)
        self.finished = True
        return ""


def dress(canvas: Image, view: CanvasTransform, frame: Frame) -> None:
    """A white square at the top left of the window, whatever is shown."""
    canvas[:20, :20] = 255


def main(width: int, height: int, *, mirrored: bool, fullscreen: bool, stretched: bool, by_opencv: bool) -> None:
    hearing = Hearing(mirrored, fullscreen)
    if by_opencv:  # as where the X server is on another machine

        def of_none(_title: str) -> None:
            return None

        X11Painter.of = of_none  # type: ignore[method-assign, assignment]
    image = np.zeros((height, width, 3), np.uint8)
    image[:, : max(1, width // 2)] = (200, 100, 50)
    with WindowSink(hearing, dress, keeps_ratio=not stretched) as window:
        index = 0
        while not hearing.finished:
            window.show(Frame(image, index, index / 30))
            index += 1
    assert cv2.countNonZero(image[..., 0]) == height * max(1, width // 2), "the picture was drawn on"


if __name__ == "__main__":
    main(
        int(sys.argv[1]),
        int(sys.argv[2]),
        mirrored="mirrored" in sys.argv,
        fullscreen="fullscreen" in sys.argv,
        stretched="stretched" in sys.argv,
        by_opencv="by_opencv" in sys.argv,
    )
