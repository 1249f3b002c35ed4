"""`livecam calibrate`: dots, who looks at them, what is gathered, and what is kept."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livecam.core.errors import SourceError
from livecam.core.types import Frame, Point, Scene
from livecam.live.calibration.dots import dot_picture
from livecam.live.calibration.labels import ANNOTATOR, store_looks
from livecam.live.calibration.looks import LOOK_S, NINE, LookGatherer, read_looks, timed
from livecam.live.calibration.run import CalibrationErrors, fitted, watch
from livecam.live.calibration.simulated import SimulatedPerson, iris_shift, looked_at
from livecam.perception.eyes.screen import ScreenPlace
from livecam.perception.pipeline import Perception
from livecam.store.samples import LabelAction
from livecam.store.store import Store
from tests.fakes import FakeFaceDetector, FakePupilDetector, make_face, make_frame, make_look
from tests.program import Program

LOOKS = timed(NINE)


def textured(index: int) -> Frame:
    image = np.random.default_rng(index).integers(0, 255, (480, 640, 3), np.uint8)
    return make_frame(image, index=index)


def gathered(*, without: int | None = None) -> LookGatherer:
    """All looks, of which one may have been without a face."""
    found = LookGatherer(LOOKS)
    for index in range(round(len(NINE) * LOOK_S * 30)):
        away = without is not None and LOOKS[without].begin <= index / 30 < LOOKS[without].end
        found.add(Scene(make_frame(index=index), () if away else (make_look(),)), index / 30)
    return found


def test_there_are_nine_dots_all_on_the_screen_and_none_twice() -> None:
    assert len(set(NINE)) == 9
    assert all(place.on_screen for place in NINE)


def test_every_look_has_its_irises() -> None:
    looks = gathered().result()
    assert [look.place for look in looks] == list(NINE)


def test_a_look_without_open_eyes_is_named() -> None:
    with pytest.raises(SourceError, match="dot 4 of 9 was shown at 10%, 90%"):
        gathered(without=3).result()


def test_eyes_that_did_not_follow_the_dots_make_no_calibration() -> None:
    with pytest.raises(SourceError, match="did not follow the dots"):
        fitted(gathered(), faces="mesh", pupils="tflite")


def test_whoever_closes_the_window_has_no_calibration() -> None:
    perception = Perception(FakeFaceDetector(make_face()), FakePupilDetector())  # type: ignore[arg-type]
    shown: Iterator[bool] = itertools.chain([True] * 5, itertools.repeat(False))
    frames = (make_frame(index=index) for index in itertools.count())
    assert watch(frames, perception, LOOKS, lambda seconds: next(shown)) is None


def test_the_looks_are_labels_in_the_store(tmp_path: Path) -> None:
    found = gathered()
    found.scenes = {number: replace(scene, frame=textured(number)) for number, scene in found.scenes.items()}
    with Store.open(tmp_path / "store") as store:
        assert store_looks(store, found, source="camera 0", detector="tflite", version="1") == 9
        events = list(store.events())
        assert [event.point for event in events] == [Point(*place) for place in NINE]
        assert {(event.action, event.annotator) for event in events} == {(LabelAction.LOOK, ANNOTATOR)}
        assert {stored.state.value for stored in store.samples()} == {"new"}
        assert not store.verify()


def test_the_dot_is_where_its_place_is_and_shrinks() -> None:
    large, small = (dot_picture((1600, 800), ScreenPlace(0.25, 0.5), progress) for progress in (0.0, 1.0))
    rows, columns = np.nonzero(small.max(axis=2) > 100)
    assert (columns.mean(), rows.mean()) == pytest.approx((0.25 * 1599, 0.5 * 799), abs=1)
    assert (large.max(axis=2) > 100).sum() > 4 * len(rows)


def test_the_simulated_person_looks_where_the_dot_is() -> None:
    place = ScreenPlace(0.2, 0.7)
    assert looked_at(iris_shift(place)) == pytest.approx(place)


def test_the_simulated_person_is_the_same_for_the_same_seed() -> None:
    first, again = (next(iter(SimulatedPerson(NINE))).image for _ in range(2))
    assert np.array_equal(first, again)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "begin,end\n1,2\n",
        "begin,end,x,y\n",
        "begin,end,x,y\n0,1,a,0\n",
        "begin,end,x,y\n0,1,0,nan\n",
        "begin,end,x,y\n0,1,0,2\n",
        "begin,end,x,y\n1,1,0,0\n",
        "begin,end,x,y\n0,inf,0,0\n",
    ],
)
def test_a_recording_without_a_list_of_looks_is_named(tmp_path: Path, text: str) -> None:
    clip = tmp_path / "me.mp4"
    if text:
        clip.with_suffix(".looks.csv").write_text(text)
    with pytest.raises(SourceError, match=r"me\.looks\.csv"):
        read_looks(clip)


def test_a_simulated_person_leaves_the_calibration_of_the_one_who_sits_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("livecam.live.calibration.run.simulated_errors", lambda *_: CalibrationErrors(0.05, 0.1))
    mine = tmp_path / "livecam" / "calibration.json"
    mine.parent.mkdir()
    mine.write_text("mine")
    code, out, _ = Program(capfd)("calibrate", "--source", "demo", "--json")
    assert (code, json.loads(out)["calibration"]) == (0, None)
    assert mine.read_text() == "mine"


@pytest.mark.slow
def test_a_simulated_person_is_told_within_a_tenth_of_the_screen(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(Program(capfd)("calibrate", "--source", "demo", "--out", tmp_path / "c.json", "--json").out)
    assert found["errors"]["simulated"] < 0.1
    assert found["kept"] == 0
    assert json.loads((tmp_path / "c.json").read_text())["pupils"] == "tflite"
