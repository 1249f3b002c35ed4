"""What scanners, printers and compression do to a page, done to a crop of it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.scene import Image

Random = np.random.Generator
_GREY = np.array([0.114, 0.587, 0.299], np.float32)  # of BGR


@dataclass(frozen=True, slots=True)
class Jitter:
    """How strongly colours and sharpness vary; 0 leaves crops as they are, 1 is what the shipped models learn from."""

    strength: float = 1.0
    grey: float = 0.12  # share of the crops without colour

    def recolour(self, image: Image, random: Random) -> Image:
        """Other inks and paper: gains of the channels, contrast, gamma, saturation, hue."""
        s = self.strength
        if not s:
            return image
        saturation = 0.0 if random.random() < self.grey else float(np.exp(random.normal(0, 0.25 * s)))
        luma = _GREY * (1 - saturation)
        mixing = np.eye(3, dtype=np.float32) * saturation + luma[None, :]
        mixing = _hue(random.normal(0, 0.08 * s)) @ mixing
        mixing *= np.exp(random.normal(0, 0.08 * s, (3, 1)))
        contrast, shift = float(np.exp(random.normal(0, 0.15 * s))), random.normal(0, 12 * s, 3) * 0.4
        shift = shift + random.normal(0, 12 * s)
        matrix = np.column_stack([mixing * contrast, 128 * (1 - contrast) + shift])
        mixed = cv2.transform(image, matrix)
        curve = (np.linspace(0, 1, 256) ** float(np.exp(random.normal(0, 0.2 * s))) * 255).astype(np.uint8)
        return cv2.LUT(mixed, curve).astype(np.uint8, copy=False)

    def resolve(self, image: Image, random: Random) -> Image:
        """Another sharpness: fewer pixels, blur, sharpening, noise, JPEG blocks."""
        s = self.strength
        if random.random() < 0.3 * s:
            image = _fewer_pixels(image, float(random.uniform(0.4, 0.9)))
        if random.random() < 0.25 * s:
            image = cv2.GaussianBlur(image, (0, 0), float(random.uniform(0.4, 1.3))).astype(np.uint8, copy=False)
        if random.random() < 0.2 * s:
            soft = cv2.GaussianBlur(image, (0, 0), 1.2)
            amount = float(random.uniform(0.4, 1.5))
            image = cv2.addWeighted(image, 1 + amount, soft, -amount, 0).astype(np.uint8, copy=False)
        if random.random() < 0.25 * s:
            noise = random.normal(0, random.uniform(2, 12), image.shape).astype(np.float32)
            image = np.clip(image + noise, 0, 255).astype(np.uint8)
        if random.random() < 0.4 * s:
            image = through_jpeg(image, int(random.integers(20, 90)))
        return image


NONE = Jitter(0.0, 0.0)


def through_jpeg(image: Image, quality: int) -> Image:
    """The image as a JPEG file of this quality gives it back."""
    data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(data, cv2.IMREAD_COLOR).astype(np.uint8, copy=False)


def _fewer_pixels(image: Image, factor: float) -> Image:
    height, width = image.shape[:2]
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _hue(angle: float) -> NDArray[np.float32]:
    """A turn of all colours around the grey axis, radians (Rodrigues' formula)."""
    cosine, sine, third = np.cos(angle), np.sin(angle), np.sqrt(1 / 3)
    cross = np.array([[0, -third, third], [third, 0, -third], [-third, third, 0]])
    turn: NDArray[np.float32] = (cosine * np.eye(3) + sine * cross + (1 - cosine) / 3).astype(np.float32)
    return turn
