"""What the X server is told when a window is painted through shared memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from livecam.live.sinks.x11_painting import X11Painter
from tests.screen import PATIENCE, Screen, needs_a_screen

PAINT = """
import ctypes, time
import cv2, numpy as np
from livecam.core.x11 import connect, window_of_this_process
from livecam.live.sinks.x11_painting import X11Painter
assert X11Painter.of("shown") is None, "there is no window yet"
cv2.namedWindow("shown", cv2.WINDOW_NORMAL)
cv2.resizeWindow("shown", 320, 200)
cv2.imshow("shown", np.zeros((200, 320, 3), np.uint8))
cv2.waitKey(50)
painter = X11Painter.of("shown")
seen = set()
while (320, 200) not in seen:
    canvas = painter.canvas()
    seen.add(canvas.shape[1::-1])
    canvas[:] = (10, 20, 30, 0)
    painter.put()
    cv2.waitKey(5)
print("painted", flush=True)
input()
canvas = painter.canvas()
assert (canvas[0, 0, :3] == (10, 20, 30)).all(), "what was painted is kept"
cv2.resizeWindow("shown", 400, 300)
end = time.monotonic() + 20
while painter.canvas().shape != (300, 400, 4) and time.monotonic() < end:
    cv2.waitKey(5)
assert not painter.canvas().any() and painter.area[2:] == (400, 300)
library, display = connect()
library.XDestroyWindow(display, ctypes.c_ulong(window_of_this_process(library, display, "shown")))
library.XSync(display, 0)
while painter.canvas() is not None and time.monotonic() < end:
    cv2.waitKey(5)
assert painter.canvas() is None, "the window is gone"
painter.close()
"""


@needs_a_screen
def test_a_window_is_painted_whatever_its_size_until_it_is_gone(screen: Screen, tmp_path: Path) -> None:
    script = tmp_path / "paint.py"
    script.write_text(PAINT)
    command = [sys.executable, str(script)]
    root = str(Path(__file__).parents[4])
    with subprocess.Popen(
        command,
        env={**screen.environment, "PYTHONPATH": root},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout
        assert program.stdout.readline().strip() == "painted", program.communicate()
        assert tuple(screen.picture()[150, 300]) == (10, 20, 30)
        _, wrong = program.communicate("\n", timeout=PATIENCE)
    assert program.returncode == 0, wrong


def test_without_an_x_server_opencv_paints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert X11Painter.of("livecam") is None
