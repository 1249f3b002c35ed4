"""Builds samples from scenes: the crop, its coordinates, its recording and its split."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import numpy as np

from livecam.core.types import Face, FaceObservation, Image, Point, Points, Pupil, Scene
from livecam.store.samples import CropMode, Prediction, Sample, SamplingReason, Split, dealt_split, pixel_hash

_WHOLE = 32_000_000  # bytes: of a longer file the beginning, the middle and the end are read
_PART = 4_000_000


@dataclass(frozen=True, slots=True)
class RecordingInfo:
    """`session` names it; all its samples belong to one split."""

    session: str
    source: str
    split: Split = Split.TRAIN

    def dealt(self, recordings: Mapping[str, Split]) -> RecordingInfo:
        """With the split it has among the `recordings` of a store, else with the one that has the fewest for its
        share."""
        split = recordings.get(self.session) or dealt_split(Counter(recordings.values()))
        return replace(self, split=split)

    @classmethod
    def live(cls, source: str, now: datetime) -> RecordingInfo:
        return cls(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", without_secrets(source))

    @classmethod
    def of_file(cls, path: Path) -> RecordingInfo:
        """The same content is the same recording, whatever its name and place, and never in two splits."""
        return cls(f"recording-{_content_digest(path)[:16]}", str(path))

    @classmethod
    def of_address(cls, url: str) -> RecordingInfo:
        """As of a file; what changes with every signature of an address is left out."""
        source = without_secrets(url)
        name = PurePosixPath(urlsplit(source).path).stem or "video"
        return cls(f"{name}-{hashlib.sha256(source.encode()).hexdigest()[:8]}", source)


def _content_digest(path: Path) -> str:
    """SHA-256 of what a file holds, or of the files of a folder; of a name that leads nowhere, of the name."""
    if path.is_dir():
        found = sorted((each.name, _content_digest(each)) for each in path.iterdir() if each.is_file())
        return hashlib.sha256(repr(found).encode()).hexdigest()
    try:
        with path.open("rb") as stream:
            return _stream_digest(stream, path.stat().st_size)
    except OSError:
        return hashlib.sha256(str(path.resolve()).encode()).hexdigest()


def _stream_digest(stream: BufferedReader, size: int) -> str:
    if size <= _WHOLE:
        return hashlib.file_digest(stream, "sha256").hexdigest()
    digest = hashlib.sha256(f"{size}:".encode())
    for begin in (0, (size - _PART) // 2, size - _PART):
        stream.seek(begin)
        digest.update(stream.read(_PART))
    return digest.hexdigest()


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
