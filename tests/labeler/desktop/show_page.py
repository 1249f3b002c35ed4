"""Shows a page with a white square, and prints what is done in its window, slowly; run by test_hearing."""

from __future__ import annotations

import time

import numpy as np

from labeler.desktop.window import KeyPressed, LabelerWindow, MouseInput, WindowClosed


def main() -> None:
    page = np.full((720, 1280, 3), 90, np.uint8)
    page[300:400, 900:1000] = 255
    with LabelerWindow() as window:
        window.show(page)
        subject = 0
        heard: KeyPressed | MouseInput | WindowClosed | None = None
        while heard not in {KeyPressed("q"), WindowClosed()}:
            heard = window.hear(1.0)
            if isinstance(heard, KeyPressed):
                print(heard.name + " repeated" * heard.repeated + " unseen" * heard.unseen, flush=True)
                time.sleep(0.05)  # more keys come meanwhile
                if heard.name == "v":
                    time.sleep(0.5)
                    subject += 1
                    window.show(page, subject)
            if isinstance(heard, MouseInput):
                print(heard.button, round(heard.point.x), round(heard.point.y), heard.notches, flush=True)


if __name__ == "__main__":
    main()
