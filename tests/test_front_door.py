"""What `import livecam` promises: every example in its docstrings, and clear words for what is no picture."""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import livecam
from livecam.core.types import Frame
from tests.fakes import grey


@pytest.fixture(scope="module")
def detector() -> livecam.PupilDetector:
    return livecam.PupilDetector(faces="dlib")


def _documented() -> dict[str, object]:
    values = {word: getattr(livecam, word) for word in livecam.__all__}
    ours = {word: value for word, value in values.items() if getattr(value, "__module__", "").startswith("livecam")}
    return {word: value for word, value in ours.items() if ">>>" in _text(value)} | {"create": livecam.effects.create}


def _text(value: object) -> str:
    texts = [inspect.getdoc(value) or ""]
    if inspect.isclass(value):
        texts += [inspect.getdoc(member) or "" for member in vars(value).values() if inspect.isfunction(member)]
    return "\n".join(texts)


@pytest.mark.parametrize("word", sorted(_documented()))
def test_the_examples_of_the_docstrings_work(word: str) -> None:
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for example in doctest.DocTestFinder().find(_documented()[word], word, globs={}):
        runner.run(example)

    assert runner.summarize(verbose=False).failed == 0


def test_at_least_ten_names_have_an_example() -> None:
    assert len(_documented()) >= 10


def test_import_is_quick_for_it_loads_no_library() -> None:
    asked = "import livecam, sys; print({'cv2', 'numpy', 'pydantic', 'sqlalchemy', 'av'} & set(sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (None, "cv2.imread answers so when it cannot read a file"),
        ([[1, 2], [3, 4]], "this is a list"),
        (np.zeros((40, 40), np.uint8), "cv2.cvtColor"),
        (np.zeros((40, 40, 3), np.float32), "float32"),
        (np.zeros((40, 40, 4), np.uint8), "(40, 40, 4)"),
        (np.zeros((0, 40, 3), np.uint8), "(0, 40, 3)"),
    ],
)
def test_what_is_no_picture_is_named(detector: livecam.PupilDetector, image: object, said: str) -> None:
    with pytest.raises(livecam.ImageError, match="BGR") as error:
        detector.detect(image)  # type: ignore[arg-type]

    assert said in str(error.value)
    assert isinstance(error.value, ValueError)


@pytest.mark.parametrize("image", [None, np.zeros((40, 40), np.uint8), np.zeros((40, 40, 3), np.float32)])
def test_effects_and_sinks_name_it_too(tmp_path: Path, image: object) -> None:
    frame = livecam.Frame(image, 0, 0.0)  # type: ignore[arg-type]

    with pytest.raises(livecam.ImageError):
        livecam.effects.create("saucer").draw(livecam.Scene(frame, ()))
    with livecam.open_sink(tmp_path / "clip.mp4") as sink, pytest.raises(livecam.ImageError):
        sink.show(frame)


def test_a_room_without_a_face_is_an_empty_answer(detector: livecam.PupilDetector) -> None:
    assert detector.detect(grey(160, 120)) == ()


def test_an_unknown_detector_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="dlib"):
        livecam.PupilDetector(faces="dlip")


def test_a_detector_of_ones_own_is_used_as_it_is() -> None:
    class Nothing:
        cropper = livecam.LevelledEyeCropper(24, 24, 24.0)

        def detect(self, eyes: livecam.EyePair) -> livecam.PupilPair:
            return livecam.PupilPair(None, None)

    with livecam.open_source("demo", width=640, height=480) as source:
        frame: Frame = next(iter(source))

    faces = livecam.PupilDetector(faces="dlib", pupils=Nothing()).detect(frame.image)

    assert [(face.left, face.right) for face in faces] == [(None, None)]


def test_a_sink_that_is_none_names_the_sinks() -> None:
    with pytest.raises(livecam.SinkError, match="virtualcam"), livecam.open_sink("clip.txt"):
        pass
