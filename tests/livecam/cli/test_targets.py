"""`livecam find`, as other programs and people call it."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.assets import asset
from livecam.core.types import Image
from livecam.perception.targets.boxes.candidates import UNSURE, read_candidates
from livecam.perception.targets.page_search import target_model
from tests.livecam.perception.targets.networks import page_with
from tests.program import Program

MODEL = Path(__file__).parents[1] / "perception" / "targets" / "red_discs.tflite"


def saved(path: Path, image: Image) -> Path:
    assert cv2.imwrite(str(path), image)
    return path


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return saved(tmp_path / "page.png", page_with((400, 300, 1), (100, 100, 0.6)))


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return saved(tmp_path / "empty.png", page_with())


def test_a_record_holds_the_contract_and_nothing_else(program: Program, page: Path) -> None:
    code, out, _ = program("find", page, "--model", MODEL, "--json")
    record = json.loads(out)
    target = record["targets"][0]
    assert [list(record), list(target), len(target["box"]), code] == [
        ["image", "width", "height", "found", "threshold", "sizes", "targets", "seconds", "model"],
        ["x", "y", "score", "probability", "found", "box", "scale", "turn"],
        4,
        0,
    ]


def test_a_target_is_told_in_pixels_of_the_page(program: Program, page: Path) -> None:
    record = json.loads(program("find", page, "--model", MODEL, "--json").out)
    first = record["targets"][0]
    assert [record["width"], record["height"], record["found"]] == [640, 400, True]
    assert np.abs(np.array([first["x"], first["y"], *first["box"]]) - [400, 300, 388, 288, 24, 24]).max() < 4


@pytest.mark.parametrize("top", [1, 2])
def test_top_is_the_most_that_is_listed(program: Program, page: Path, top: int) -> None:
    record = json.loads(program("find", page, "--model", MODEL, "--json", "--top", top).out)
    assert len(record["targets"]) == top


@pytest.mark.parametrize("top", ["0", "-1", "many"])
def test_a_top_that_is_no_count_exits_with_2(program: Program, page: Path, top: str) -> None:
    code, out, err = program("find", page, "--model", MODEL, "--top", top)
    assert (code, out, "--top" in err) == (2, "", True)


def test_a_page_without_a_target_is_plainly_not_found(program: Program, empty: Path) -> None:
    code, out, _ = program("find", empty, "--model", MODEL)
    assert (code, out.startswith(f"{empty}: not found (looked for targets of ")) == (0, True)


def test_a_grey_page_is_a_page(program: Program, tmp_path: Path) -> None:
    grey = saved(tmp_path / "grey.jpg", page_with((400, 300, 1))[..., 1])
    record = json.loads(program("find", grey, "--model", MODEL, "--json").out)
    assert (record["found"], record["width"]) == (False, 640)


def test_the_others_are_searched_when_one_cannot_be_read(program: Program, page: Path, empty: Path) -> None:
    _, encoded = cv2.imencode(".jpg", page_with())
    truncated = page.with_name("truncated.jpg")
    truncated.write_bytes(encoded.tobytes()[: len(encoded) // 2])
    images = [truncated, page, page.with_name("absent.png"), empty]
    code, out, _ = program("find", *images, "--model", MODEL, "--json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["image"] for answer in answers] == [str(image) for image in images]
    assert [code, *("error" in answer for answer in answers)] == [1, True, False, True, False]


def test_without_json_what_cannot_be_read_is_said_on_the_error_output(program: Program, tmp_path: Path) -> None:
    code, out, err = program("find", tmp_path / "absent.png", "--model", MODEL)
    assert (code, out, "there is no picture" in err) == (1, "", True)


def test_every_target_above_the_threshold_is_marked(program: Program, page: Path) -> None:
    lines = program("find", page, "--model", MODEL).out.splitlines()
    record = json.loads(program("find", page, "--model", MODEL, "--json").out)
    marked = [line.startswith(" ->") for line in lines[1:]]
    assert marked == [target["probability"] >= record["threshold"] for target in record["targets"]]


def test_a_folder_is_its_pictures_and_workers_answer_in_order(program: Program, page: Path, empty: Path) -> None:
    said = [program("find", page.parent, "--model", MODEL, "--json", "--workers", count).out for count in (1, 2)]
    one, two = ([json.loads(line) for line in each.splitlines()] for each in said)
    assert [answer["image"] for answer in one] == [str(empty), str(page)]
    assert [answer["targets"] for answer in two] == [answer["targets"] for answer in one]


def test_resume_searches_only_what_has_no_answer(program: Program, page: Path, empty: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers.jsonl"
    program("find", empty, "--model", MODEL, "--answers", answers)
    earlier = answers.read_text()
    answers.write_text(earlier + '{"image": "cut o')
    _, out, _ = program("find", empty, page, "--model", MODEL, "--answers", answers, "--resume", "--json")
    assert out.splitlines()[0] == earlier.strip()
    assert [json.loads(line)["image"] for line in out.splitlines()] == [str(empty), str(page)]
    assert program("find", empty, "--model", MODEL, "--answers", answers).code == 2


def test_unsure_candidates_and_a_random_tile_are_kept_once(program: Program, page: Path, tmp_path: Path) -> None:
    queue = tmp_path / "queue"
    for _ in range(2):
        assert program("find", page, "--model", MODEL, "--queue", queue).code == 0
    kept = read_candidates(queue)
    assert sum(each.box is None for each in kept) == 1
    assert all(UNSURE[0] <= each.probability <= UNSURE[1] for each in kept if each.box)
    assert all((queue / each.file).is_file() for each in kept)


def test_a_model_has_a_name_or_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "model.tflite").write_bytes(MODEL.read_bytes())
    assert target_model("waldo") == asset("models/waldo.tflite")
    assert target_model(tmp_path / "mine") == tmp_path / "mine" / "model.tflite"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "wally"], "there is no model 'wally'"),
        (["--turns", "often"], "it is auto, always, never"),
        (["--queue", "."], "holds other things"),
        (["--queue", "page.png/queue"], "cannot write page.png/queue: not a directory"),
    ],
)
def test_a_flag_that_cannot_be_is_one_line(
    program: Program, page: Path, arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(page.parent)
    code, out, err = program("find", page, *arguments)
    assert (code, out, said in err, err.count("\n")) == (2, "", True, 1)


def test_the_picture_is_written_where_it_is_wanted(program: Program, page: Path, tmp_path: Path) -> None:
    code, *_ = program("find", page, "--model", MODEL, "--out", tmp_path / "found.jpg")
    picture = cv2.imread(str(tmp_path / "found.jpg"))
    assert (code, picture.shape) == (0, (400, 640, 3))
    assert picture[295:305, 395:405, 2].min() > 200
    assert picture[150:250, 50:100].mean() < 80


def test_the_pictures_of_several_go_into_a_folder(program: Program, page: Path, empty: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    program("find", page, empty, "--model", MODEL, "--out", tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["empty_found.png", "page_found.png"]


@pytest.mark.parametrize(
    ("out", "reason"),
    [
        ("page.png", "it is one of the pictures that are read"),
        ("link.png", "it is one of the pictures that are read"),
        ("found.txt", "name a folder that exists, or a .png"),
        ("absent/found.png", "no such file or directory"),
        ("absent", "name a folder that exists"),
    ],
)
def test_a_place_that_cannot_be_written_is_said_before_the_search(
    program: Program, page: Path, out: str, reason: str
) -> None:
    page.with_name("link.png").symlink_to(page)
    before = page.read_bytes()
    code, told, err = program("find", page, "--model", MODEL, "--out", page.parent / out)
    assert (code, told, reason in err, page.read_bytes() == before) == (2, "", True, True)


def test_several_pictures_need_a_folder(program: Program, page: Path, empty: Path, tmp_path: Path) -> None:
    code, _, err = program("find", page, empty, "--model", MODEL, "--out", tmp_path / "found.png")
    assert (code, "for 2 pictures; name a folder that exists" in err) == (2, True)


def test_two_pages_of_one_name_do_not_share_a_picture(program: Program, page: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    twin = saved(tmp_path / "other" / "page.png", page_with())
    code, _, err = program("find", page, twin, "--model", MODEL, "--out", tmp_path)
    assert (code, f"it is already that of {page}" in err) == (2, True)


def test_a_model_of_pupils_is_refused(program: Program, page: Path) -> None:
    code, _, err = program("find", page, "--model", asset("models/pupil.tflite"))
    assert (code, "is a pupil model" in err) == (2, True)


@pytest.mark.parametrize("size", [(1, 1), (20, 3), (30, 500)])
def test_a_page_smaller_than_a_target_is_searched_too(program: Program, tmp_path: Path, size: tuple[int, int]) -> None:
    small = saved(tmp_path / "small.png", page_with(width=size[0], height=size[1]))
    code, out, _ = program("find", small, "--model", MODEL, "--json", "--out", tmp_path / "found.png")
    assert (code, json.loads(out)["width"]) == (0, size[0])


def test_a_folder_without_pictures_spoils_no_answer(program: Program, empty: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    code, out, err = program("find", tmp_path / "nothing", empty, "--model", MODEL)
    assert (code, out.startswith(f"{empty}: not found")) == (2, True)
    assert f"the folder '{tmp_path / 'nothing'}' has no pictures" in err
    _, out, _ = program("find", tmp_path / "nothing", empty, "--model", MODEL, "--json")
    assert ["error" in json.loads(line) for line in out.splitlines()] == [True, False]
