"""Renderer of synthetic eyes with exact pupil labels: light, lashes, brows, glasses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.dataset import CORNER_SETS, EyeSample, Random
from training.synthesis import eye_parameters, occluders
from training.synthesis.camera_model import photograph
from training.synthesis.eye_parameters import EyeParameters, LidMasks

Picture = NDArray[np.float32]  # (h, w, 3) BGR, 0..1
Mask = NDArray[np.float32]  # (h, w), 0..1

UNIT = 64  # pixels per eye width
WIDTH, HEIGHT = 144, 120
SHOTS = 4  # photographs of each rendered eye


@dataclass(frozen=True, slots=True)
class Chunk:
    """A portion of the work."""

    seed: int
    number: int
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """An eye and its truth, in pixels of the picture."""

    picture: Picture
    corners: NDArray[np.float64]  # (2, 2), temple and nose
    centre: NDArray[np.float64]  # (2,)
    radius: float
    visible: float  # share of the iris that is visible, 0..1


def render(rng: Random) -> Rendered:
    """A random right eye."""
    eye = eye_parameters.draw(rng)
    middle = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])
    return Rendered(
        _picture(eye, rng),
        eye.corners * UNIT + middle,
        np.array([eye.iris.x, eye.iris.y]) * UNIT + middle,
        eye.iris.radius * UNIT,
        eye_parameters.visible_share(eye),
    )


def _picture(eye: EyeParameters, rng: Random) -> Picture:
    x = ((np.arange(WIDTH) - (WIDTH - 1) / 2) / UNIT).astype(np.float32)
    y = ((np.arange(HEIGHT) - (HEIGHT - 1) / 2) / UNIT).astype(np.float32)[:, None]
    margin = eye_parameters.lids(eye, x)
    opening = _between(y, margin)
    ball = _ball(eye, margin, x, y, rng)
    picture = _skin(eye, margin, x, y, rng)
    picture += (ball - picture) * opening[..., None]
    occluders.lashes(picture, margin, x, eye, rng)
    occluders.glints(picture, opening, eye, x, y, rng)
    occluders.surroundings(picture, eye, x, y, rng)
    return np.clip(picture, 0, 1)


def _between(y: Mask, margin: LidMasks) -> Mask:
    soft = np.float32(UNIT / 1.5)
    below = np.clip((y - margin.upper) * soft + 0.5, 0, 1)
    above = np.clip((margin.lower - y) * soft + 0.5, 0, 1)
    opening: Mask = below * above * margin.inside * np.clip((margin.lower - margin.upper) * soft, 0, 1)
    return opening


def _ball(eye: EyeParameters, margin: LidMasks, x: Mask, y: Mask, rng: Random) -> Picture:
    iris = eye.iris
    level = min(float(np.mean(eye.skin)) * eye.white + rng.uniform(0.05, 0.2), 1.0)
    tint = np.array([rng.uniform(0.85, 1.05), rng.uniform(0.88, 1.0), 1.0], np.float32)
    away = np.hypot((x - iris.x) / iris.squeeze[0], (y - iris.y) / iris.squeeze[1]) / iris.radius
    disc = np.clip((1 - away) / np.float32(iris.softness * 4) + 0.5, 0, 1)
    ball = level * (1 - np.float32(rng.uniform(0.1, 0.5)) * np.minimum((2 * x / eye.width) ** 2, 1))
    ball = ball * (1 + occluders.cloud(rng, 0.06, cells=6))
    picture: Picture = ball[..., None] * tint
    picture += (_iris(eye, level, away, x, y, rng) - picture) * disc[..., None]
    depth, strength = rng.uniform(0.04, 0.14), rng.uniform(0.15, 0.75)
    shadow = 1 - np.float32(strength) * np.exp(-np.maximum(y - margin.upper, 0) / np.float32(depth))
    corner = 1 - np.float32(rng.uniform(0, 0.5)) * np.exp(-(((x - eye.width / 2) / 0.08) ** 2))
    picture *= (shadow * corner)[..., None]
    return picture


def _iris(eye: EyeParameters, level: float, away: Mask, x: Mask, y: Mask, rng: Random) -> Picture:
    iris = eye.iris
    angle = np.arctan2(y - iris.y, x - iris.x)
    spokes = rng.integers(9, 30, 2)
    phase = rng.uniform(0, 6.3, 2)
    texture = np.sin(angle * spokes[0] + phase[0] + 4 * away) * np.sin(angle * spokes[1] + phase[1])
    glow = level * iris.glow * (1 + np.float32(rng.uniform(0, 0.25)) * texture)
    # Light comes from above through the cornea and lights the lower half of the iris.
    glow = glow * (1 + np.float32(rng.uniform(-0.1, 0.5)) * (y - iris.y) / iris.radius)
    glow = glow * (1 - iris.ring * np.clip((away - 0.75) / 0.2, 0, 1))
    black = np.float32(level * rng.uniform(0.0, 0.12))
    pupil = np.clip((iris.pupil - away) * np.float32(12) + 0.5, 0, 1)
    glow = np.maximum(glow, black) * (1 - pupil) + black * pupil
    picture: Picture = glow[..., None] * np.array(iris.hue, np.float32)
    return picture


def _skin(eye: EyeParameters, margin: LidMasks, x: Mask, y: Mask, rng: Random) -> Picture:
    shade = 1 + occluders.cloud(rng, 0.08, cells=4) + occluders.cloud(rng, rng.uniform(0.0, 0.04), cells=24)
    # The crease stays where the open lid would fold; a lid that comes down shows its smooth skin below it.
    crease = margin.rest - np.float32(rng.uniform(0.04, 0.14))
    fold = np.exp(-(((y - crease) / np.float32(rng.uniform(0.012, 0.04))) ** 2))
    shade = shade * (1 - np.float32(rng.uniform(0, 0.55)) * fold * np.clip(1.25 - np.abs(2 * x / eye.width), 0, 1))
    socket = np.exp(-(((x - 0.62) / 0.25) ** 2) - ((y + 0.15) / 0.3) ** 2)
    shade = shade * (1 - np.float32(rng.uniform(0, 0.5)) * socket)
    bulge = np.exp(-(((x - eye.iris.x) / 0.25) ** 2) - ((y - margin.upper + 0.03) / 0.12) ** 2)
    shade = shade * (1 + np.float32(rng.uniform(-0.15, 0.3)) * bulge)
    bag = np.exp(-(((y - margin.lower - np.float32(rng.uniform(0.08, 0.2))) / 0.05) ** 2))
    shade = shade * (1 - np.float32(rng.uniform(0, 0.3)) * bag * np.clip(1.2 - np.abs(2 * x / eye.width), 0, 1))
    rim = np.exp(-(((y - margin.lower) / 0.02) ** 2)) * margin.inside
    shade = shade * (1 + np.float32(rng.uniform(-0.45, 0.25)) * rim)
    picture: Picture = shade[..., None] * np.array(eye.skin, np.float32)
    return picture


def synthesise(chunk: Chunk) -> list[EyeSample]:
    """The eyes of one chunk."""
    rng = np.random.default_rng([chunk.seed, chunk.number])
    eyes: list[EyeSample] = []
    while len(eyes) < chunk.count:
        rendered = render(rng)
        group = f"synthetic_{chunk.seed}_{chunk.number}_{len(eyes)}"
        shots = min(SHOTS, chunk.count - len(eyes))
        eyes += [_photographed(rendered, group, rng) for _ in range(shots)]
    return eyes


def chunks(count: int, seed: int, size: int = 500) -> list[Chunk]:
    """`count` eyes in handy portions, each with a random sequence of its own."""
    return [Chunk(seed, start // size, min(size, count - start)) for start in range(0, count, size)]


def _photographed(rendered: Rendered, group: str, rng: Random) -> EyeSample:
    unit = float(np.hypot(*(rendered.corners[1] - rendered.corners[0])))
    shot = photograph(rendered.picture, rendered.corners.mean(axis=0), unit, rng)
    scale = float(np.sqrt(abs(np.linalg.det(shot.matrix[:, :2]))))
    corners = rendered.corners @ shot.matrix[:, :2].T + shot.matrix[:, 2]
    x, y = shot.matrix[:, :2] @ rendered.centre + shot.matrix[:, 2]
    return EyeSample(
        shot.patch,
        np.broadcast_to(corners, (CORNER_SETS, 2, 2)).copy(),
        (float(x), float(y)),
        rendered.radius * scale,
        rendered.visible,
        shot.angle,
        1.0,
        group,
        "synthetic",
    )
