"""Where the lights of the spotlight shine: on the faces, or on targets that another thread looks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import atan2, hypot
from typing import NamedTuple, Protocol

from livecam.core.scene import Frame, Scene
from livecam.effects.anatomy import Anatomy, anatomy
from livecam.effects.fluster import Fluster, outbreak
from livecam.effects.lids import Lids
from livecam.effects.presence import Presence, Presences, remaining
from livecam.faces.lookout import Lookout
from livecam.find.finder import Target
from livecam.settings import EffectSettings, Trigger

# A head with its hair, in the face's units, from the middle between the eyes.
_HALF_WIDTH, _HALF_HEIGHT, _BELOW = 1.4, 1.85, 0.03
_AIR = 1.5  # of a target's box
_SMALLEST = 14.0  # pixels, half the width of a light
_EVERY = 0.5  # seconds between two searches, at least
_SAME = 2.0  # sizes of a light within which a target found anew is the one that was found before


class Light(NamedTuple):
    """A full ellipse of light, frame pixels; `level` is how bright, 0..1."""

    x: float
    y: float
    half_width: float
    half_height: float
    angle: float  # radians, clockwise in the picture
    level: float


class Lights(Protocol):
    def shine(self, scene: Scene) -> Mapping[int, Light]:
        """Every light wanted now; one that keeps its key is to be moved."""
        ...

    @property
    def fluster(self) -> float:
        """0..1, how flustered who is lit is."""
        ...


@dataclass(slots=True)
class _Person:
    lids: Lids = field(default_factory=Lids)
    fluster: Fluster = field(default_factory=Fluster)


class FaceLights:
    """A light for each face, held and faded as the settings say; with the trigger `auto` only as bright as they are
    flustered."""

    def __init__(self, settings: EffectSettings) -> None:
        self._presences = Presences(settings.hold_ms / 1000, settings.fade_ms / 1000)
        self._auto = settings.trigger is Trigger.AUTO
        self._people: dict[int, _Person] = {}
        self._seconds = 0.0

    @property
    def fluster(self) -> float:
        """Of the first face; 0 without one."""
        return next(iter(self._people.values())).fluster.level if self._people else 0.0

    def shine(self, scene: Scene) -> Mapping[int, Light]:
        elapsed = max(0.0, scene.frame.seconds - self._seconds)
        self._seconds = scene.frame.seconds
        present = self._presences.update(scene)
        self._people = {face.key: self._people.get(face.key) or _Person() for face in present}
        lights = {face.key: self._light(face, elapsed) for face in present}
        return {key: light for key, light in lights.items() if light is not None}

    def _light(self, presence: Presence, elapsed: float) -> Light | None:
        face = anatomy(presence.look.face)
        if face is None:
            return None
        person = self._people[presence.key]
        person.fluster.update(person.lids.update(presence.look, face, elapsed), elapsed)
        share = outbreak(person.fluster.level) if self._auto else 1.0
        return _on_head(face, presence.opacity * share)


def _on_head(face: Anatomy, level: float) -> Light:
    middle = face.from_point(face.middle, 0.0, _BELOW)
    angle = atan2(face.across.y, face.across.x)
    return Light(middle.x, middle.y, _HALF_WIDTH * face.unit, _HALF_HEIGHT * face.unit, angle, level)


@dataclass(slots=True)
class _Seen:
    light: Light
    seconds: float  # of the last frame in which it counted as there


class TargetLights:
    """A light for each target that the lookout is sure of; it never waits for the lookout."""

    fluster = 0.0

    def __init__(self, lookout: Lookout[Target], settings: EffectSettings) -> None:
        self._lookout = lookout
        self._hold, self._fade = settings.hold_ms / 1000, settings.fade_ms / 1000
        self._lit: dict[int, _Seen] = {}
        self._there: set[int] = set()  # keys of the last answer
        self._ask_at = 0.0
        self._next_key = 0

    def shine(self, scene: Scene) -> Mapping[int, Light]:
        seconds = scene.frame.seconds
        if scene.frame.cut:
            self._lit, self._there, self._ask_at = {}, set(), seconds
        self._ask(scene.frame)
        found = self._lookout.answer()
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
        self._ask_at = min(self._ask_at, frame.seconds + _EVERY)
        if frame.seconds >= self._ask_at:
            self._lookout.ask(frame.image)
            self._ask_at = frame.seconds + _EVERY

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


def _on_target(target: Target) -> Light:
    box = target.box
    half_width, half_height = (max(_SMALLEST, _AIR * side) for side in (box.width, box.height))
    return Light(box.x + box.width / 2, box.y + box.height / 2, half_width, half_height, 0.0, 1.0)


def _same(one: Light, other: Light) -> bool:
    return hypot(one.x - other.x, one.y - other.y) < _SAME * (one.half_width + one.half_height)
