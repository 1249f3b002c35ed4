"""Samples of the store as faces and as labelled eyes to train on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from livecam.core.placeholder_landmarks import is_placeholder
from livecam.core.types import Box, EyeState, Face, Image, Points, Pupil, Side
from livecam.store.samples import EyeLabel, Sample, StoredSample
from training.data.dataset import EyeSample, eye_patch

HUMAN, PSEUDO = "fine", "coarse"
_VISIBLE = 0.8  # of an open iris, as people are not asked how much of it they see
_CLOSED_WEIGHT = 0.5  # nobody says where the iris is under the lid


def face_of(sample: Sample) -> Face:
    """The face of a sample, in pixels of its picture."""
    return face_at(sample.landmarks)


def face_at(landmarks: Points) -> Face:
    """A face with these landmarks."""
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    return Face(Box(*low.tolist(), *(high - low).tolist()), landmarks, 1.0)


def labelled_eyes(stored: StoredSample, picture: Image) -> Iterator[EyeSample]:
    """The eyes that a person labelled; one that is occluded teaches nothing.

    Nor does a sample without landmarks of its own: a drawn face stands where the labels are, which tells them.
    """
    if is_placeholder(stored.sample.landmarks):
        return
    for label in stored.resolved.labels:
        if not label.occluded:
            yield _labelled(stored.sample, picture, label)


def predicted_eye(sample: Sample, picture: Image, side: Side, pupil: Pupil, *, weight: float, origin: str) -> EyeSample:
    """An eye with what a detector says of it as its label."""
    shut = pupil.state is EyeState.CLOSED
    return eye_patch(picture, face_of(sample), side).eye(
        pupil.centre,
        max(pupil.radius, 0.5),
        visible=0.0 if shut else _VISIBLE,
        weight=weight,
        group=sample.session,
        origin=origin,
    )


def predictions_by_side(sample: Sample, detectors: Iterable[str]) -> dict[Side, Pupil]:
    """The pupil of each eye that the first of `detectors` found which looked at it."""
    found: dict[Side, Pupil] = {}
    for detector in detectors:
        for side, pupil in sample.predictions_of(detector).items():
            if pupil is not None:
                found.setdefault(side, pupil)
    return found


def _labelled(sample: Sample, picture: Image, label: EyeLabel) -> EyeSample:
    face = face_of(sample)
    shut = label.state is EyeState.CLOSED or label.centre is None
    centre = label.centre if label.centre is not None else np.mean(face.lids(label.side)[[0, 3]], axis=0)
    # An iris is some 11.7 mm wide where pupils are 63 mm apart (Rüfer, Schröder, Erb 2005).
    radius = label.radius if label.radius is not None else 0.093 * face.pupil_distance
    return eye_patch(picture, face, label.side).eye(
        centre,
        max(radius, 0.5),
        visible=0.0 if shut else _VISIBLE,
        weight=_CLOSED_WEIGHT if shut else 1.0,
        group=sample.session,
        origin=HUMAN,
    )
