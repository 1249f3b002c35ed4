"""Every style as it was looked at: three sizes, two rolls, and what happens to shut eyes and weaker effects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from livecam.core.types import EyeState, Gaze, Point, Pupil, Scene
from livecam.live.effects.factory import SPOTLIGHT
from livecam.live.effects.stack import SelectableEffect
from livecam.settings import EffectSettings
from tests.golden import golden_names
from tests.livecam.live.effects.drawn_face import STYLES, drawn_scene

SIZES = {"small": 36, "middle": 72, "large": 110}
ROLLS = {"level": 0.0, "rolled": 0.4}
ACCESSORIES = ("sweat", "blush", "gloom", "mouth")
PACKS = ("angry", "dizzy", "heart-eyes", "kira-kira", "shock", "sleepy", "tears")
SECONDS = 1.27  # a moment with drops on the way and an iris off its place


def at(scene: Scene, seconds: float) -> Scene:
    return replace(scene, frame=replace(scene.frame, timestamp=seconds))


@pytest.mark.parametrize("roll", ROLLS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("style", STYLES)
def test_a_style_looks_as_it_should(style: str, size: str, roll: str, golden: Callable[..., None]) -> None:
    scene = drawn_scene(pupil_distance=SIZES[size], roll=ROLLS[roll], gaze=Gaze(0.4, 0.1))
    golden(SelectableEffect(EffectSettings(style=style)).draw(at(scene, SECONDS)), f"{style}_{size}_{roll}")


@pytest.mark.parametrize("accessory", ACCESSORIES)
def test_an_accessory_looks_as_it_should(accessory: str, golden: Callable[..., None]) -> None:
    effect = SelectableEffect(EffectSettings(style="saucer", accessories=(accessory,)))
    golden(effect.draw(at(drawn_scene(pupil_distance=72), SECONDS)), f"accessory_{accessory}")


@pytest.mark.parametrize("style", STYLES)
def test_shut_eyes_look_as_they_should(style: str, golden: Callable[..., None]) -> None:
    scene = drawn_scene(pupil_distance=72, roll=-0.2)
    observation = scene.faces[0]
    assert observation.left is not None
    winking = replace(observation, left=replace(observation.left, state=EyeState.CLOSED, confidence=0.05))
    golden(SelectableEffect(EffectSettings(style=style)).draw(Scene(scene.frame, (winking,))), f"{style}_winking")


@pytest.mark.parametrize("style", STYLES)
def test_half_the_strength_looks_as_it_should(style: str, golden: Callable[..., None]) -> None:
    effect = SelectableEffect(EffectSettings(style=style, strength=0.4))
    golden(effect.draw(at(drawn_scene(pupil_distance=72), SECONDS)), f"{style}_weak")


@pytest.mark.parametrize("roll", ROLLS)
@pytest.mark.parametrize("size", SIZES)
def test_the_spotlight_looks_as_it_should(size: str, roll: str, golden: Callable[..., None]) -> None:
    scene = on_a_wall(drawn_scene(pupil_distance=SIZES[size], roll=ROLLS[roll]))
    golden(SelectableEffect(EffectSettings(style=SPOTLIGHT)).draw(scene), f"spotlight_{size}_{roll}")


def test_half_the_spotlight_looks_as_it_should(golden: Callable[..., None]) -> None:
    scene = on_a_wall(drawn_scene(pupil_distance=72))
    golden(SelectableEffect(EffectSettings(style=SPOTLIGHT, strength=0.4)).draw(scene), "spotlight_weak")


def on_a_wall(scene: Scene) -> Scene:
    """The scene with as much room around it again, so that there is something to darken."""
    height, width = scene.frame.image.shape[:2]
    image = cv2.copyMakeBorder(
        scene.frame.image, height // 2, height // 2, width // 2, width // 2, cv2.BORDER_REPLICATE
    )
    looks = tuple(
        replace(
            observation,
            face=replace(
                observation.face, landmarks=observation.face.landmarks + np.float32([width // 2, height // 2])
            ),
            left=moved(observation.left, width // 2, height // 2),
            right=moved(observation.right, width // 2, height // 2),
        )
        for observation in scene.faces
    )
    return Scene(replace(scene.frame, image=image), looks)


@pytest.mark.parametrize("name", PACKS)
def test_an_effect_looks_as_it_should(name: str, golden: Callable[..., None]) -> None:
    scene = on_a_wall(drawn_scene(pupil_distance=60, roll=0.1, gaze=Gaze(0.3, -0.1)))
    golden(SelectableEffect(EffectSettings(style=name)).draw(at(scene, 3.4)), f"effect_{name}")


def moved(pupil: Pupil | None, x: int, y: int) -> Pupil | None:
    return replace(pupil, centre=Point(pupil.centre.x + x, pupil.centre.y + y)) if pupil else None


def test_no_golden_picture_is_left_over() -> None:
    kept = {f"{style}_{size}_{roll}" for style in STYLES for size in SIZES for roll in ROLLS}
    kept |= {f"{style}_{what}" for style in STYLES for what in ("winking", "weak")}
    kept |= {"spotlight_weak", *(f"spotlight_{size}_{roll}" for size in SIZES for roll in ROLLS)}
    kept |= {f"effect_{name}" for name in PACKS}
    assert golden_names() == kept | {f"accessory_{accessory}" for accessory in ACCESSORIES} | {"hud"}
