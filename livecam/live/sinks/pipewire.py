"""The PipeWire camera sink: a camera without a kernel module, which programs find by the desktop's camera portal.

GStreamer's command line makes the node, for PipeWire has no Python package; docs/decisions/pipewire-camera.md
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Thread
from typing import Self

import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import SinkError
from livecam.core.types import Frame, Size
from livecam.live.sinks.encoder import fitted, planes

PACKAGES = "sudo apt-get install gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-pipewire"
_LAUNCH, _INSPECT = "gst-launch-1.0", "gst-inspect-1.0"
_ELEMENTS = {"rawvideoparse": "gstreamer1.0-plugins-base", "pipewiresink": "gstreamer1.0-pipewire"}
_SECONDS = 2.0  # that the program has to end


def pipewire_problem(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """Why there can be no PipeWire camera, and what to do about it; empty when there can."""
    if not platform.startswith("linux"):
        return "PipeWire is for Linux alone; write --sink virtualcam"
    if not shutil.which(_LAUNCH, path=environment.get("PATH")):
        return f"GStreamer is not installed; install it with: {PACKAGES}"
    for element, package in _ELEMENTS.items():
        # Its option --exists asks for version 1.0 of the plug-in too, and PipeWire counts otherwise.
        asked = subprocess.run([_INSPECT, element], env=environment, stdout=subprocess.DEVNULL, check=False)
        if asked.returncode:
            return f"GStreamer has no {element}; install it with: sudo apt-get install {package}"
    if not _socket(environment).exists():
        return "PipeWire does not run; start it with: systemctl --user start pipewire wireplumber"
    return ""


def _socket(environment: Mapping[str, str]) -> Path:
    folder = environment.get("PIPEWIRE_RUNTIME_DIR") or environment.get("XDG_RUNTIME_DIR") or "/nowhere"
    return Path(folder) / environment.get("PIPEWIRE_REMOTE", "pipewire-0")


def pipeline(size: Size, fps: float) -> Sequence[str]:
    """The command that makes a camera of I420 pictures of this size that come at its standard input."""
    width, height = size
    # A sink that lets others fill its buffers crashes before somebody reads (PipeWire 0.3.65): `identity` has it copy.
    return (
        f"{_LAUNCH} --quiet --no-fault fdsrc fd=0 do-timestamp=true ! rawvideoparse use-sink-caps=false format=i420"
        f" width={width} height={height} framerate={round(fps * 1000)}/1000 ! identity drop-allocation=true"
        " ! pipewiresink mode=provide stream-properties="
        "props,media.class=Video/Source,media.role=Camera,node.name=livecam,node.description=livecam"
    ).split()


class PipeWireCamera:
    """A Sink whose size is that of the first frame, in steps of sixteen pixels across and eight down; later frames are
    fitted into it.

    What a reader does not take in time is left out; the picture never waits for it.
    """

    def __init__(self, fps: float, *, environment: Mapping[str, str] = os.environ) -> None:
        if problem := pipewire_problem(environment):
            raise SinkError(f"no PipeWire camera can be made: {problem}")
        self._fps, self._environment = fps, environment
        self._size: Size = (0, 0)
        self._process: subprocess.Popen[bytes] | None = None
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  # what the program writes about its failure
        self._newest: Queue[NDArray[np.uint8] | None] = Queue(1)
        self._thread = Thread(target=self._send_all, name="pipewire camera", daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def show(self, frame: Frame) -> None:
        """Hands over the picture; SinkError when PipeWire is gone."""
        if self._process is None:
            width, height = frame.size
            # With rows that are no multiple of sixteen pixels its readers get nothing (PipeWire 0.3.65).
            self._size = max(16, width - width % 16), max(8, height - height % 8)
            self._process = self._started()
            self._thread.start()
        if self._process.poll() is not None:
            raise SinkError(f"the PipeWire camera stopped: {self._last_words()}")
        picture = planes(fitted(frame.image, self._size))
        with suppress(Empty):
            self._newest.get_nowait()
        with suppress(Full):
            self._newest.put_nowait(picture)

    def close(self) -> None:
        """Takes the camera away. Twice is once."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with suppress(Empty):
            self._newest.get_nowait()
        self._newest.put(None)
        self._thread.join(_SECONDS)
        self._said.close()

    def _started(self) -> subprocess.Popen[bytes]:
        # In a session of its own, so that Ctrl-C ends livecam first.
        return subprocess.Popen(
            pipeline(self._size, self._fps),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            env=self._environment,
            bufsize=0,
            start_new_session=True,
        )

    def _send_all(self) -> None:
        """The thread: the newest picture, whenever the one before is gone."""
        assert self._process is not None
        assert self._process.stdin is not None
        pipe = self._process.stdin
        with suppress(OSError), pipe:  # whoever ends the program is told by `show`
            while (picture := self._newest.get()) is not None:
                left = memoryview(picture.tobytes())
                while left:
                    left = left[pipe.write(left) or 0 :]

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = [line.strip() for line in self._said.read().decode(errors="replace").splitlines() if line.strip()]
        errors = [line.partition("ERROR: ")[2] for line in lines if "ERROR: " in line]
        return (errors or lines or ["GStreamer ended without a word"])[0].rstrip(".")
