"""A model that is replaced under a running program, on a clock and with threads that the test drives."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from livecam.core.assets import asset
from livecam.core.errors import AssetError
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.perception.pupils.network.hot_reload import POLL_SECONDS, HotReloadingDetector
from livecam.settings import PupilSettings
from tests.fakes import FakePupilDetector, make_face, make_frame


class Model(FakePupilDetector):
    """Its version is what the file says."""

    def __init__(self, path: Path) -> None:
        self.version = path.read_text()
        if self.version.startswith("bad"):
            raise AssetError(f"the model {path.name} is bad")


class Bench:
    """A reloading detector, its clock, what it said, and the work it gave to another thread."""

    def __init__(self, *places: Path) -> None:
        self.now = 0.0
        self.said: list[str] = []
        self.work: list[Callable[[], None]] = []
        self.finder = HotReloadingDetector(
            places, Model, say=self.said.append, clock=lambda: self.now, in_background=self.work.append
        )

    def frame(self) -> str:
        self.now += POLL_SECONDS
        self.finder.detect(self.finder.cropper(make_frame(), make_face()))
        return self.finder.version

    def frames(self, count: int) -> str:
        for _ in range(count):
            self.frame()
            while self.work:
                self.work.pop()()
        return self.finder.version


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write(tmp_path / "pupil.tflite", "one")


def write(path: Path, version: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    for part in (path, path.with_suffix(".json")):
        fresh = part.with_suffix(".fresh")
        fresh.write_text(version)
        fresh.replace(part)
    return path


def test_a_replaced_model_is_used_without_a_restart(model: Path) -> None:
    bench = Bench(model)
    write(model, "two")

    assert bench.frames(3) == "two"


def test_the_new_version_is_told(model: Path) -> None:
    bench = Bench(model)
    write(model, "two")
    bench.frames(3)

    assert bench.said == ["a new model is in use, two"]


def test_a_bad_file_keeps_the_old_one_and_says_so_once(model: Path) -> None:
    bench = Bench(model)
    write(model, "bad")

    assert (bench.frames(5), bench.said) == ("one", ["the model pupil.tflite is bad; the old model stays"])


def test_a_good_file_after_a_bad_one_is_used(model: Path) -> None:
    bench = Bench(model)
    write(model, "bad")
    bench.frames(5)
    write(model, "three")

    assert bench.frames(3) == "three"


def test_a_pair_that_still_changes_is_left_alone(model: Path) -> None:
    bench = Bench(model)
    for version in ("two", "three", "four"):
        write(model, version)
        bench.frame()

    assert not bench.work


def test_a_model_whose_card_is_missing_is_not_whole(model: Path) -> None:
    bench = Bench(model)
    write(model, "two")
    model.with_suffix(".json").unlink()

    assert bench.frames(4) == "one"


def test_the_picture_does_not_wait_for_a_model_that_loads(model: Path) -> None:
    bench = Bench(model)
    write(model, "two")
    versions = [bench.frame() for _ in range(4)]

    assert (versions, len(bench.work)) == (["one"] * 4, 1)


def test_a_place_of_higher_rank_that_is_filled_later_wins(model: Path) -> None:
    preferred = model.parent / "own" / "pupil.tflite"
    bench = Bench(preferred, model)
    write(preferred, "own")

    assert bench.frames(3) == "own"


def test_a_bad_model_of_higher_rank_at_the_start_is_passed(model: Path) -> None:
    preferred = write(model.parent / "own" / "pupil.tflite", "bad")

    assert Bench(preferred, model).finder.version == "one"


def test_a_bad_last_model_at_the_start_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "pupil.tflite", "bad")

    with pytest.raises(AssetError):
        Bench(tmp_path / "pupil.tflite")


def test_an_unchanged_model_is_not_opened_again(model: Path) -> None:
    bench = Bench(model)

    assert (bench.frames(5), bench.said) == ("one", [])


def test_the_real_network_is_reloaded_too(tmp_path: Path) -> None:
    for name in ("pupil.tflite", "pupil.json"):
        shutil.copy(asset(f"models/{name}"), tmp_path / name)
    place, said, now = tmp_path / "pupil.tflite", list[str](), [0.0]
    threads: list[Callable[[], None]] = []
    detector = HotReloadingDetector(
        [place],
        lambda path: NetworkPupilDetector.open(PupilSettings(model=path)),
        say=said.append,
        clock=lambda: now[0],
        in_background=threads.append,
    )
    os.utime(place, (1, 1))
    for _ in range(3):
        now[0] += POLL_SECONDS
        _ = detector.cropper
    threads.pop()()
    _ = detector.cropper

    assert said == [f"a new model is in use, {detector.version}"]
