"""`livecam run` with its window, its keys pressed by a person that is xdotool."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from livecam.core.types import Frame, Image
from livecam.live.sinks.video_file import VideoFileSink
from livecam.live.sources.demo import DemoSource
from livecam.live.ui.hud import paint_help, paint_notice
from livecam.live.ui.key_bindings import help_lines
from livecam.settings import EffectSettings
from tests.livecam.live.effects.drawn_face import STYLES
from tests.screen import PATIENCE, Screen, needs_a_screen, wait_until

pytestmark = needs_a_screen

Run = Callable[..., subprocess.Popen[str]]
DEMO = ("-m", "livecam", "run", "--source", "demo", "--size", "1280x720", "--face", "dlib", "--sink", "window")
STILL = DemoSource(1280, 720).frame(0).image


@pytest.fixture
def run(screen: Screen, tmp_path: Path) -> Iterator[Run]:
    """Starts the demo in a window and waits until it fills it; what a test leaves running ends with it."""
    with ExitStack() as stack:
        (tmp_path / "livecam.toml").write_text('[output]\nfolder = "."\n')

        def start(*arguments: str) -> subprocess.Popen[str]:
            program = screen.start(*DEMO, *arguments, folder=tmp_path)
            stack.callback(program.kill)
            screen.painted()
            wait_until(lambda: not is_even(shown(screen)), "a picture that fills the window")
            return program

        yield start


def is_even(picture: Image) -> bool:
    """Whether the last row is all one colour, as it is beside a picture that does not fill the window."""
    return bool((picture[718, 100:1180] == picture[718, 100]).all())


def ended(program: subprocess.Popen[str]) -> str:
    """What the program said, when it has ended well."""
    _, said = program.communicate(timeout=PATIENCE)
    assert program.returncode == 0, said
    return said


def has_hud(picture: Image) -> bool:
    """Whether something lies over the still picture where the HUD is."""
    corner = slice(8, 40), slice(10, 360)
    return bool(cv2.absdiff(picture[corner], STILL[corner]).mean() > 10)


def shown(screen: Screen) -> Image:
    """What is in the window, which is 1280x720."""
    return screen.picture()[:720, :1280]


def pictures(path: Path) -> list[Image]:
    with av.open(path) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


@pytest.mark.parametrize("key", ["q", "Escape"])
def test_a_key_ends_the_program_and_the_recording_is_whole(screen: Screen, run: Run, tmp_path: Path, key: str) -> None:
    program = run("--sink", "out.mp4")
    screen.press(key)
    assert "out.mp4" in ended(program)
    assert len(pictures(tmp_path / "out.mp4")) > 1


def test_closing_the_window_ends_the_program(screen: Screen, run: Run) -> None:
    program = run()
    screen.close_by_mouse()
    program.wait(PATIENCE)
    assert program.returncode == 0


def test_what_is_kept_has_no_hud(screen: Screen, run: Run, tmp_path: Path) -> None:
    still(tmp_path / "still.mkv")
    program = run("--source", "still.mkv", "--sink", "out.mp4")
    wait_until(lambda: has_hud(shown(screen)), "the HUD")
    screen.press("r")
    wait_until(lambda: list(tmp_path.glob("livecam-*.part.mp4")), "a recording")
    screen.press("s")
    wait_until(lambda: list(tmp_path.glob("livecam-*.png")), "a snapshot")
    screen.press("r")
    wait_until(lambda: not list(tmp_path.glob("livecam-*.part.mp4")), "the end of the recording")
    screen.press("q")
    ended(program)
    recorded, snapshot = next(tmp_path.glob("livecam-*.mp4")), next(tmp_path.glob("livecam-*.png"))
    kept = [pictures(tmp_path / "out.mp4"), pictures(recorded), [cv2.imread(str(snapshot))]]
    assert [sum(map(has_hud, found)) / len(found) for found in kept] == [0, 0, 0]


def test_no_hud_hides_it(screen: Screen, run: Run, tmp_path: Path) -> None:
    still(tmp_path / "still.mkv")
    program = run("--source", "still.mkv", "--no-hud")
    hidden = not has_hud(shown(screen))
    screen.press("q")
    ended(program)
    assert hidden


def test_every_key_is_answered_in_the_window(screen: Screen, run: Run, tmp_path: Path) -> None:
    still(tmp_path / "still.mkv")
    program = run("--source", "still.mkv", "--strength", "0", "--pupil", "cpu")
    answers = {
        "m": "mirror on",
        "c": "collecting is off: no queue is open; --queue DIR opens one",
        "e": next_style(),
        "plus": "strength 0.1",
        "minus": "strength 0.0",
        "space": "effect off",
        "p": "pupils by the network (tflite)",
        "4": "spotlight",
    }
    for key, answer in answers.items():
        screen.press(key)
        wait_until(lambda answer=answer: on_screen(screen, lambda canvas: notice(canvas, answer)), f"'{answer}'")
    screen.press("h")
    wait_until(lambda: on_screen(screen, lambda canvas: paint_help(canvas, help_lines(), LINE)), "the help")
    screen.press("q")
    assert "Traceback" not in ended(program)


def test_d_draws_what_is_seen_and_takes_it_away_again(screen: Screen, run: Run, tmp_path: Path) -> None:
    still(tmp_path / "still.mkv")
    program = run("--source", "still.mkv", "--strength", "0", "--no-hud")
    above_notices = slice(600)
    plain = shown(screen)[above_notices]
    screen.press("d")
    wait_until(lambda: (cv2.absdiff(shown(screen)[above_notices], plain) > 50).mean() > 0.001, "debug drawing")
    screen.press("d")
    wait_until(lambda: (cv2.absdiff(shown(screen)[above_notices], plain) > 50).mean() < 0.0001, "the plain picture")
    screen.press("q")
    ended(program)


LINE = 26  # the height of a line of notices and help in a window of 1280x720


def notice(canvas: Image, text: str) -> None:
    paint_notice(canvas, text, LINE)


def on_screen(screen: Screen, paint: Callable[[Image], None]) -> bool:
    """Whether the screen shows what `paint` paints, by the pixels through which no picture shines."""
    on_black, on_white = (np.full((720, 1280, 3), level, np.uint8) for level in (0, 255))
    paint(on_black)
    paint(on_white)
    solid = cv2.absdiff(on_black, on_white).max(axis=2) < 8
    assert solid.any(), "there is nothing to look for"
    return bool(cv2.absdiff(shown(screen), on_black)[solid].max() < 12)


def next_style() -> str:
    names = STYLES
    return names[(names.index(EffectSettings().style) + 1) % len(names)]


def still(path: Path) -> None:
    """A long video of a face that does not move."""
    with VideoFileSink(path) as video:
        for index in range(300):
            video.show(Frame(STILL, index, index / 5))
