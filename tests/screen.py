"""A private X server to open windows on, the keys and the mouse of a person before it."""

from __future__ import annotations

import ctypes
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from livecam.core.types import Image

TOOLS = ("Xvfb", "xdotool")
_MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
needs_a_screen = pytest.mark.skipif(bool(_MISSING), reason=f"not installed: {', '.join(_MISSING)}")
PATIENCE = 30.0  # seconds until a thing that should happen has failed to


def wait_until(happened: Callable[[], object], what: str) -> None:
    """Returns as soon as it happened, AssertionError when it does not."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


class Screen:
    """One X server and the program that runs on it."""

    def __init__(self, display: str, memory: Path) -> None:
        self.display = display
        self._memory = memory
        self.environment = {key: value for key, value in os.environ.items() if key != "WAYLAND_DISPLAY"}
        self.environment["DISPLAY"] = display
        self._program: subprocess.Popen[str] | None = None

    def start(self, *arguments: str | Path, folder: Path) -> subprocess.Popen[str]:
        """`python ARGUMENTS` in a folder, with this display."""
        root = str(Path(__file__).parents[1])
        environment = {**self.environment, "PYTHONPATH": root, "OMP_NUM_THREADS": "1"}
        self._program = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        return self._program

    def window(self, title: str = "livecam") -> str:
        """The id of the window, as soon as there is one."""
        found: list[str] = []

        def there() -> list[str]:
            program = self._program
            ended = program is not None and program.poll() is not None
            found[:] = self._xdotool("search", "--onlyvisible", "--name", f"^{title}$", check=False).split()
            assert found or not (program and ended), (program.returncode, *program.communicate())
            return found

        wait_until(there, f"a window named {title}")
        return found[-1]

    def painted(self, title: str = "livecam") -> None:
        """Returns when the window shows something.

        Without a window manager the first window of Qt 5 stays unpainted now and then, on a busy machine one in five
        (Xvfb, OpenCV 4.11, whatever the program does); taken off the screen and put back, it is painted.
        """
        window, patience = self.window(title), time.monotonic() + 2.0

        def shows() -> bool:
            nonlocal patience
            if time.monotonic() > patience:
                self._xdotool("windowunmap", "--sync", window, "windowmap", "--sync", window)
                patience = time.monotonic() + 2.0
            return bool(self.picture().any())

        wait_until(shows, "the first picture")

    def press(self, *keys: str, title: str = "livecam") -> None:
        """Keys by their X names, to the window of that title as soon as there is one."""
        to_window = ("--window", self.window(title))
        self._xdotool(*(["key", *to_window, *keys[:-1]] if keys[1:] else []), "keydown", *to_window, keys[-1])
        # By now the key may have ended the program, and there is no window to tell that it is up again.
        self._xdotool("keyup", *to_window, keys[-1], check=False)

    def place(self, *keycodes: int, title: str = "livecam") -> None:
        """Keys by where they are: X11 key codes."""
        self._xdotool("key", "--window", self.window(title), *map(str, keycodes))

    def layout(self, name: str) -> None:
        """The keyboard that is plugged in: names of xkeyboard-config, several with commas between them."""
        subprocess.run(["setxkbmap", *name.split()], env=self.environment, timeout=PATIENCE, check=True)

    def hold(self, keycode: int, seconds: float, title: str = "livecam") -> None:
        """A key held down so long, which the X server repeats; it goes to the window that has the keyboard."""
        window = self.window(title)
        self._xdotool("windowfocus", "--sync", window, "keydown", str(keycode), "sleep", str(seconds))
        self._xdotool("keyup", str(keycode))

    def strike(self, *keycodes: int, title: str = "livecam") -> None:
        """Keys by where they are, from the keyboard itself, so that the X server says when."""
        self._xdotool("windowfocus", "--sync", self.window(title), "key", *map(str, keycodes))

    def click(self, x: int, y: int, title: str = "livecam") -> None:
        """The left button, at a pixel of the window."""
        self._xdotool("mousemove", "--window", self.window(title), str(x), str(y), "click", "1")

    def wheel(self, notches: int) -> None:
        """Where the mouse is; upwards is positive."""
        self._xdotool("click", "--repeat", str(abs(notches)), "4" if notches > 0 else "5")

    def resize(self, width: int, height: int, title: str = "livecam") -> None:
        self._xdotool("windowsize", self.window(title), str(width), str(height))

    def close_by_mouse(self, title: str = "livecam") -> None:
        """What a window manager sends when a person clicks on the cross."""
        _send_delete(self.display, int(self.window(title)))

    def picture(self) -> Image:
        """What is on the screen now, BGR."""
        dump = self._memory.read_bytes()
        # An X window dump: 25 numbers, a name, the colour map in 12 bytes each, then the pixels as BGRX.
        header = struct.unpack_from(">25I", dump)
        height, row, start = header[5], header[12], header[0] + header[19] * 12
        pixels = np.frombuffer(dump, np.uint8, height * row, start).reshape(height, -1, 4)
        return pixels[:, : header[4], :3].copy()

    def _xdotool(self, *arguments: str, check: bool = True) -> str:
        ran = subprocess.run(
            ["xdotool", *arguments], env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=check
        )
        return ran.stdout


# Keyboards of other scripts, and one with Latin letters in a second group.
OTHER_SCRIPTS = ("ru", "gr", "il", "ara", "kr", "us,ru", "-layout ru,us")


@contextmanager
def private_screen() -> Iterator[Screen]:
    """An X server that nobody else uses, on the first free display; it keeps what it shows in a file."""
    read, write = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp", "-noreset"]
        server = subprocess.Popen(
            [*command, "-nocursor", "-fbdir", folder], pass_fds=[write], stderr=subprocess.DEVNULL
        )
        os.close(write)
        try:
            with os.fdopen(read) as answer:
                yield Screen(f":{answer.readline().strip()}", Path(folder) / "Xvfb_screen0")
        finally:
            server.terminate()
            server.wait()


class _ClientMessage(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("rest", ctypes.c_long * 12),  # an XEvent is a union of 24 longs
    ]


def _send_delete(display_name: str, window: int) -> None:
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(display_name.encode()))
    protocols, delete = (x11.XInternAtom(display, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW"))
    event = _ClientMessage(type=33, window=window, message_type=protocols, format=32)
    event.data[0] = delete
    x11.XSendEvent(display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(event))
    x11.XCloseDisplay(display)
