"""Photographs of one's own: every face a sample, nobody on two sides of a split, nothing a film."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from livecam.core.errors import SourceError
from livecam.live.collection.adding import FileAdder, recording_of_file
from livecam.live.collection.model_disagreement import NamedDetector
from livecam.settings import SplitGroup
from livecam.store.samples import SamplingReason, Split
from livecam.store.store import Store
from tests.fakes import FakeFaceDetector, FakePupilDetector, make_face, make_noise


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "queue") as opened:
        yield opened


def photographs(folder: Path, *names: str) -> Path:
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), make_noise(number, 320, 240))
    return folder


def adder(store: Store, group: SplitGroup = SplitGroup.FOLDER) -> FileAdder:
    named = [NamedDetector(name, FakePupilDetector(), lambda: "7") for name in ("tflite", "cpu")]
    return FileAdder(store, FakeFaceDetector(make_face(centre=(160, 100), pupil_distance=60.0)), named, group)


def test_every_face_is_a_sample_with_landmarks_and_predictions(store: Store, tmp_path: Path) -> None:
    done = adder(store).add([photographs(tmp_path / "mine", "a.png", "b.png")], lambda _: None)
    some = [stored.sample for stored in store.samples()]

    assert (done.files, done.faces, done.samples, len(some)) == (2, 2, 2, 2)
    assert {prediction.detector for prediction in some[0].predictions} == {"tflite", "cpu"}
    assert {sample.reason for sample in some} == {SamplingReason.FLAG}


def test_people_are_dealt_to_the_splits_each_to_one_also_when_more_comes_later(store: Store, tmp_path: Path) -> None:
    names = [f"{person}/{number}.png" for person in "abcdefghij" for number in range(2)]
    folder = photographs(tmp_path / "mine", *names)
    adder(store, SplitGroup.PERSON).add([folder], lambda _: None)
    dealt = store.recordings()
    cv2.imwrite(str(folder / "c" / "later.png"), make_noise(99, 320, 240))
    adder(store, SplitGroup.PERSON).add([folder], lambda _: None)
    seen = {(stored.sample.session, stored.sample.split) for stored in store.samples()}

    assert Counter(dealt.values()) == {Split.TRAIN: 7, Split.TEST: 2, Split.VALIDATION: 1}
    assert seen == set(dealt.items())


def test_adding_twice_is_adding_once(store: Store, tmp_path: Path) -> None:
    folder = photographs(tmp_path / "mine", "a.png")
    adder(store).add([folder], lambda _: None)

    assert adder(store).add([folder], lambda _: None).samples == 0


def test_a_file_that_is_no_picture_is_told_and_the_rest_is_added(store: Store, tmp_path: Path) -> None:
    folder = photographs(tmp_path / "mine", "a.png", "b.png")
    (folder / "a.png").write_bytes(b"no picture")
    done = adder(store).add([folder], lambda _: None)

    assert (done.samples, len(done.left_out), "a.png" in done.left_out[0]) == (1, 1, True)


def test_a_folder_without_pictures_is_an_error(store: Store, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no picture or video"):
        adder(store).add([tmp_path / "empty"], lambda _: None)


@pytest.mark.parametrize(
    ("group", "names", "groups"),
    [
        (SplitGroup.PICTURE, ("ada/1.png", "ada/2.png"), 2),
        (SplitGroup.FOLDER, ("ada/x/1.png", "ada/x/2.png", "ada/y/1.png"), 2),
        (SplitGroup.PERSON, ("ada/x/1.png", "ada/y/1.png", "bob/1.png"), 2),
        (SplitGroup.PERSON, ("ada_01.png", "ada_02.png", "bob-1.png"), 2),
    ],
)
def test_a_group_is_one_recording(tmp_path: Path, group: SplitGroup, names: tuple[str, ...], groups: int) -> None:
    recordings = {recording_of_file(tmp_path, tmp_path / name, group).session for name in names}

    assert len(recordings) == groups
