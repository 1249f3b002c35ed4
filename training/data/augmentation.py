"""Augmentation of eye crops: landmark jitter, normalised crops as the live program cuts them, batches by mix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import warp_crop
from livecam.core.types import Image, Side
from livecam.perception.pupils.network.eye_crop import window_matrix
from livecam.perception.pupils.network.heatmap import normalised
from livecam.perception.pupils.network.model_card import CropSpec, Decoding, Normalisation, PupilModelCard
from training.data.dataset import EyeDataset, Random


@dataclass(frozen=True, slots=True)
class CropJitter:
    """Standard deviations; some crops are as wild as `wildness` times them."""

    shift: float = 0.05  # of the eye's width
    scale: float = 0.09
    roll: float = 0.08  # radians
    wild_share: float = 0.15
    wildness: float = 2.2
    wide_share: float = 0.12  # cut wider than the eye, as the narrow eye of a turned head is


NO_JITTER = CropJitter(0, 0, 0, 0, wide_share=0)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Crops and what the net should say of them, in crop pixels."""

    crops: NDArray[np.float32]  # (n, h, w, 1) normalised
    centres: NDArray[np.float32]  # (n, 2)
    radii: NDArray[np.float32]  # (n,)
    visible: NDArray[np.float32]  # (n,)
    weights: NDArray[np.float32]  # (n,)
    scales: NDArray[np.float32]  # (n,) crop pixels per patch pixel


@dataclass(frozen=True, slots=True)
class CropPipeline:
    """How crops are made, from the card's parts."""

    window: CropSpec = field(default_factory=CropSpec)
    normalisation: Normalisation = field(default_factory=Normalisation)
    decoding: Decoding = field(default_factory=Decoding)

    @classmethod
    def of(cls, card: PupilModelCard) -> CropPipeline:
        return cls(card.window, card.normalisation, card.decoding)

    def batch(self, eyes: EyeDataset, which: NDArray[np.int64], jitter: CropJitter, rng: Random) -> Batch:
        """The crops of the eyes at `which`."""
        matrices = [self._matrix(eyes, int(k), jitter, rng) for k in which]
        size = (self.window.width, self.window.height)
        crops = [
            normalised(_spoilt(warp_crop(eyes.patch(int(k)), matrix, size), jitter, rng), self.normalisation)
            for k, matrix in zip(which, matrices, strict=True)
        ]
        stack = np.array(matrices)
        centres = np.einsum("nij,nj->ni", stack[:, :, :2], eyes.centres[which]) + stack[:, :, 2]
        scales = np.sqrt(np.abs(np.linalg.det(stack[:, :, :2])))
        return Batch(
            np.array(crops, np.float32)[..., None],
            centres.astype(np.float32),
            (eyes.radii[which] * scales).astype(np.float32),
            eyes.visible[which],
            eyes.weights[which],
            scales.astype(np.float32),
        )

    def _matrix(self, eyes: EyeDataset, which: int, jitter: CropJitter, rng: Random) -> NDArray[np.float64]:
        corners = _between(eyes.corners[which].astype(np.float64), jitter, rng)
        size = float(np.hypot(*(corners[1] - corners[0])))
        wild = jitter.wildness if rng.random() < jitter.wild_share else 1.0
        moved = corners + rng.normal(0, 1, 2) * jitter.shift * wild * size
        width = size * float(np.exp(rng.normal(0, 1) * jitter.scale * wild))
        if rng.random() < jitter.wide_share:
            width *= float(rng.uniform(1.1, 1.6))
        angle = float(eyes.angles[which]) + rng.normal(0, 1) * jitter.roll * wild
        return window_matrix(self.window, moved.mean(axis=0), width=width, angle=angle, side=Side.RIGHT)


def _between(found: NDArray[np.float64], jitter: CropJitter, rng: Random) -> NDArray[np.float64]:
    """Corners (2, 2) as one detector has them of (detectors, 2, 2), or another that lies between or a little beyond."""
    one, other = rng.integers(len(found), size=2)
    if jitter is NO_JITTER:
        return np.asarray(found[one], np.float64)
    return np.asarray(found[one] + rng.uniform(-0.3, 1.3) * (found[other] - found[one]), np.float64)


def _spoilt(crop: Image, jitter: CropJitter, rng: Random) -> Image:
    """Now and then a little noise of its own, so that no crop is seen twice."""
    if jitter is NO_JITTER or rng.random() < 0.7:
        return crop
    noise = rng.normal(0, rng.uniform(0, 4), crop.shape)
    return np.clip(crop + noise, 0, 255).astype(np.uint8)


def batches(
    eyes: EyeDataset, cutting: CropPipeline, jitter: CropJitter, rng: Random, *, size: int, mix: dict[str, float]
) -> Iterator[Batch]:
    """Endless random batches in which the origins appear in the proportions of `mix`."""
    places = [np.flatnonzero(eyes.origins == origin) for origin in mix]
    shares = np.array([float(share) if len(place) else 0.0 for share, place in zip(mix.values(), places, strict=True)])
    shares = shares / shares.sum()
    while True:
        counts = rng.multinomial(size, shares)
        which = np.concatenate([rng.choice(place, n) for place, n in zip(places, counts, strict=True) if n])
        yield cutting.batch(eyes, which, jitter, rng)
