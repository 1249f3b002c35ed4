"""Self-training: what the model says of unlabelled frames in several tighter looks teaches it on unsteady crops.

After Lee (2013), pseudo-labels, and Radosavovic et al. (2018), data distillation: the mean of several looks is better
than any one of them, and is learnt from the crops that a moving face gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import EyeCrop, EyePair
from livecam.core.errors import SourceError
from livecam.core.image_files.images import read_image
from livecam.core.placeholder_landmarks import is_placeholder
from livecam.core.tflite import TFLiteModel
from livecam.core.types import EyeState, Face, Frame, Image, Point, Pupil, Side
from livecam.perception.pupils.network.detector import NetworkPupilDetector, confidence_features, eye_width
from livecam.perception.pupils.network.heatmap import HeatmapOutput, decode
from livecam.perception.pupils.network.model_card import CropSpec, log_odds, read_card
from livecam.store.judging import apart_in_time
from livecam.store.samples import Sample, SampleState, SamplingReason, Split, StoredSample
from livecam.store.store import Store
from training.active_learning.test_time_augmentation import Augmentation, EyeRoi, looks
from training.active_learning.uncertainty import BATCH, tasks
from training.data.contact_sheet import contact_sheet, write_picture
from training.data.dataset import EyeSample, gathered, load, save
from training.data.store_samples import face_at, face_of, predicted_eye
from training.engine.files import write_json
from training.engine.parallel import Columns, cores, stream
from training.pupil_detector.recipe import Watch

SELF = "self"
WEIGHT = 0.5
LOOKS = (
    Augmentation(widen=0.92),
    Augmentation(across=0.04, down=0.02, widen=0.92),
    Augmentation(across=-0.04, down=0.02, widen=0.92),
    Augmentation(across=0.03, down=-0.03, widen=0.85),
    Augmentation(across=-0.03, down=-0.03, widen=0.85),
)
_SIDES = (Side.LEFT, Side.RIGHT)
_MOST, _MANY = 5_000, 500  # samples
_COLUMNS = ("x", "y", "radius", "spread", "openness", "confidence")


@dataclass(frozen=True, slots=True)
class TeacherLimits:
    """What a teacher must be sure of, eye by eye."""

    least_confidence: float = 0.7  # of an open eye, as its card tells it
    most_spread: float = 0.015  # standard deviation over the looks, pupil distances
    surely_open: float = 0.9  # mean probability over the looks; below one less this an eye is surely closed


class Teacher(NamedTuple):
    """Frames that may teach, and the model that looks at them."""

    samples: Sequence[Sample]
    model: Path


def unlabelled(store: Store, judging: Iterable[StoredSample]) -> Sequence[Sample]:
    """Frames that nobody has labelled and that do not judge: neither drawn at random, nor seen within a second of
    what judges."""
    pool = store.samples(states=[SampleState.NEW], splits=[Split.TRAIN])
    found = [stored.sample for stored in pool if not is_placeholder(stored.sample.landmarks)]
    free = [sample for sample in found if sample.reason is not SamplingReason.RANDOM]
    return list(apart_in_time(free, [stored.sample for stored in judging]))[:_MOST]


def self_taught_set(
    store: Store,
    teacher: Teacher,
    out: Path,
    watch: Watch,
    limits: TeacherLimits = TeacherLimits(),
    ray: str | None = None,
) -> list[Path]:
    """The data set of what the model is sure of in unlabelled frames; none where there is no such eye.

    `ray` is as in `training.engine.parallel.stream`; the result is the same.
    """
    done = out / "taught.json"
    if not done.exists():
        eyes = list(_eyes(store, teacher, watch, limits, ray))
        if eyes:
            made = gathered(eyes)
            save(made, out, {"made_by": "round", "unlabelled": len(teacher.samples), "taught": len(eyes)})
            write_picture(out / "sheet.png", contact_sheet(made))
        write_json(done, {"eyes": len(eyes), "frames": len({eye.group for eye in eyes})})
    return [out] if (out / "manifest.json").exists() else []


def frames_of(sets: Sequence[Path]) -> int:
    """How many frames the eyes of such data sets are of."""
    return sum(len(set(load(folder).groups.tolist())) for folder in sets)


def _eyes(store: Store, teacher: Teacher, watch: Watch, limits: TeacherLimits, ray: str | None) -> Iterator[EyeSample]:
    known = {sample.id: sample for sample in teacher.samples}
    # A few are looked at before other processes have started.
    workers = cores() if ray or len(known) > _MANY else 1
    work = partial(look, model=teacher.model)
    batches = stream(work, tasks(teacher.samples, store.picture_path), workers=workers, ray=ray)
    for batch in watch("self-training", batches, -(-len(known) // BATCH)):
        for name, *rows in zip(batch["id"], *(batch[column] for column in _COLUMNS), strict=True):
            sample = known[str(name)]
            sure = dict(sure_pupils(face_of(sample), np.array(rows, np.float64), limits))
            if sure:
                picture = store.picture(sample.id)
                for side, pupil in sure.items():
                    eye = predicted_eye(sample, picture, side, pupil, weight=WEIGHT, origin=SELF)
                    yield eye._replace(group=sample.id)


def sure_pupils(
    face: Face, rows: NDArray[np.float64], limits: TeacherLimits = TeacherLimits()
) -> Iterator[tuple[Side, Pupil]]:
    """Of what `look_at` says, (6, 2), what the model is sure of; NaN is never sure."""
    unit = max(face.pupil_distance, 1.0)
    for side, (x, y, radius, spread, openness, confidence) in zip(_SIDES, rows.T.tolist(), strict=True):
        pupil = Pupil(Point(x, y), radius, confidence)
        steady = spread <= limits.most_spread * unit
        if openness >= limits.surely_open and steady and confidence >= limits.least_confidence:
            yield side, pupil
        elif openness <= 1 - limits.surely_open:
            yield side, replace(pupil, state=EyeState.CLOSED)


def look(batch: Columns, *, model: Path) -> Columns:
    """What all looks at both eyes of each sample of `tasks` say together, (n, 2) a column, NaN for a picture that
    is gone: x, y, radius and their spread in pixels of the picture, the mean openness 0..1, the confidence."""
    rows = [
        _row(model, str(path), landmarks.reshape(68, 2))
        for path, landmarks in zip(batch["picture"], batch["landmarks"], strict=True)
    ]
    return {"id": batch["id"], **{name: np.array([row[k] for row in rows]) for k, name in enumerate(_COLUMNS)}}


def _row(model: Path, path: str, landmarks: NDArray[np.float32]) -> NDArray[np.float64]:
    try:
        image = read_image(path)
    except SourceError:
        return np.full((len(_COLUMNS), 2), np.nan)
    return look_at(model, image, face_at(landmarks))


def look_at(model: Path, image: Image, face: Face) -> NDArray[np.float64]:
    """The columns of `look` for one picture, (6, 2)."""
    return _looker(model).columns(Frame(image, 0, 0.0), face)


@cache
def _looker(model: Path) -> _Looker:
    return _Looker(model)


class _Looker:
    """One a process, for a model takes time to load."""

    def __init__(self, model: Path) -> None:
        self.card, content = read_card(model)
        self.interpreter = TFLiteModel(content)
        self.network = NetworkPupilDetector(self.card, TFLiteModel(content))
        self.closed_at = log_odds(self.card.decoding.closed_below)

    def columns(self, frame: Frame, face: Face) -> NDArray[np.float64]:
        pair = self.network.cropper(frame, face)
        features = confidence_features(pair, self.network.predict(pair))
        confidences = [self.card.calibration.confidence(each) for each in features]
        grey = cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        return np.vstack([self._looks(grey, pair), confidences])

    def _looks(self, grey: Image, pair: EyePair) -> NDArray[np.float64]:
        """(5, 2)"""
        window = self.card.window
        seen = [looks(grey, _roi(eye, pair.face.roll, window), window, self.card.normalisation, LOOKS) for eye in pair]
        answers = [self._answer(crops) for crops in np.stack([each.crops for each in seen], axis=1)[..., None]]
        matrices = np.array([each.matrices for each in seen])  # (2, looks, 2, 3)
        centres = np.array([answer.centres for answer in answers]).transpose(1, 0, 2)  # (2, looks, 2)
        places = np.linalg.solve(matrices[..., :2], (centres - matrices[..., 2])[..., None])[..., 0]
        scales = np.sqrt(np.abs(np.linalg.det(matrices[..., :2])))
        radii = np.array([answer.radii for answer in answers]).T / scales
        odds = np.clip(np.array([answer.openness for answer in answers]).T, -30, 30) - self.closed_at
        spread = np.sqrt(places.var(axis=1).sum(axis=1))
        return np.vstack([places.mean(axis=1).T, radii.mean(axis=1), spread, (1 / (1 + np.exp(-odds))).mean(axis=1)])

    def _answer(self, crops: NDArray[np.float32]) -> HeatmapOutput:
        """Of one look at both eyes, (2, h, w, 1)."""
        decoding = self.card.decoding
        outputs = sorted(self.interpreter.run(self.interpreter.input.quantise(crops)), key=lambda part: -part.size)
        return decode(outputs[0].reshape(2, decoding.rows, decoding.columns), outputs[1], self.card.window, decoding)


def _roi(eye: EyeCrop, angle: float, window: CropSpec) -> EyeRoi:
    x, y = eye.lids[[0, 3]].mean(axis=0).tolist()
    return EyeRoi((x, y), eye_width(eye, window.width, window.margin), angle, eye.side)
