"""Scores equal those of the scorer that judges the program from outside."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console

import livecam
from livecam.benchmark.accuracy import FaceAnswer, answer, score, score_path
from livecam.benchmark.labelled_photographs import LabelledPhotograph, Pupils, read_labelled_photographs
from livecam.benchmark.tables import accuracy_table
from livecam.core.errors import SourceError
from livecam.core.types import Frame
from livecam.perception.faces.factory import open_stills
from livecam.perception.pipeline import Perception
from livecam.perception.pupils.factory import open_pupils
from livecam.settings import FaceSettings, PupilSettings, Settings
from tests.fakes import make_look, make_scene

SCORER = Path(__file__).parents[4] / "shared" / "score" / "score.py"
PORTRAIT = livecam.asset("demo/portrait.png")
HEAD = "image,lx,ly,rx,ry,group\n"
FACES = "image,lx,ly,rx,ry,left_state,right_state,condition\n"
SHUT = FACES + "a.png,1,2,3,4,open,shut,\n"


def label(name: str = "a.png", *, closed: bool = False) -> LabelledPhotograph:
    state = "closed" if closed else "open"
    return LabelledPhotograph(Path(name), (100.0, 100.0), (200.0, 100.0), state, (state, state))


def found(left: tuple[float, float], right: tuple[float, float]) -> Pupils:
    return (100 + left[0], 100 + left[1]), (200 + right[0], 100 + right[1])


def said_of(pupils: Pupils) -> FaceAnswer:
    return FaceAnswer(pupils, (1.0, 1.0), ("open", "open"))


def test_the_worse_eye_counts() -> None:
    assert score("made", [label()], [found((0, 0), (0, 4))]).within == (0, 0, 1, 1, 1)


def test_a_face_that_was_not_found_is_a_miss_at_every_threshold() -> None:
    assert score("made", [label(), label()], [None, found((0, 0), (0, 0))]).within == (0.5,) * 5


def test_a_constant_offset_costs_nothing_once_it_is_removed() -> None:
    answers = [found((2, 3), (2, 3)), found((2, 3), (2, 3))]

    assert score("made", [label(), label()], answers).centred == (1,) * 5


def test_closed_eyes_are_left_out() -> None:
    assert score("made", [label(), label(closed=True)], [found((0, 0), (0, 0)), None]).count == 1


def test_the_eye_on_the_left_of_the_image_comes_first() -> None:
    centres = answer(make_scene(looks=(make_look(),)))

    assert centres is not None
    assert centres[0][0] < centres[1][0]


def test_an_empty_room_is_no_answer() -> None:
    assert answer(make_scene(looks=())) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "image,x\na.png,1\n",
        HEAD + "a.png,1,2,3,left,g\n",
        HEAD + "a.png,1,2\n",
        HEAD + "a.png,1,2,3,4,closed\n",
        FACES + "a.png,1,2,3,4,open,shut,\n",
    ],
)
def test_a_list_of_labels_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "truth.csv").write_text(text)

    with pytest.raises(SourceError, match=r"truth\.csv"):
        read_labelled_photographs(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_list_of_labels_that_went_through_a_spreadsheet_is_the_same(tmp_path: Path, encoding: str) -> None:
    text = (HEAD.upper() + "a.png,1,2,3,4,open\n").replace(",", ";").replace(";2;", ";2,5;")
    (tmp_path / "truth.csv").write_text(text, encoding=encoding)
    assert [label.left for label in read_labelled_photographs(tmp_path)] == [(1, 2.5)]


def test_a_folder_without_labels_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"truth\.csv"):
        read_labelled_photographs(tmp_path)


@pytest.mark.skipif(not SCORER.exists(), reason="the scorer is not on this machine")
def test_the_numbers_are_those_of_the_scorer(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    truth = np.array([100, 100, 180, 110]) + draw.normal(0, 20, (40, 4))
    answers = truth + draw.normal(0.8, 3, truth.shape)
    rows = [f"{k}.png,{','.join(map(str, row))},{'closed' if k % 10 == 9 else 'open'}" for k, row in enumerate(truth)]
    (tmp_path / "truth.csv").write_text(HEAD + "\n".join(rows) + "\n")
    (tmp_path / "said.jsonl").write_text("".join(said(k, row) for k, row in enumerate(answers.tolist())))
    ours: list[Pupils | None] = [((a, b), (c, d)) if k % 7 else None for k, (a, b, c, d) in enumerate(answers.tolist())]

    tell = "import pathlib; print(pathlib.Path('said.jsonl').read_text())"
    command = [sys.executable, str(SCORER), str(tmp_path), "--", sys.executable, "-c", tell]
    theirs = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout

    figures = score(tmp_path.name, read_labelled_photographs(tmp_path), ours).as_json()
    known = json.loads(theirs.splitlines()[-1].removeprefix("JSON "))
    assert known == {name: figures[name] for name in known}


def said(number: int, centres: list[float]) -> str:
    """One line of `livecam locate --json`; every seventh picture has a face with one eye."""
    left_x, left_y, right_x, right_y = centres
    left = {"x": right_x, "y": right_y, "confidence": 0.9} if number % 7 else None
    face = {"left": left, "right": {"x": left_x, "y": left_y, "confidence": 0.9}}
    return json.dumps({"image": f"{number}.png", "faces": [face]}) + "\n"


def test_closed_eyes_are_refused_by_a_confidence_under_a_half() -> None:
    labels = [label(), *[label(closed=True)] * 3]
    answers = [found((0, 0), (0, 0)), found((0, 0), (0, 0)), found((0, 0), (0, 0)), None]
    sure = [(1.0, 1.0), (0.2, 0.4), (0.2, 0.9)]
    judged = score("made", labels, [*map(FaceAnswer, answers, sure, [("open", "open")] * 3), None])

    assert (judged.found, judged.closed, judged.refused) == (1, 3, 2)


def test_confidences_are_held_against_hits() -> None:
    answers = [said_of(found((0, 0), (0, 40))), said_of(found((0, 0), (0, 0)))]

    judged = score("made", [label()] * 2, answers).calibration_error
    assert judged
    assert judged.error == pytest.approx(0.25)


def test_the_table_of_scores_is_whole_in_the_width_it_is_printed_in() -> None:
    scores = [("tflite mediapipe", score("photographs", [label()], [said_of(found((0, 0), (0, 0)))]))]
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(accuracy_table(scores))
    assert "…" not in console.export_text()


def test_faces_that_are_labelled_one_by_one_are_told_apart_by_where_they_are(tmp_path: Path) -> None:
    """The portrait twice, the second time in half its size; the eyes of the second are labelled, then of nobody."""
    portrait = cv2.imread(str(PORTRAIT))
    small = cv2.resize(portrait, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    canvas = np.zeros((portrait.shape[0], portrait.shape[1] + small.shape[1], 3), np.uint8)
    canvas[:, : portrait.shape[1]] = portrait
    canvas[: small.shape[0], portrait.shape[1] :] = small
    cv2.imwrite(str(tmp_path / "two.png"), canvas)
    seen = answer(Perception(open_stills(FaceSettings()), open_pupils(PupilSettings())).see(Frame(portrait, 0, 0.0)))
    assert seen
    halved = [f"{x / 2 + portrait.shape[1] - 0.25},{y / 2 - 0.25}" for x, y in seen]
    rows = f"two.png,{','.join(halved)},open,open,small\n" + "two.png,5,5,9,5,closed,hidden,\n"
    (tmp_path / "truth.csv").write_text(FACES + rows)

    figures = score_path(Settings(), tmp_path, read_labelled_photographs(tmp_path)).as_json()

    assert (figures["n"], figures["found"], figures["e0.05"]) == (1, 1, 1)
    assert figures["states"] == {"closed": {"none": 1}, "hidden": {"none": 1}, "open": {"open": 2}}
