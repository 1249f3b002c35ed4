"""Gaze as a place on the screen: a calibration, fitted to looks at known places."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import SettingsError
from livecam.core.files import write_file
from livecam.core.paths import UserFolder, user_folder
from livecam.core.types import FaceObservation, Side
from livecam.perception.eyes.gaze import iris_position

SCHEMA = 1
FEWEST_LOOKS = 6  # as many as the polynomial has terms
_DAMPING = 0.02  # of what is not linear: a ridge (Hoerl & Kennard 1970), in squared units of gaze


class ScreenPlace(NamedTuple):
    """A place on a screen, which a calibration makes of a gaze.

    Args:
        x, y: shares of the screen's width and height, (0, 0) its top left, (1, 1) its bottom right; beyond is beside.

    Example:
        >>> import livecam
        >>> livecam.ScreenPlace(0.5, 1.2).on_screen
        False
    """

    x: float
    y: float

    @property
    def on_screen(self) -> bool:
        return 0 <= self.x <= 1 and 0 <= self.y <= 1


class CalibrationLook(NamedTuple):
    """A place on the screen, and where the irises were while a person looked at it."""

    place: ScreenPlace
    iris: tuple[float, float]  # right and down, units of gaze; see `iris_in_head`


@dataclass(frozen=True, slots=True)
class ScreenCalibration:
    """A polynomial of the second degree from the irises of one person, who keeps their head still, to the screen.

    It is made by `livecam calibrate` with one face detector and one pupil detector, and holds for these.

    Args:
        across, down: the six coefficients of 1, h, v, hv, h^2 and v^2 each, where h and v are how far the irises are to
            the right of and below where those of the average person rest.
        error: of each look by the calibration of the others, root mean square distance, shares of the screen.
        faces, pupils: the names of the detectors.

    Raises:
        ValueError: too few looks to fit.
        SettingsError: a file that cannot be read or is no calibration.

    Example:
        >>> import livecam
        >>> across, down = (0.5, 1.0, 0.0, 0.0, 0.0, 0.0), (0.5, 0.0, 1.0, 0.0, 0.0, 0.0)
        >>> livecam.ScreenCalibration(across, down, error=0.05, faces="mesh", pupils="tflite").pupils
        'tflite'
    """

    across: tuple[float, ...]
    down: tuple[float, ...]
    error: float  # of each look by the others', root mean square distance, shares of the screen
    faces: str
    pupils: str

    @classmethod
    def fit(cls, looks: Sequence[CalibrationLook], *, faces: str, pupils: str) -> ScreenCalibration:
        """By least squares; ValueError for fewer looks than the polynomial has terms."""
        if len(looks) <= FEWEST_LOOKS:
            raise ValueError(f"{len(looks)} looks are too few for a calibration; more than {FEWEST_LOOKS} are needed")
        across, down = _coefficients(looks)
        left_out = [_without(looks, index) for index in range(len(looks))]
        square = sum(math.dist(found, look.place) ** 2 for found, look in zip(left_out, looks, strict=True))
        return cls(across, down, math.sqrt(square / len(looks)), faces, pupils)

    def place(self, observation: FaceObservation) -> ScreenPlace | None:
        """Where on the screen the face looks; None while neither iris is seen."""
        iris = iris_in_head(observation)
        return None if iris is None else _place(self.across, self.down, iris)

    def save(self, path: Path) -> None:
        """Writes it whole or not at all; SinkError where that cannot be."""
        write_file(path, json.dumps({"schema": SCHEMA, **asdict(self)}, indent=2).encode() + b"\n")

    @classmethod
    def read(cls, path: Path) -> ScreenCalibration:
        """SettingsError for a file that cannot be read or is no calibration."""
        try:
            values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if values.pop("schema") != SCHEMA:
                raise ValueError("another schema")
            across, down = (tuple(map(float, values.pop(name))) for name in ("across", "down"))
            if {len(across), len(down)} != {FEWEST_LOOKS}:
                raise ValueError("a wrong number of terms")
            return cls(across, down, **values)
        except OSError as error:
            raise SettingsError(f"cannot read the calibration {path}; `livecam calibrate` makes one") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SettingsError(f"{path} is no calibration of livecam; `livecam calibrate` makes one") from error


def iris_in_head(observation: FaceObservation) -> tuple[float, float] | None:
    """Where the irises are between the corners of the eyes, right and down, the mean of those that show."""
    seen = [
        iris_position(observation.face, side, pupil)
        for side in Side
        if (pupil := observation.pupil(side)) is not None and pupil.state.shows_iris
    ]
    if not seen:
        return None
    return sum(right for right, _ in seen) / len(seen), sum(down for _, down in seen) / len(seen)


def default_path() -> Path:
    """Where `livecam calibrate` leaves its result: in the user's data folder; it need not exist."""
    return user_folder(UserFolder.DATA) / "calibration.json"


def _terms(irises: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    right, down = np.array(irises, np.float64).T
    return np.column_stack([np.ones_like(right), right, down, right * down, right**2, down**2])


def _coefficients(looks: Sequence[CalibrationLook]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    terms = _terms([look.iris for look in looks])
    places = np.array([look.place for look in looks], np.float64)
    damping = np.diag([0.0, 0.0, 0.0, 1.0, 1.0, 1.0]) * _DAMPING
    _, solution = cv2.solve(terms.T @ terms + damping, terms.T @ places, flags=cv2.DECOMP_CHOLESKY)
    across, down = solution.T.tolist()
    return tuple(across), tuple(down)


def _place(across: Sequence[float], down: Sequence[float], iris: tuple[float, float]) -> ScreenPlace:
    right, below = iris
    terms = (1.0, right, below, right * below, right * right, below * below)
    return ScreenPlace(*(sum(map(lambda a, b: a * b, terms, row)) for row in (across, down)))


def _without(looks: Sequence[CalibrationLook], index: int) -> ScreenPlace:
    """Where a look would be by the calibration of the others."""
    across, down = _coefficients([*looks[:index], *looks[index + 1 :]])
    return _place(across, down, looks[index].iris)
