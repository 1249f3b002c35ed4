"""The spotlight effect: everything is dark but faces or targets, with soft edges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import atan2, cos, hypot, sin
from typing import NamedTuple, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Frame, Image, Scene
from livecam.live.effects.controls import EffectControls, StrengthRamp
from livecam.live.effects.easing import ramp, towards
from livecam.live.effects.face_state.eye_state import EyeStateTracker
from livecam.live.effects.face_state.fluster import FlusterEstimator, trigger_strength
from livecam.live.effects.face_state.frame import FaceFrame, face_frame
from livecam.live.effects.face_state.persistence import FacePersistence, FadingFace, remaining
from livecam.perception.detection_worker import DetectionWorker
from livecam.perception.targets.detector import Target
from livecam.settings import EffectSettings, Trigger

# A head with its hair, in the face's units, from the middle between the eyes.
_HALF_WIDTH, _HALF_HEIGHT, _BELOW = 1.4, 1.85, 0.03
_AIR = 1.5  # of a target's box
_SMALLEST = 14.0  # pixels, half the width of a light
_EVERY = 0.5  # seconds between two searches, at least
_SAME = 2.0  # sizes of a light within which a target found anew is the one that was found before


class LightEllipse(NamedTuple):
    """A full ellipse of light, frame pixels; `level` is how bright, 0..1."""

    x: float
    y: float
    half_width: float
    half_height: float
    angle: float  # radians, clockwise in the picture
    level: float


class LightSource(Protocol):
    def lights(self, scene: Scene) -> Mapping[int, LightEllipse]:
        """Every light wanted now; one that keeps its key is to be moved."""
        ...

    @property
    def fluster(self) -> float:
        """0..1, how flustered who is lit is."""
        ...


@dataclass(slots=True)
class _Person:
    lids: EyeStateTracker = field(default_factory=EyeStateTracker)
    fluster: FlusterEstimator = field(default_factory=FlusterEstimator)


class FaceLights:
    """A light for each face, held and faded as the settings say; with the trigger `auto` only as bright as they are
    flustered."""

    def __init__(self, settings: EffectSettings, controls: EffectControls | None = None) -> None:
        self._persistence = FacePersistence(settings.hold_ms / 1000, settings.fade_ms / 1000)
        self._controls = controls or EffectControls.starting(settings)
        self._people: dict[int, _Person] = {}
        self._seconds = 0.0

    @property
    def fluster(self) -> float:
        """Of the first face; 0 without one."""
        return next(iter(self._people.values())).fluster.level if self._people else 0.0

    def lights(self, scene: Scene) -> Mapping[int, LightEllipse]:
        elapsed = max(0.0, scene.frame.timestamp - self._seconds)
        self._seconds = scene.frame.timestamp
        present = self._persistence.update(scene)
        self._people = {face.key: self._people.get(face.key) or _Person() for face in present}
        lights = {face.key: self._light(face, elapsed) for face in present}
        return {key: light for key, light in lights.items() if light is not None}

    def _light(self, fading_face: FadingFace, elapsed: float) -> LightEllipse | None:
        face = face_frame(fading_face.observation.face)
        if face is None:
            return None
        person = self._people[fading_face.key]
        person.fluster.update(person.lids.update(fading_face.observation, face, elapsed), elapsed)
        share = trigger_strength(person.fluster.level) if self._controls.trigger is Trigger.AUTO else 1.0
        return _on_head(face, fading_face.opacity * share)


def _on_head(face: FaceFrame, level: float) -> LightEllipse:
    middle = face.from_point(face.middle, 0.0, _BELOW)
    angle = atan2(face.across.y, face.across.x)
    return LightEllipse(middle.x, middle.y, _HALF_WIDTH * face.unit, _HALF_HEIGHT * face.unit, angle, level)


@dataclass(slots=True)
class _Seen:
    light: LightEllipse
    seconds: float  # of the last frame in which it counted as there


class TargetLights:
    """A light for each target that the lookout is sure of; it never waits for the lookout."""

    fluster = 0.0

    def __init__(self, worker: DetectionWorker[Image, Target], settings: EffectSettings) -> None:
        self._worker = worker
        self._hold, self._fade = settings.hold_ms / 1000, settings.fade_ms / 1000
        self._lit: dict[int, _Seen] = {}
        self._there: set[int] = set()  # keys of the last answer
        self._ask_at = 0.0
        self._next_key = 0

    def lights(self, scene: Scene) -> Mapping[int, LightEllipse]:
        seconds = scene.frame.timestamp
        if scene.frame.scene_cut:
            self._lit, self._there, self._ask_at = {}, set(), seconds
        self._ask(scene.frame)
        found = self._worker.poll()
        if found is not None:
            self._there = self._recognised(found, seconds)
        for key in self._there:
            self._lit[key].seconds = seconds
        lights = {
            key: seen.light._replace(level=remaining(seconds - seen.seconds, self._hold, self._fade))
            for key, seen in self._lit.items()
        }
        self._lit = {key: seen for key, seen in self._lit.items() if lights[key].level > 0}
        return {key: lights[key] for key in self._lit}

    def _ask(self, frame: Frame) -> None:
        # Time may go back, when a stream starts again.
        self._ask_at = min(self._ask_at, frame.timestamp + _EVERY)
        if frame.timestamp >= self._ask_at:
            self._worker.submit(frame.image)
            self._ask_at = frame.timestamp + _EVERY

    def _recognised(self, found: Sequence[Target], seconds: float) -> set[int]:
        """The keys of what was found, those of before where it is the same."""
        keys: set[int] = set()
        for target in found:
            light = _on_target(target)
            key = next((key for key, seen in self._lit.items() if key not in keys and _same(seen.light, light)), None)
            if key is None:
                self._next_key += 1
                key = self._next_key
            self._lit[key] = _Seen(light, seconds)
            keys.add(key)
        return keys


def _on_target(target: Target) -> LightEllipse:
    box = target.box
    half_width, half_height = (max(_SMALLEST, _AIR * side) for side in (box.width, box.height))
    return LightEllipse(box.x + box.width / 2, box.y + box.height / 2, half_width, half_height, 0.0, 1.0)


def _same(one: LightEllipse, other: LightEllipse) -> bool:
    return hypot(one.x - other.x, one.y - other.y) < _SAME * (one.half_width + one.half_height)


_DARK = 0.1  # of the light that is left where no light shines
_SOFT = 0.6  # of a light's size, outside it, until nothing is left of it
_FOLLOW_SECONDS = 0.12  # time constant with which a light goes after its face
_APPEAR_SECONDS = 0.25
_GRAIN = 4  # pixels of the frame to one of the mask, which is soft all over


class Spotlight:
    """Dims all that the lights leave out; while there is no light the room is as bright as ever."""

    def __init__(self, controls: EffectControls, lights: LightSource) -> None:
        self._controls, self._lights = controls, lights
        self._ramp = StrengthRamp(controls)
        self._followed: Mapping[int, LightEllipse] | None = None  # as they are drawn
        self._seconds = 0.0

    @property
    def level(self) -> float:
        """How flustered the first face is, 0..1."""
        return self._lights.fluster

    def draw(self, scene: Scene) -> Image:
        """The frame in this light, a new image; without lights or strength it is a copy."""
        frame = scene.frame
        elapsed = max(0.0, frame.timestamp - self._seconds)
        self._seconds = frame.timestamp
        power = self._ramp.power(frame.timestamp, elapsed)
        before = None if frame.scene_cut else self._followed
        self._followed = _followed(before, self._lights.lights(scene), elapsed)
        brightest = max((light.level for light in self._followed.values()), default=0.0)
        if power * brightest <= 0.002:
            return frame.image.copy()
        dark = 1 - (1 - _DARK) * power * brightest
        return _dimmed(frame.image, _mask(frame.size, self._followed.values(), dark, brightest))


def _followed(
    before: Mapping[int, LightEllipse] | None, wanted: Mapping[int, LightEllipse], elapsed: float
) -> dict[int, LightEllipse]:
    """Each light on its way to where it is wanted; those of the first frame of a picture are there at once."""
    if before is None:
        return dict(wanted)
    return {key: _moved(before.get(key) or light._replace(level=0.0), light, elapsed) for key, light in wanted.items()}


def _moved(before: LightEllipse, wanted: LightEllipse, elapsed: float) -> LightEllipse:
    # The angle goes the shorter way round.
    turned = wanted._replace(angle=before.angle + _within_half_a_turn(wanted.angle - before.angle))
    on_the_way = LightEllipse(*(towards(a, b, elapsed, _FOLLOW_SECONDS) for a, b in zip(before, turned, strict=True)))
    return on_the_way._replace(level=ramp(before.level, wanted.level, elapsed, _APPEAR_SECONDS))


def _within_half_a_turn(angle: float) -> float:
    return float((angle + np.pi) % (2 * np.pi) - np.pi)


def _mask(size: tuple[int, int], lights: Iterable[LightEllipse], dark: float, brightest: float) -> Image:
    """(h, w), what is left of each pixel, 255 is all: that of the brightest light that falls on it."""
    width, height = size
    shine = np.zeros((-(-height // _GRAIN), -(-width // _GRAIN)), np.float32)
    for light in lights:
        _add(shine, light, light.level / brightest)
    levels = cv2.convertScaleAbs(shine, alpha=255 * (1 - dark), beta=255 * dark)
    whole = cv2.resize(levels, (shine.shape[1] * _GRAIN, shine.shape[0] * _GRAIN), interpolation=cv2.INTER_LINEAR)
    return whole[:height, :width].astype(np.uint8, copy=False)


def _add(shine: NDArray[np.float32], light: LightEllipse, level: float) -> None:
    """Brightens the cells that the light reaches to what it gives them."""
    reach = (1 + _SOFT) * hypot(light.half_width, light.half_height)
    rows, columns = _cells(light.y, reach, shine.shape[0]), _cells(light.x, reach, shine.shape[1])
    part = shine[rows, columns]
    if not part.size:
        return
    x = (np.arange(columns.start, columns.stop, dtype=np.float32) + 0.5) * _GRAIN - np.float32(0.5 + light.x)
    y = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5)[:, None] * _GRAIN - np.float32(0.5 + light.y)
    cos_angle, sin_angle = np.float32(cos(light.angle)), np.float32(sin(light.angle))
    along = (x * cos_angle + y * sin_angle) / np.float32(light.half_width)
    down = (y * cos_angle - x * sin_angle) / np.float32(light.half_height)
    inside = np.clip((np.float32(1 + _SOFT) - np.sqrt(along * along + down * down)) / np.float32(_SOFT), 0, 1)
    np.maximum(part, np.float32(level) * inside * inside * (3 - 2 * inside), out=part)


def _cells(middle: float, reach: float, count: int) -> slice:
    """The cells of the mask within reach along one axis; none where it does not reach."""
    start = min(max(int((middle - reach) / _GRAIN), 0), count)
    return slice(start, min(max(int((middle + reach) / _GRAIN) + 1, start), count))


def _dimmed(image: Image, mask: Image) -> Image:
    return cv2.multiply(image, cv2.cvtColor(mask, cv2.COLOR_GRAY2BGR), scale=1 / 255).astype(np.uint8, copy=False)
