"""`livecam run --effect spotlight`, on faces and on targets."""

from __future__ import annotations

from pathlib import Path

import av
import cv2

from livecam.core.assets import asset
from livecam.core.types import Image
from tests.livecam.perception.targets.networks import page_with
from tests.program import Program

TARGETS = Path(__file__).parents[1] / "perception/targets/red_discs.tflite"


def last_picture(path: Path) -> Image:
    with av.open(str(path)) as container:
        *_, last = container.decode(video=0)
        return last.to_ndarray(format="bgr24")


def test_everything_is_dark_but_the_face_of_the_demo(program: Program, tmp_path: Path) -> None:
    demo = ("--source", "demo", "--size", "640x480", "--face", "dlib", "--frames", 5)
    program("run", *demo, "--effect", "spotlight", "--sink", "out.mp4")
    program("run", *demo, "--strength", "0", "--sink", "plain.mp4")
    lit, plain = (last_picture(tmp_path / name).astype(float) for name in ("out.mp4", "plain.mp4"))
    # The demo's face moves about the middle of the frame.
    assert abs(lit[190:240, 300:360].mean() / plain[190:240, 300:360].mean() - 1) < 0.05
    assert lit[:, :100].mean() < 0.4 * plain[:, :100].mean()


def test_with_a_target_model_everything_is_dark_but_the_target(program: Program, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "page.png"), page_with((400, 300, 1)))
    flags = ("--source", "page.png", "--face", "dlib", "--effect", "spotlight", "--model", TARGETS)
    assert program("run", *flags, "--sink", "out.mp4").code == 0
    picture = last_picture(tmp_path / "out.mp4")
    assert picture[295:305, 395:405, 2].min() > 200
    assert picture[50:150, 50:300].max() < 60


def test_each_page_of_a_folder_is_lit_at_its_own_target(program: Program, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    for name, place in (("1", (400, 300)), ("2", (100, 100))):
        cv2.imwrite(str(tmp_path / f"pages/{name}.png"), page_with((*place, 1)))
    flags = ("--source", "pages", "--face", "dlib", "--effect", "spotlight", "--model", TARGETS)
    assert program("run", *flags, "--sink", "out.mp4").code == 0
    picture = last_picture(tmp_path / "out.mp4")
    assert picture[95:105, 95:105, 2].min() > 200
    assert picture[250:350, 350:450].max() < 60


def test_a_target_model_without_the_spotlight_says_what_it_goes_with(program: Program) -> None:
    code, _, err = program("run", "--source", "demo", "--face", "dlib", "--model", TARGETS, "--sink", "out.mp4")
    assert (code, "finds targets, not pupils; it goes with `livecam find` or --effect spotlight" in err) == (2, True)


def test_a_model_of_pupils_stays_one_with_the_spotlight(program: Program) -> None:
    flags = ("--source", "demo", "--size", "320x240", "--face", "dlib", "--frames", 2, "--sink", "out.mp4")
    assert program("run", *flags, "--effect", "spotlight", "--model", asset("models/pupil.tflite")).code == 0
