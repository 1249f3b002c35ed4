"""The record of a still picture, as other programs read it."""

from __future__ import annotations

import json

from livecam.cli.locate import record
from livecam.core.types import FaceObservation
from tests.fakes import make_face, make_look, make_scene


def test_a_record_holds_the_contract_and_nothing_else() -> None:
    face = json.loads(json.dumps(record("a.png", make_scene())))["faces"][0]
    assert [sorted(face), sorted(face["left"]), len(face["box"]), len(face["landmarks"])] == [
        ["box", "confidence", "landmarks", "left", "right"],
        ["confidence", "gaze", "radius", "state", "x", "y"],
        4,
        68,
    ]


def test_the_subjects_right_eye_stands_on_the_left_of_the_picture() -> None:
    face = record("a.png", make_scene())["faces"][0]
    assert face["right"]["x"] < face["left"]["x"]


def test_a_pupil_that_was_not_found_is_null() -> None:
    observation = make_look()
    blind = FaceObservation(make_face(), None, observation.right, None, observation.right_gaze)
    assert record("a.png", make_scene(looks=(blind,)))["faces"][0]["left"] is None


def test_a_picture_without_faces_has_its_size_and_an_empty_list() -> None:
    assert record("a.png", make_scene(looks=())) == {"image": "a.png", "width": 640, "height": 480, "faces": []}
