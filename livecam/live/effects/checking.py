"""The conformance test of effect packs: what every effect promises, tried on faces of all kinds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import cos, sin
from statistics import median

import numpy as np

from livecam.core.errors import LivecamError, PackError
from livecam.core.placeholder_landmarks import placeholder_landmarks
from livecam.core.timing import Clock
from livecam.core.types import Box, EyeState, Face, FaceObservation, Frame, Gaze, Image, Point, Pupil, Scene, Side
from livecam.live.effects.library.loading import LoadedPack
from livecam.live.effects.stack import SelectableEffect
from livecam.settings import EffectSettings, Trigger

_SIZE = (1280, 720)
_UNIT = 110.0  # interocular distance of a person at a desk, pixels
_TIMED = 60  # frames
SLOW_MS = 4.0  # the picture of a run has 33 ms in all


@dataclass(frozen=True, slots=True)
class PackCheck:
    """What came of the test: what is drawn, how long it takes, and what could be better."""

    name: str
    layers: int
    scenes: int
    milliseconds: float  # median of a frame of 1280x720 with one face, the copy of the frame included
    advice: tuple[str, ...]


def check_pack(entry: str, *, clock: Clock = time.perf_counter) -> PackCheck:
    """Draws the pack of a name or folder on many faces; PackError when it breaks a promise, and which.

    A whole new image of the same kind, the frame untouched, an empty room left as it is, no failure at faces that are
    tiny, huge, outside or broken.
    """
    said: list[str] = []
    scenes = 0
    for what, scene in _scenes():
        effect = SelectableEffect(EffectSettings(style=entry, trigger=Trigger.ALWAYS), say=said.append)
        for seconds in (0.0, 0.04, 0.5, 2.0):
            _check_drawn(effect, what, replace(scene, frame=replace(scene.frame, timestamp=seconds)))
            scenes += 1
        if said:
            raise PackError(said[0])
    effect = SelectableEffect(EffectSettings(style=entry, trigger=Trigger.ALWAYS))
    loaded = effect.packs[-1]
    return PackCheck(loaded.pack.name, len(loaded.pack.layers), scenes, _timed(effect, clock), tuple(_advice(loaded)))


def _check_drawn(effect: SelectableEffect, what: str, scene: Scene) -> None:
    before = scene.frame.image.copy()
    try:
        drawn = effect.draw(scene)
    except LivecamError:
        raise
    except Exception as error:
        raise PackError(f"it fails at {what}: {type(error).__name__}: {error}; an effect draws whatever it is "
                        "given") from error  # fmt: skip
    if not isinstance(drawn, np.ndarray) or drawn.shape != before.shape or drawn.dtype != np.uint8:
        raise PackError(f"at {what} it gives no image of the size of the frame; return a new (h, w, 3) uint8 array")
    if np.shares_memory(drawn, scene.frame.image):
        raise PackError(f"at {what} it gives the frame itself; return a new image")
    if not np.array_equal(before, scene.frame.image):
        raise PackError(f"at {what} it writes to the frame; draw on a copy")
    if not scene.faces and effect.packs[-1].scene_effect is None and not np.array_equal(drawn, before):
        raise PackError("it draws into an empty room; an effect without faces leaves the picture as it is")


def _advice(loaded: LoadedPack) -> Iterator[str]:
    manifest = loaded.pack.manifest
    for key in ("author", "licence", "description"):
        if not getattr(manifest, key):
            yield f"it has no {key}: whoever gets it wants to know"


def _timed(effect: SelectableEffect, clock: Clock) -> float:
    scene = Scene(_frame(*_SIZE), (_face((640, 300), _UNIT),))
    taken: list[float] = []
    for index in range(_TIMED):
        moved = replace(scene, frame=replace(scene.frame, timestamp=index / 30, index=index))
        start = clock()
        effect.draw(moved)
        taken.append(clock() - start)
    return 1000 * median(taken[_TIMED // 6 :])


def _scenes() -> Iterator[tuple[str, Scene]]:
    faces: Mapping[str, tuple[FaceObservation, ...]] = {
        "an empty room": (),
        "a face": (_face((320, 200), 70.0),),
        "a tilted face": (_face((320, 200), 70.0, roll=0.5),),
        "a turned face": (_face((320, 200), 70.0, narrow=0.4),),
        "shut eyes": (_face((320, 200), 70.0, shut=True),),
        "eyes that were not found": (replace(_face((320, 200), 70.0), left=None, right=None),),
        "an open mouth": (_face((320, 200), 70.0, mouth=0.5),),
        "a face half outside": (_face((0, 20), 80.0),),
        "a face far outside": (_face((-9000, 9000), 80.0),),
        "a tiny face": (_face((320, 200), 5.0),),
        "a face larger than the frame": (_face((320, 200), 900.0),),
        "upside down": (_face((320, 200), 70.0, roll=3.1),),
        "points that are no numbers": (_broken(np.nan),),
        "points that are all the same": (_broken(100.0),),
        "five faces": tuple(_face((80.0 + 110 * k, 100.0 + 60 * k), 40.0, key=k) for k in range(5)),
    }
    for what, observations in faces.items():
        for width, height in ((640, 480), (61, 47), (1, 1)):
            yield f"{what} in {width}x{height}", Scene(_frame(width, height), observations)


def _frame(width: int, height: int) -> Frame:
    pixels: Image = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    return Frame(pixels, 0, 0.0)


def _face(
    middle: tuple[float, float],
    unit: float,
    *,
    roll: float = 0.0,
    narrow: float = 1.0,
    mouth: float = 0.0,
    shut: bool = False,
    key: int = 1,
) -> FaceObservation:
    """A drawn face between whose eyes is `middle`; `narrow` is its width when it is turned away."""
    half = Point(unit / 2 * cos(roll), unit / 2 * sin(roll))
    eyes = {
        Side.RIGHT: Point(middle[0] - half.x, middle[1] - half.y),
        Side.LEFT: Point(middle[0] + half.x, middle[1] + half.y),
    }
    points = placeholder_landmarks(eyes, _SIZE).copy()
    down = np.array([-sin(roll), cos(roll)], np.float32) * np.float32(mouth * unit)
    points[55:60] += down
    points[65:68] += down
    points = ((points - middle) * np.array([narrow, 1.0]) + middle).astype(np.float32)
    low, high = points.min(axis=0), points.max(axis=0)
    face = Face(Box(*map(float, low), *map(float, high - low)), points, 0.9, key)
    gaze = Gaze(roll, -0.5 * roll)
    state = EyeState.CLOSED if shut else EyeState.OPEN
    confidence = 0.2 if shut else 0.9
    pupils = {
        side: Pupil(Point(middle[0] + (at.x - middle[0]) * narrow, at.y), 0.0935 * unit, confidence, state)
        for side, at in eyes.items()
    }
    return FaceObservation(face, pupils[Side.LEFT], pupils[Side.RIGHT], gaze, gaze)


def _broken(value: float) -> FaceObservation:
    look = _face((320, 200), 70.0)
    return replace(look, face=replace(look.face, landmarks=np.full((68, 2), value, np.float32)))
