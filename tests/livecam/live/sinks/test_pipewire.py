"""The PipeWire camera: what is missing is said, and pictures reach a reader of the system's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.errors import SinkError
from livecam.core.types import Image
from livecam.live.sinks.encoder import planes
from livecam.live.sinks.pipewire import PipeWireCamera, pipewire_problem
from tests.fakes import grey, make_frame
from tests.screen import wait_until

SENT = "cat > sent.i420"
GREY = planes(grey(64, 48)).tobytes()


class Computer:
    """A computer with GStreamer and PipeWire as small scripts; `launch` is what the pipeline does."""

    def __init__(self, folder: Path, launch: str = SENT) -> None:
        self.folder = folder
        (folder / "pipewire-0").touch()
        self.script("gst-launch-1.0", f'cd {folder}; echo "$@" > command; exec {launch}')
        self.script("gst-inspect-1.0", "exit 0")
        self.environment = {"PATH": f"{folder}:{os.environ['PATH']}", "XDG_RUNTIME_DIR": str(folder)}

    def script(self, name: str, text: str) -> None:
        (self.folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.folder / name).chmod(0o755)

    def sent(self) -> bytes:
        file = self.folder / "sent.i420"
        return file.read_bytes() if file.exists() else b""


def test_what_is_missing_is_named_with_the_command_that_installs_or_starts_it(tmp_path: Path) -> None:
    computer = Computer(tmp_path)
    said = [pipewire_problem(computer.environment), pipewire_problem({**computer.environment, "PATH": "/nowhere"})]
    (tmp_path / "pipewire-0").unlink()
    said.append(pipewire_problem(computer.environment))
    computer.script("gst-inspect-1.0", "[ $1 != pipewiresink ]")
    said.append(pipewire_problem(computer.environment))
    said.append(pipewire_problem(computer.environment, platform="win32"))
    assert [each.rpartition("; ")[2] for each in said] == [
        "",
        "install it with: sudo apt-get install gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-pipewire",
        "start it with: systemctl --user start pipewire wireplumber",
        "install it with: sudo apt-get install gstreamer1.0-pipewire",
        "write --sink virtualcam",
    ]


def test_without_it_the_sink_is_one_line() -> None:
    with pytest.raises(SinkError, match="no PipeWire camera can be made: GStreamer is not installed; install it with"):
        PipeWireCamera(30, environment={"PATH": "/nowhere"})


def test_pictures_go_in_whole_and_in_the_size_of_the_first(tmp_path: Path) -> None:
    computer = Computer(tmp_path)
    with PipeWireCamera(30, environment=computer.environment) as sink:
        for size in ((70, 51), (64, 48)):
            before = len(computer.sent())
            sink.show(make_frame(grey(*size)))
            wait_until(lambda grown=before: len(computer.sent()) > grown, "a picture")  # type: ignore[misc]
        wait_until(lambda: len(computer.sent()) == 2 * len(GREY), "whole pictures")
    assert computer.sent()[len(GREY) :] == GREY
    assert "width=64 height=48 framerate=30000/1000" in (tmp_path / "command").read_text()


def test_a_reader_that_takes_nothing_never_holds_up_the_picture(tmp_path: Path) -> None:
    with PipeWireCamera(30, environment=Computer(tmp_path, "sleep 100").environment) as sink:
        for index in range(50):
            sink.show(make_frame(index=index))


def test_a_pipewire_that_goes_is_told_with_its_own_words(tmp_path: Path) -> None:
    launch = 'sh -c "echo ERROR: from element: target not found. >&2"'
    stopped = pytest.raises(SinkError, match="the PipeWire camera stopped: from element: target not found")
    with PipeWireCamera(30, environment=Computer(tmp_path, launch).environment) as sink, stopped:
        wait_until(lambda: sink.show(make_frame()), "its end")


PROGRAMS = ("pipewire", "wireplumber", "dbus-run-session", "gst-launch-1.0", "pw-cli")
MISSING = [program for program in PROGRAMS if shutil.which(program) is None]


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[dict[str, str]]:
    """PipeWire and its session manager, on a bus and in a folder of their own."""
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    environment.pop("PIPEWIRE_RUNTIME_DIR", None)
    # The session manager ends where it finds no PipeWire.
    there = f"until [ -S {tmp_path}/pipewire-0 ]; do sleep 0.02; done"
    script = f"pipewire & p=$!; {there}; wireplumber & w=$!; read line; kill $p $w"
    command = ["dbus-run-session", "--", "sh", "-c", script]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet) as running:
        wait_until(lambda: "WirePlumber" in listed(environment, "Client"), "the session manager")
        yield environment
        assert running.stdin is not None
        running.stdin.close()


def listed(environment: dict[str, str], kind: str) -> str:
    asked = subprocess.run(["pw-cli", "ls", kind], env=environment, capture_output=True, text=True, check=False)
    return asked.stdout


def read(environment: dict[str, str], file: Path, size: tuple[int, int]) -> Image:
    """The last of three pictures, as GStreamer's own reader gets them."""
    source = "pipewiresrc target-object=livecam num-buffers=3 ! videoconvert ! video/x-raw,format=BGR"
    command = ["gst-launch-1.0", "-q", *source.split(), "!", "filesink", f"location={file}"]
    subprocess.run(command, env=environment, check=True, timeout=60, capture_output=True)
    return np.frombuffer(file.read_bytes(), np.uint8).reshape(3, size[1], size[0], 3)[-1]


@pytest.mark.skipif(bool(MISSING) or bool(pipewire_problem({**os.environ, "XDG_RUNTIME_DIR": "/"}).startswith("G")),
                    reason=f"not installed: {', '.join(MISSING) or 'GStreamer for PipeWire'}")  # fmt: skip
def test_a_reader_of_the_system_gets_the_picture_and_so_does_the_next(desktop: dict[str, str], tmp_path: Path) -> None:
    picture = cv2.merge([np.full((480, 656), level, np.uint8) for level in (200, 90, 40)]).astype(np.uint8)
    picture[:, :328] = 255 - picture[:, :328]
    with PipeWireCamera(30, environment=desktop) as sink:
        sink.show(make_frame(picture))
        wait_until(lambda: 'node.name = "livecam"' in listed(desktop, "Node"), "the camera")
        feeding = Feeder(sink, picture)
        seen = [read(desktop, tmp_path / name, (656, 480)) for name in ("first", "second")]
        feeding.stop()
    assert [np.abs(each.astype(int) - picture)[:, [100, 500]].max() < 6 for each in seen] == [True, True]
    wait_until(lambda: 'node.name = "livecam"' not in listed(desktop, "Node"), "the camera to go")


class Feeder:
    """Shows a picture over and over, as a run does."""

    def __init__(self, sink: PipeWireCamera, picture: Image) -> None:
        from threading import Event, Thread

        self._sink, self._picture, self._end = sink, picture, Event()
        self._thread = Thread(target=self._feed)
        self._thread.start()

    def _feed(self) -> None:
        while not self._end.wait(1 / 30):
            self._sink.show(make_frame(self._picture))

    def stop(self) -> None:
        self._end.set()
        self._thread.join()
