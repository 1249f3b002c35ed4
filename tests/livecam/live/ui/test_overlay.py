"""What the window tells, on a clock that the test moves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from livecam.core.types import Image
from livecam.live.collection.collector import ToggleableCollector
from livecam.live.control.run_control import RunControl
from livecam.live.control.status_messages import StatusMessages
from livecam.live.effects.controls import EffectControls
from livecam.live.sinks.recorder import Recorder, Snapshots
from livecam.live.sinks.window import CanvasTransform
from livecam.live.telemetry import Telemetry
from livecam.live.ui.key_bindings import KeyBindings
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
        notices = StatusMessages(self.clock)
        effect, snapshots = EffectControls("saucer", 1.0, True), Snapshots(folder)
        self.controls = KeyBindings(RunControl(effect, pupils, recorder, snapshots, collecting, notices))
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


def test_an_armed_trigger_is_shown_even_without_the_hud(tmp_path: Path) -> None:
    desk = Desk(tmp_path, hud=False)
    desk.dashboard.armed = lambda: ("wink_left",)

    assert differs(desk.dressed(), grey())


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
    desk.telemetry.perceived(make_scene())
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
    one.telemetry.perceived(make_scene(looks=(make_look(), make_look())))
    two.telemetry.perceived(make_scene(looks=(make_look(), unsure)))
    np.testing.assert_array_equal(one.dressed(), two.dressed())


def test_text_stays_readable_where_the_window_shrinks_the_picture(tmp_path: Path) -> None:
    desk, rows = Desk(tmp_path), []
    for screen_pixels in (1.0, 0.25):
        canvas = grey(1280, 720)
        desk.dashboard.draw(canvas, CanvasTransform(screen_pixels=screen_pixels), make_frame())
        rows.append(int((canvas != grey(1280, 720)).any(axis=(1, 2)).sum()))
    assert rows[1] > 2 * rows[0]


def test_escape_leaves_the_help_then_the_full_screen_then_the_program(tmp_path: Path) -> None:
    keys = Desk(tmp_path).controls
    for code in (0xFFC8, 0xFFBE):  # F11, F1
        keys.press(code)
    states = [(keys.helping, keys.fullscreen, keys.control.finished)]
    for _ in range(3):
        keys.press(27)
        states.append((keys.helping, keys.fullscreen, keys.control.finished))
    assert states == [(True, True, False), (False, True, False), (False, False, False), (False, False, True)]


def test_the_window_says_at_first_what_helps_and_what_it_waits_for(tmp_path: Path) -> None:
    waiting, shown = Desk(tmp_path).controls, Desk(tmp_path).controls
    waiting.control.effect.enabled = False
    for keys in (waiting, shown):
        keys.greet()
    assert waiting.notices.current == "space starts the effect, h help"
    assert shown.notices.current == "h help"


def test_the_help_comes_and_goes(tmp_path: Path) -> None:
    desk = Desk(tmp_path, hud=False)
    seen = []
    for _ in range(2):
        desk.controls.press(ord("h"))
        seen.append(differs(desk.dressed(), grey()))
    assert seen == [True, False]
