"""Camera model for rendered and real eyes: small, turned, blurred, dark, noisy, compressed or grey pictures."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image
from training.data.dataset import Random

Picture = NDArray[np.float32]  # (h, w, 3) BGR, 0..1


@dataclass(frozen=True, slots=True, eq=False)
class CameraShot:
    patch: Image  # (h, w) grey
    matrix: NDArray[np.float64]  # (2, 3), from pixels of the picture to pixels of the patch
    angle: float  # roll, radians


def photograph(
    picture: Picture,
    middle: NDArray[np.float64],
    unit: float,
    rng: Random,
    *,
    squeeze: float = 1,
    extent: tuple[float, float] = (2.1, 1.7),
) -> CameraShot:
    """A shot, `extent` units wide and high, of the eye at `middle`, whose corners are a unit of pixels apart.

    `squeeze` narrows it like a turned head.
    """
    width = min(float(np.exp(rng.uniform(np.log(9), np.log(62)))), 1.3 * unit)
    angle = float(np.clip(rng.normal(0, 0.15), -0.6, 0.6))
    size = int(np.ceil(extent[0] * width)), int(np.ceil(extent[1] * width))
    matrix = _placing(middle, width / unit, angle, squeeze, rng)
    matrix[:, 2] += np.array(size) / 2 + rng.uniform(-1, 1, 2)
    reduction = unit / width
    soft = cv2.GaussianBlur(picture, (0, 0), 0.45 * reduction) if reduction > 1.2 else picture
    small = cv2.warpAffine(soft, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    lit = _developed(_blurred(small.astype(np.float32, copy=False), width, rng), rng)
    return CameraShot(_stored(lit, rng), matrix, angle)


def _placing(
    middle: NDArray[np.float64], scale: float, angle: float, squeeze: float, rng: Random
) -> NDArray[np.float64]:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    lean = np.array([[squeeze, 0], [rng.normal(0, 0.5) * (1 - squeeze), 1]])
    linear = scale * turn @ lean
    return np.column_stack([linear, -linear @ middle])


def _blurred(picture: Picture, width: float, rng: Random) -> Picture:
    if rng.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), max(rng.uniform(0, 0.03) * width, 0.3)).astype(np.float32)
    if rng.random() < 0.2:
        picture = cv2.filter2D(picture, -1, _motion(rng.uniform(0.03, 0.16) * width, rng)).astype(np.float32)
    if rng.random() < 0.25:
        soft = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.7, 1.6)).astype(np.float32)
        picture = picture + np.float32(rng.uniform(0.3, 1.5)) * (picture - soft)
    return picture


def _motion(length: float, rng: Random) -> NDArray[np.float32]:
    half = max(1, round(length / 2))
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.uint8)
    angle = rng.uniform(0, np.pi)
    tip = np.round(half * np.array([np.cos(angle), np.sin(angle)])).astype(int)
    cv2.line(kernel, (half - int(tip[0]), half - int(tip[1])), (half + int(tip[0]), half + int(tip[1])), (255,), 1)
    spread: NDArray[np.float32] = (kernel / kernel.sum()).astype(np.float32)
    return spread


def _developed(picture: Picture, rng: Random) -> Picture:
    """Light, exposure, haze, tone curve, white balance."""
    bright = np.clip(picture, 0, None) * np.float32(np.exp(rng.normal(0, 0.35)) * _exposure(rng))
    bright = bright * _light(rng) * np.exp(rng.normal(0, 0.08, 3)).astype(np.float32)
    haze = np.float32(max(rng.normal(0, 0.08), 0))
    bright = haze + (1 - haze) * np.clip(bright, 0, 1)
    developed: Picture = np.power(bright, np.float32(np.exp(rng.normal(0, 0.3)))).astype(np.float32)
    return developed


def _exposure(rng: Random) -> float:
    """Mostly right, now and then a dark room or a burnt-out face."""
    kind = rng.random()
    return float(rng.uniform(0.2, 0.6) if kind < 0.1 else rng.uniform(1.4, 2.2) if kind < 0.15 else 1)


def _light(rng: Random) -> NDArray[np.float32]:
    """BGR of what lights the face: mostly white, else lamps, the setting sun, a screen, or coloured light."""
    kind = rng.random()
    if kind < 0.7:
        return np.ones(3, np.float32)
    if kind < 0.87:
        return np.array([rng.uniform(0.2, 0.75), rng.uniform(0.55, 0.95), 1.0], np.float32)
    if kind < 0.93:
        return np.array([1.0, rng.uniform(0.7, 1.0), rng.uniform(0.4, 0.85)], np.float32)
    return rng.uniform(0.3, 1.0, 3).astype(np.float32)


def _stored(picture: Picture, rng: Random) -> Image:
    """Sensor noise, the camera's smoothing, eight bits, an enlargement, JPEG with coarser colours, grey."""
    deviation = abs(rng.normal(0, 5)) if rng.random() < 0.85 else rng.uniform(5, 18)
    noise = rng.standard_normal(picture.shape, np.float32) * np.float32(deviation)
    if rng.random() < 0.5:
        noise = cv2.GaussianBlur(noise, (0, 0), 0.7).astype(np.float32)
    stored = np.clip(picture * 255 + noise * np.sqrt(0.4 + picture), 0, 255).astype(np.uint8)
    if rng.random() < 0.12:
        stored = cv2.bilateralFilter(stored, 5, rng.uniform(10, 45), 2).astype(np.uint8)
    if rng.random() < 0.2:
        stored = _enlarged(stored, rng)
    if rng.random() < 0.65:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 96))]
        stored = cv2.imdecode(cv2.imencode(".jpg", stored, quality)[1], cv2.IMREAD_COLOR).astype(np.uint8)
    grey: Image = cv2.cvtColor(stored, cv2.COLOR_BGR2GRAY)
    return grey


def _enlarged(picture: Image, rng: Random) -> Image:
    """What is left of a picture that was smaller and has been enlarged: digital zoom, a call's lower resolution."""
    height, width = picture.shape[:2]
    factor = rng.uniform(1.2, 2.2)
    size = max(6, round(width / factor)), max(6, round(height / factor))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 96))]
        small = cv2.imdecode(cv2.imencode(".jpg", small, quality)[1], cv2.IMREAD_COLOR)
    way = cv2.INTER_CUBIC if rng.random() < 0.5 else cv2.INTER_LINEAR
    return cv2.resize(small, (width, height), interpolation=way).astype(np.uint8)
