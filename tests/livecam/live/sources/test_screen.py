"""The screen as a source: which one, how often, and what is said where none can be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest

from livecam.core.errors import SourceError
from livecam.live.collection.factory import is_enabled
from livecam.live.sources.camera import CameraSource
from livecam.live.sources.factory import is_live, open_source, shows_person
from livecam.live.sources.screen import ScreenCapture, open_screen
from livecam.settings import CollectSettings, SourceSettings
from tests.livecam.live.sources.test_camera import QUICK, endless, opener_of
from tests.screen import Screen, wait_until

exception = pytest.importorskip("mss.exception")
X11 = {"DISPLAY": ":0"}


class FakeShot(NamedTuple):
    raw: bytearray
    width: int
    height: int


class FakeGrabber:
    """Two monitors beside each other, of which the right one is the first; each is as bright as it is far right."""

    def __init__(self) -> None:
        self.closed = self.gone = False
        left, right = ({"left": x, "top": 0, "width": 8, "height": 4, "is_primary": x > 0} for x in (0, 8))
        self.monitors: Sequence[Mapping[str, Any]] = [{"left": 0, "top": 0, "width": 16, "height": 4}, left, right]

    def grab(self, monitor: Mapping[str, Any], /) -> FakeShot:
        if self.gone:
            raise exception.ScreenShotError("gone")
        return FakeShot(bytearray([monitor["left"], 1, 2, 255] * 32), 8, 4)

    def close(self) -> None:
        self.closed = True


def opened(name: str, grabber: FakeGrabber, monkeypatch: pytest.MonkeyPatch) -> ScreenCapture:
    monkeypatch.setattr("livecam.live.sources.screen.display_problem", lambda environment: "")
    return open_screen(name, 30.0, environment=X11, opened=lambda environment: grabber)


@pytest.mark.parametrize(("name", "left"), [("screen:", 8), ("screen:1", 0), ("SCREEN: 2", 8)])
def test_a_number_takes_that_screen_and_none_the_first(name: str, left: int, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = opened(name, FakeGrabber(), monkeypatch).read()
    assert picture is not None
    assert (picture.shape, picture[0, 0].tolist()) == ((4, 8, 3), [left, 1, 2])


def test_a_screen_there_is_not_is_answered_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    grabber = FakeGrabber()
    with pytest.raises(SourceError, match=r"there is no screen:3; screens found: screen:1 \(8x4\), screen:2 \(8x4\)"):
        opened("screen:3", grabber, monkeypatch)
    assert grabber.closed


@pytest.mark.parametrize("name", ["screen:x", "screen:-1", "screen:1.5", "screen:²"])
def test_what_is_no_number_is_said(name: str) -> None:
    with pytest.raises(SourceError, match=f"'{name}' is no screen; write screen: for the first, or screen:N"):
        open_screen(name, 30.0, environment=X11)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "no screen can be captured: there is no display"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "Wayland shows programs no screen; log in to a session of"),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, "let OBS capture it and write --source 'OBS Virtual Cam"),
        ({"DISPLAY": ":9876"}, "no screen can be captured: the display :9876 does not answer"),
    ],
)  # fmt: skip
def test_without_a_screen_to_see_it_says_what_to_do(environment: dict[str, str], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        open_screen("screen:", 30.0, environment=environment)


def test_pictures_come_at_their_rate_and_none_is_made_up_for() -> None:
    now, slept = [10.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 6))
        now[0] += seconds

    capture = ScreenCapture(FakeGrabber(), {"left": 0}, 4.0, clock=lambda: now[0], sleep=sleep)
    for pause in (0.0, 3.0, 0.0, 0.0, 0.0):
        capture.read()
        now[0] += pause
    assert slept == [0.25, 0.25]


def test_a_screen_that_is_gone_gives_no_picture_and_is_no_crash() -> None:
    grabber = FakeGrabber()
    grabber.gone = True
    assert ScreenCapture(grabber, {"left": 0}, 1000.0).read() is None


def test_a_screen_is_live_but_neither_mirrored_nor_kept() -> None:
    with CameraSource(opener_of(endless()), patience=QUICK, shows_person=False) as source:
        assert (is_live(source), shows_person(source), is_enabled(CollectSettings(), source)) == (True, False, False)


def test_what_is_on_the_screen_is_what_comes(screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any program will do that shows a picture: here one of a single colour that is nowhere else."""
    cv2.imwrite(str(tmp_path / "green.png"), np.full((300, 400, 3), (40, 200, 90), np.uint8))
    show = "import cv2; cv2.imshow('green', cv2.imread('green.png')); cv2.waitKey(60000)"
    screen.start("-c", show, folder=tmp_path)
    monkeypatch.setenv("DISPLAY", screen.display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("XDG_SESSION_TYPE", raising=False)
    source = open_source(SourceSettings(source="screen:", fps=30), paced=False)
    assert isinstance(source, CameraSource)
    with source:
        frames = iter(source)
        wait_until(lambda: (next(frames).image == (40, 200, 90)).all(axis=2).sum() > 100_000, "the picture")
        assert next(frames).size == (1400, 900)
