"""`livecam locate`, as the scorer and other programs call it."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.assets import asset
from livecam.live.sources.demo import DemoSource
from tests.program import Program


def picture(path: Path, image: object) -> Path:
    assert cv2.imwrite(str(path), image)  # type: ignore[call-overload]
    return path


def test_one_line_an_image_in_order_and_the_others_are_done_when_one_cannot_be_read(
    program: Program, tmp_path: Path
) -> None:
    (tmp_path / "noise.jpg").write_bytes(bytes(range(256)) * 9)
    images = [tmp_path / "noise.jpg", asset("demo/portrait.png"), tmp_path / "absent.png"]
    code, out, _ = program("locate", *images, "--face", "dlib", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["image"] for line in lines] == [str(image) for image in images]
    assert [code, *("error" in line for line in lines)] == [1, True, False, True]


def test_the_pupils_of_the_demo_are_where_they_truly_are(program: Program, tmp_path: Path) -> None:
    demo = DemoSource(640, 480)
    image = picture(tmp_path / "demo.png", demo.frame(40).image)
    truth = demo.truth(40 / 30)
    code, out, _ = program("locate", image, "--face", "dlib", "--pupil", "cpu", "--json")
    face = json.loads(out)["faces"][0]
    assert truth.left is not None
    assert truth.right is not None
    unit = np.hypot(*np.subtract(truth.left.centre, truth.right.centre))
    off = [np.hypot(face[s]["x"] - t.centre.x, face[s]["y"] - t.centre.y) / unit for s, t in truth._asdict().items()]
    assert code == 0
    assert max(off) < 0.05


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("dot.png", np.zeros((1, 1, 3), np.uint8)),
        ("grey.png", np.full((50, 40), 128, np.uint8)),
        ("deep.png", np.full((50, 40, 3), 40_000, np.uint16)),
        ("alpha.png", np.full((50, 40, 4), 99, np.uint8)),
        ("sliver.png", np.full((3, 1500, 3), 99, np.uint8)),
    ],
)
def test_a_picture_of_any_kind_without_a_face_is_an_empty_list(
    program: Program, tmp_path: Path, name: str, image: object
) -> None:
    code, out, _ = program("locate", picture(tmp_path / name, image), "--face", "dlib", "--json")
    assert (code, json.loads(out)["faces"]) == (0, [])


def test_ten_faces_are_found_the_largest_first(program: Program, tmp_path: Path) -> None:
    portrait = cv2.imread(str(asset("demo/portrait.png")))[20:270, 120:330]
    sheet = np.vstack([np.hstack([portrait] * 5)] * 2)
    sheet[:250, :210] = cv2.resize(portrait[30:220, 25:185], (210, 250))
    code, out, _ = program(
        "locate", picture(tmp_path / "ten.png", sheet), "--face", "dlib", "--max-faces", 12, "--json"
    )
    areas = [face["box"][2] * face["box"][3] for face in json.loads(out)["faces"]]
    assert (code, len(areas)) == (0, 10)
    # Two of one size may change places.
    assert all(one > 0.99 * next_one for one, next_one in pairwise(areas))


def test_a_face_half_outside_the_picture_is_no_error(program: Program, tmp_path: Path) -> None:
    portrait = cv2.imread(str(asset("demo/portrait.png")))
    code, out, _ = program("locate", picture(tmp_path / "half.png", portrait[:, 215:]), "--face", "dlib", "--json")
    assert code == 0
    assert "faces" in json.loads(out)


def test_without_json_a_picture_is_written_beside_each_image(program: Program, tmp_path: Path) -> None:
    image = picture(tmp_path / "demo.png", DemoSource(320, 240).frame(0).image)
    code, out, _ = program("locate", image, "--face", "dlib")
    located = cv2.imread(str(tmp_path / "demo_located.png"))
    assert (code, out.strip(), located.shape) == (0, str(tmp_path / "demo_located.png"), (240, 320, 3))


def test_a_model_without_its_card_says_so_and_exits_with_2(program: Program, tmp_path: Path) -> None:
    model = tmp_path / "mine.tflite"
    model.write_bytes(bytes(range(256)))
    code, _, err = program("locate", asset("demo/portrait.png"), "--pupil", "tflite", "--model", model)
    assert code == 2
    assert "mine.json (no such file or directory); a model is a .tflite with its .json card beside it" in err


def test_a_model_of_targets_says_which_kind_is_wanted(program: Program) -> None:
    code, _, err = program("locate", asset("demo/portrait.png"), "--model", asset("models/waldo.tflite"))
    assert (code, "is a model for `livecam find`; a pupil model is wanted here" in err) == (2, True)


def test_a_folder_that_is_not_there_is_said_before_any_picture_is_read(program: Program, tmp_path: Path) -> None:
    code, out, err = program("locate", asset("demo/portrait.png"), "--out", tmp_path / "absent")
    assert (code, out) == (2, "")
    assert "absent', which is no folder" in err


def test_faces_beyond_the_number_asked_for_are_named(program: Program, tmp_path: Path) -> None:
    portrait = cv2.imread(str(asset("demo/portrait.png")))[20:270, 120:330]
    sheet = picture(tmp_path / "four.png", np.hstack([portrait] * 4))
    code, out, err = program("locate", sheet, "--face", "dlib", "--max-faces", 3, "--json")
    found = json.loads(out)
    (left_out,) = found["left_out"]
    assert (code, len(found["faces"]), sorted(left_out)) == (0, 3, ["box", "confidence"])
    x, y = (left_out["box"][0] + left_out["box"][2] / 2, left_out["box"][1] + left_out["box"][3] / 2)
    assert f"has 4 faces, of which the 3 largest are taken and not those at ({x:.0f}, {y:.0f})" in err
    assert "--max-faces 4 takes all of them" in err


def test_a_model_that_would_not_be_used_is_refused(program: Program) -> None:
    code, _, err = program("locate", asset("demo/portrait.png"), "--pupil", "cpu", "--model", "my.tflite")
    assert code == 2
    assert "--model my.tflite is for --pupil tflite, and cpu uses no model; leave one of them out" in err


def test_a_name_that_no_file_can_have_is_refused_in_one_line(program: Program) -> None:
    code, _, err = program("locate", asset("demo/portrait.png"), "--out", "x" * 300)
    assert code == 2
    assert err.startswith(f"livecam: '{'x' * 40}…' is too long for the name of a file, with 300 letters")


def located(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*_located.png"))


def test_a_folder_is_its_pictures_without_what_was_drawn_of_them(program: Program, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.png", "in/b.jpg"):
        picture(tmp_path / name, np.zeros((40, 40, 3), np.uint8))
    for _ in range(2):
        assert program("locate", tmp_path).code == 0
    assert located(tmp_path) == ["a_located.png", "b_located.png"]
    _, out, _ = program("locate", tmp_path, "--json")
    assert [json.loads(line)["image"] for line in out.splitlines()] == [
        str(tmp_path / "a.png"),
        str(tmp_path / "in/b.jpg"),
    ]


def test_a_folder_without_pictures_spoils_no_answer(program: Program, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    image = picture(tmp_path / "a.png", np.zeros((40, 40, 3), np.uint8))
    code, _, err = program("locate", tmp_path / "empty", image)
    assert (code, located(tmp_path)) == (2, ["a_located.png"])
    assert "has no pictures" in err


def test_a_drawing_of_another_picture_that_is_named_too_is_left_alone(program: Program, tmp_path: Path) -> None:
    for name in ("a.png", "a_located.png"):
        picture(tmp_path / name, np.zeros((40, 40, 3), np.uint8))
    code, _, err = program("locate", tmp_path / "a.png", tmp_path / "a_located.png")
    assert (code, located(tmp_path)) == (0, ["a_located.png"])
    assert "a_located.png is left out" in err


def test_pictures_that_differ_in_their_suffix_each_have_a_drawing(program: Program, tmp_path: Path) -> None:
    images = [picture(tmp_path / name, np.zeros((40, 40, 3), np.uint8)) for name in ("a.png", "a.jpg")]
    assert program("locate", *images).code == 0
    assert located(tmp_path) == ["a.jpg_located.png", "a.png_located.png"]


def test_pictures_of_one_name_need_places_of_their_own(program: Program, tmp_path: Path) -> None:
    for name in ("one", "two", "out"):
        (tmp_path / name).mkdir()
    images = [picture(tmp_path / name / "a.png", np.zeros((40, 40, 3), np.uint8)) for name in ("one", "two")]
    code, _, err = program("locate", *images, "--out", tmp_path / "out")
    assert (code, located(tmp_path)) == (2, [])
    assert f"it is already that of {images[0]}" in err


def test_a_picture_whose_name_begins_with_a_dash_is_no_flag(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(tmp_path / "-a.png", np.zeros((40, 40, 3), np.uint8))
    monkeypatch.chdir(tmp_path)
    code, out, _ = program("locate", "-a.png", "--json")
    assert (code, json.loads(out)["faces"]) == (0, [])
