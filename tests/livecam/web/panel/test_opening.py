"""The panel as a command opens it: its port, its link and QR code, and how other programs find it."""

from __future__ import annotations

import json
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.cli.panel import qr_code
from livecam.core.paths import UserFolder, user_folder
from livecam.settings import PanelSettings
from livecam.web.panel.opening import panel, panel_place
from livecam.web.panel.running import announced, running_folder
from tests.livecam.web.panel.steered_run import SteeredRun, steered
from tests.program import Program


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SteeredRun]:
    """A run with the panel on a port of its own; nothing else of this user runs."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with steered(tmp_path) as run, panel_place(PanelSettings(port=0)) as place, panel(place, run.live):
        yield run


def test_control_steers_the_run_that_goes_on(served: SteeredRun, program: Program) -> None:
    said = [program("control", *words) for words in (("effect", "swirl"), ("strength", "0.5"), ("panic",), ("toggle",))]
    told = json.loads(program("control", "status", "--json").out)

    assert [(each.code, each.out.strip(), each.err) for each in said] == [
        (0, "swirl", ""),
        (0, "strength 0.5", ""),
        (0, "everything is off", ""),
        (0, "effect on", ""),
    ]
    assert (told["effect"], told["strength"], told["on"]) == ("swirl", 0.5, True)


def test_control_says_what_cannot_be_in_one_line(served: SteeredRun, program: Program) -> None:
    refused = program("control", "effect", "swrl")

    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert "did you mean 'swirl'" in refused.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_where_a_run_is_stands_in_a_file_for_its_owner_alone(served: SteeredRun) -> None:
    (file,) = running_folder().iterdir()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((user_folder(UserFolder.STATE) / "panel.token").stat().st_mode) == 0o600


def test_without_a_run_control_says_so_in_one_line(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    alone = program("control", "toggle")

    assert (alone.code, alone.err) == (
        2,
        "livecam: no run with a panel goes on; start one with: livecam run --panel\n",
    )


def test_what_a_killed_run_left_behind_is_passed_over_and_removed(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with announced(f"http://127.0.0.1:{port}/", "x" * 43):
        assert program("control", "toggle").code == 2
        assert not list(running_folder().iterdir())


def test_a_port_in_use_is_told_before_anything_is_opened(program: Program) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = program("run", "--source", "demo", "--sink", "null", "--panel", "--panel-port", port)

    assert (refused.code, refused.out) == (2, "")
    assert f"port {port} cannot be used (in use); name another with --panel-port" in refused.err


def test_a_phone_reads_the_link_from_the_qr_code() -> None:
    link = "http://192.0.2.17:8766/?token=P1IZ3MleM-cR0OXSBs9j8w1zyC4bCd_y6JrJ2OhkLYk"
    halves = {"\u2588": (255, 255), "\u2580": (255, 0), "\u2584": (0, 255), " ": (0, 0)}
    drawn = np.array([[halves[letter] for letter in line] for line in qr_code(link).splitlines()], np.uint8)
    modules = drawn.transpose(0, 2, 1).reshape(-1, drawn.shape[1])
    found, _, _ = cv2.QRCodeDetector().detectAndDecode(np.kron(modules, np.ones((8, 8), np.uint8)))

    assert found == link


def test_garbage_on_the_socket_ends_nothing(served: SteeredRun, program: Program) -> None:
    address = json.loads(next(running_folder().iterdir()).read_text())["address"]
    port = int(address.rsplit(":", 1)[1].strip("/"))
    for garbage in (b"\x16\x03\x01\x02\x00" * 200, b"GET / HTTP/9.9\r\n\r\n", b"POST /api/v1/toggle HTTP/1.1\r\n" * 3):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
            client.sendall(garbage)
            client.shutdown(socket.SHUT_WR)
            client.recv(100)

    assert program("control", "status").code == 0
