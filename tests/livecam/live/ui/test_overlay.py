"""What the window tells, on a clock that the test moves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from livecam.core.types import Image
from livecam.live.collection.collector import ToggleableCollector
from livecam.live.effects.controls import EffectControls
from livecam.live.sinks.recorder import Recorder, Snapshots
from livecam.live.sinks.window import CanvasTransform
from livecam.live.telemetry import Telemetry
from livecam.live.ui.key_bindings import KeyBindings, StatusMessages
from livecam.live.ui.overlay import WindowOverlay
from livecam.perception.pupils.factory import SwitchableDetector
from tests.fakes import FakePupilDetector, grey, make_frame, make_look, make_scene


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A dashboard with everything it tells about."""

    def __init__(self, folder: Path, *, hud: bool = True) -> None:
        self.clock = Clock()
        self.telemetry = Telemetry(clock=self.clock, warm_up=0)
        pupils = SwitchableDetector({"cpu": FakePupilDetector, "tflite": FakePupilDetector}, "cpu")
        recorder, collecting = Recorder(folder, say=print), ToggleableCollector()
        self.controls = KeyBindings(
            effect=EffectControls("saucer", 1.0, True),
            pupils=pupils,
            recorder=recorder,
            snapshots=Snapshots(folder),
            collecting=collecting,
            notices=StatusMessages(self.clock),
        )
        self.dashboard = WindowOverlay(
            telemetry=self.telemetry,
            controls=self.controls,
            pupils=pupils,
            recorder=recorder,
            collecting=collecting,
            faces="dlib",
            hud=hud,
        )

    def dressed(self, notice: str = "") -> Image:
        canvas = grey()
        self.dashboard.draw(canvas, CanvasTransform(), make_frame(notice=notice))
        return canvas


def differs(first: Image, second: Image) -> bool:
    return bool((first != second).any())


def test_without_the_hud_the_picture_is_left_alone(tmp_path: Path) -> None:
    assert not differs(Desk(tmp_path, hud=False).dressed(), grey())


def test_a_notice_of_the_source_is_shown_even_without_the_hud(tmp_path: Path) -> None:
    bottom = Desk(tmp_path, hud=False).dressed("camera lost, reconnecting")[400:]
    assert differs(bottom, grey()[400:])


def test_the_source_is_heard_before_the_keys(tmp_path: Path) -> None:
    desk, quiet = Desk(tmp_path), Desk(tmp_path)
    desk.controls.notices.say("strength 0.7")
    assert not differs(desk.dressed("camera lost, reconnecting"), quiet.dressed("camera lost, reconnecting"))


def test_figures_are_renewed_four_times_a_second(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    first = desk.dressed()
    desk.controls.pupils.next()
    shown = []
    for seconds in (0.2, 0.26):
        desk.clock.now = 50.0 + seconds
        shown.append(differs(desk.dressed(), first))
    assert shown == [False, True]


def test_debug_drawing_shows_the_last_scene_and_is_off_at_first(tmp_path: Path) -> None:
    desk = Desk(tmp_path, hud=False)
    desk.telemetry.perceived(make_scene())
    plain = desk.dressed()
    desk.controls.press(ord("d"))
    assert (differs(plain, grey()), differs(desk.dressed(), grey())) == (False, True)


def test_the_confidence_is_that_of_the_first_face(tmp_path: Path) -> None:
    one, two = Desk(tmp_path), Desk(tmp_path)
    unsure = replace(make_look(), left=None, right=None)
    one.telemetry.perceived(make_scene(looks=(make_look(),)))
    two.telemetry.perceived(make_scene(looks=(make_look(), unsure)))
    np.testing.assert_array_equal(one.dressed(), two.dressed())


def test_the_help_comes_and_goes(tmp_path: Path) -> None:
    desk = Desk(tmp_path, hud=False)
    seen = []
    for _ in range(2):
        desk.controls.press(ord("h"))
        seen.append(differs(desk.dressed(), grey()))
    assert seen == [True, False]
