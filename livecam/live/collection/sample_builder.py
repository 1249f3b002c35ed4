"""Builds samples from scenes: the crop, its coordinates, its recording and its split."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import numpy as np

from livecam.core.types import Face, FaceObservation, Image, Point, Points, Pupil, Scene
from livecam.store.samples import CropMode, Prediction, Sample, SamplingReason, Split, pixel_hash

_SPLITS = ((0.70, Split.TRAIN), (0.85, Split.VALIDATION))


@dataclass(frozen=True, slots=True)
class RecordingInfo:
    """`session` names it, and decides which split its samples belong to."""

    session: str
    source: str

    @property
    def split(self) -> Split:
        """70 % of all names lead to training, 15 % each to validation and test."""
        figure = int(hashlib.sha256(self.session.encode()).hexdigest()[:8], 16) / 2**32
        return next((split for limit, split in _SPLITS if figure < limit), Split.TEST)

    @classmethod
    def live(cls, source: str, now: datetime) -> RecordingInfo:
        return cls(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", without_secrets(source))

    @classmethod
    def of_file(cls, path: Path) -> RecordingInfo:
        """The same file is the same recording whenever it is shown, and never in two splits."""
        return cls(f"{path.stem}-{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]}", str(path))

    @classmethod
    def of_address(cls, url: str) -> RecordingInfo:
        """As of a file; what changes with every signature of an address is left out."""
        source = without_secrets(url)
        name = PurePosixPath(urlsplit(source).path).stem or "video"
        return cls(f"{name}-{hashlib.sha256(source.encode()).hexdigest()[:8]}", source)


def without_secrets(source: str) -> str:
    """An address without user, password and query."""
    if "://" not in source:
        return source
    parts = urlsplit(source)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


class SelectionReason(NamedTuple):
    """Why a sample is kept, and how much it is worth, 0..1."""

    reason: SamplingReason
    priority: float


@dataclass(frozen=True, slots=True, eq=False)
class SampleCrop:
    """What is kept of a frame, and where its top-left pixel was."""

    keep: CropMode
    picture: Image
    origin: tuple[int, int]


def build_sample(
    recording: RecordingInfo,
    scene: Scene,
    observation: FaceObservation,
    crop: SampleCrop,
    *,
    predictions: Sequence[Prediction],
    selection: SelectionReason,
    captured: datetime,
) -> Sample:
    """Everything known of a face, moved into the picture that is kept."""
    height, width = crop.picture.shape[:2]
    return Sample(
        id=pixel_hash(crop.picture),
        session=recording.session,
        captured=captured,
        source=recording.source,
        frame_index=scene.frame.index,
        seconds=scene.frame.timestamp,
        size=(width, height),
        keep=crop.keep,
        origin=crop.origin,
        frame_size=scene.frame.size,
        landmarks=(observation.face.landmarks - np.array(crop.origin)).astype(np.float32),
        predictions=tuple(
            replace(prediction, pupil=_moved(prediction.pupil, crop.origin)) for prediction in predictions
        ),
        reason=selection.reason,
        priority=selection.priority,
        split=recording.split,
    )


def _moved(pupil: Pupil | None, origin: tuple[int, int]) -> Pupil | None:
    if pupil is None:
        return None
    return replace(pupil, centre=Point(pupil.centre.x - origin[0], pupil.centre.y - origin[1]))


# Around what is kept, in pupil distances. Landmarks end at the brows and the chin; labelling wants the whole head.
_AROUND_FACE = np.array([[0.6, 0.9], [0.6, 0.3]])  # left, top; right, bottom
_AROUND_EYES = np.array([[0.4, 0.4], [0.4, 0.4]])
_SMALLEST_PX = 16


def crop_sample(image: Image, face: Face, keep: CropMode) -> tuple[Image, tuple[int, int]] | None:
    """The picture, its own copy, and where its top-left pixel was; None for a face that hardly is in the frame."""
    if keep is CropMode.FRAME:
        return image.copy(), (0, 0)
    points, around = (face.landmarks, _AROUND_FACE) if keep is CropMode.FACE else (face.landmarks[36:48], _AROUND_EYES)
    left, top, right, bottom = _box(points, around * max(face.pupil_distance, 1.0), image)
    if min(right - left, bottom - top) < _SMALLEST_PX:
        return None
    return image[top:bottom, left:right].copy(), (left, top)


def _box(points: Points, around: np.ndarray[tuple[int, int], np.dtype[np.float64]], image: Image) -> list[int]:
    limit = np.array(image.shape[1::-1])
    low = np.clip(np.floor(points.min(axis=0) - around[0]), 0, limit)
    high = np.clip(np.ceil(points.max(axis=0) + around[1]) + 1, 0, limit)
    return [int(edge) for edge in (*low, *high)]
