"""What all samples of one run have in common, and how one is made."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import numpy as np

from livecam.core.samples import Guess, Keep, Reason, Sample, Split, pixel_hash
from livecam.core.scene import Image, Look, Point, Pupil, Scene

_SPLITS = ((0.70, Split.TRAIN), (0.85, Split.VALIDATION))


@dataclass(frozen=True, slots=True)
class Recording:
    """`session` names it, and decides which split its samples belong to."""

    session: str
    source: str

    @property
    def split(self) -> Split:
        """70 % of all names lead to training, 15 % each to validation and test."""
        figure = int(hashlib.sha256(self.session.encode()).hexdigest()[:8], 16) / 2**32
        return next((split for limit, split in _SPLITS if figure < limit), Split.TEST)

    @classmethod
    def live(cls, source: str, now: datetime) -> Recording:
        return cls(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", without_secrets(source))

    @classmethod
    def of_file(cls, path: Path) -> Recording:
        """The same file is the same recording whenever it is shown, and never in two splits."""
        return cls(f"{path.stem}-{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]}", str(path))


def without_secrets(source: str) -> str:
    """An address without user, password and query."""
    if "://" not in source:
        return source
    parts = urlsplit(source)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


class Verdict(NamedTuple):
    """Why a sample is kept, and how much it is worth, 0..1."""

    reason: Reason
    worth: float


@dataclass(frozen=True, slots=True, eq=False)
class Cutting:
    """What is kept of a frame, and where its top-left pixel was."""

    keep: Keep
    picture: Image
    origin: tuple[int, int]


def make_sample(
    recording: Recording,
    scene: Scene,
    look: Look,
    cutting: Cutting,
    *,
    guesses: Sequence[Guess],
    verdict: Verdict,
    captured: datetime,
) -> Sample:
    """Everything known of a face, moved into the picture that is kept."""
    height, width = cutting.picture.shape[:2]
    return Sample(
        id=pixel_hash(cutting.picture),
        session=recording.session,
        captured=captured,
        source=recording.source,
        frame_index=scene.frame.index,
        seconds=scene.frame.seconds,
        size=(width, height),
        keep=cutting.keep,
        origin=cutting.origin,
        frame_size=scene.frame.size,
        landmarks=(look.face.landmarks - np.array(cutting.origin)).astype(np.float32),
        guesses=tuple(replace(guess, pupil=_moved(guess.pupil, cutting.origin)) for guess in guesses),
        reason=verdict.reason,
        priority=verdict.worth,
        split=recording.split,
    )


def _moved(pupil: Pupil | None, origin: tuple[int, int]) -> Pupil | None:
    if pupil is None:
        return None
    return replace(pupil, centre=Point(pupil.centre.x - origin[0], pupil.centre.y - origin[1]))
