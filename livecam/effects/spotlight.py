"""The spotlight: everything is dark but what the lights follow, with soft edges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import cos, hypot, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.scene import Image, Scene
from livecam.effects.controls import EffectControls
from livecam.effects.lights import Light, Lights
from livecam.effects.motion import ramp, towards
from livecam.effects.switch import Switch

_DARK = 0.1  # of the light that is left where no light shines
_SOFT = 0.6  # of a light's size, outside it, until nothing is left of it
_FOLLOW_SECONDS = 0.12  # time constant with which a light goes after its face
_APPEAR_SECONDS = 0.25
_GRAIN = 4  # pixels of the frame to one of the mask, which is soft all over


class Spotlight:
    """Dims all that the lights leave out; while there is no light the room is as bright as ever."""

    def __init__(self, controls: EffectControls, lights: Lights) -> None:
        self._controls, self._lights = controls, lights
        self._switch = Switch(controls)
        self._followed: Mapping[int, Light] | None = None  # as they are drawn
        self._seconds = 0.0

    @property
    def level(self) -> float:
        """How flustered the first face is, 0..1."""
        return self._lights.fluster

    def draw(self, scene: Scene) -> Image:
        """The frame in this light, a new image; without lights or strength it is a copy."""
        frame = scene.frame
        elapsed = max(0.0, frame.seconds - self._seconds)
        self._seconds = frame.seconds
        power = self._switch.power(frame.seconds, elapsed)
        before = None if frame.cut else self._followed
        self._followed = _followed(before, self._lights.shine(scene), elapsed)
        brightest = max((light.level for light in self._followed.values()), default=0.0)
        if power * brightest <= 0.002:
            return frame.image.copy()
        dark = 1 - (1 - _DARK) * power * brightest
        return _dimmed(frame.image, _mask(frame.size, self._followed.values(), dark, brightest))


def _followed(before: Mapping[int, Light] | None, wanted: Mapping[int, Light], elapsed: float) -> dict[int, Light]:
    """Each light on its way to where it is wanted; those of the first frame of a picture are there at once."""
    if before is None:
        return dict(wanted)
    return {key: _moved(before.get(key) or light._replace(level=0.0), light, elapsed) for key, light in wanted.items()}


def _moved(before: Light, wanted: Light, elapsed: float) -> Light:
    # The angle goes the shorter way round.
    turned = wanted._replace(angle=before.angle + _within_half_a_turn(wanted.angle - before.angle))
    on_the_way = Light(*(towards(a, b, elapsed, _FOLLOW_SECONDS) for a, b in zip(before, turned, strict=True)))
    return on_the_way._replace(level=ramp(before.level, wanted.level, elapsed, _APPEAR_SECONDS))


def _within_half_a_turn(angle: float) -> float:
    return float((angle + np.pi) % (2 * np.pi) - np.pi)


def _mask(size: tuple[int, int], lights: Iterable[Light], dark: float, brightest: float) -> Image:
    """(h, w), what is left of each pixel, 255 is all: that of the brightest light that falls on it."""
    width, height = size
    shine = np.zeros((-(-height // _GRAIN), -(-width // _GRAIN)), np.float32)
    for light in lights:
        _add(shine, light, light.level / brightest)
    levels = cv2.convertScaleAbs(shine, alpha=255 * (1 - dark), beta=255 * dark)
    whole = cv2.resize(levels, (shine.shape[1] * _GRAIN, shine.shape[0] * _GRAIN), interpolation=cv2.INTER_LINEAR)
    return whole[:height, :width].astype(np.uint8, copy=False)


def _add(shine: NDArray[np.float32], light: Light, level: float) -> None:
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
