"""Pasting, checked against slow arithmetic."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecam.core.assets import asset
from livecam.drawing.compositing import Placement, Wave, paste, paste_bent
from livecam.drawing.sprites import AlphaSprite, MipLevel, MultiplySprite, Rgba, Sprite
from tests.fakes import grey

DISC = np.zeros((64, 64, 4), np.uint8)
cv2.circle(DISC, (63, 63), 48, (40, 80, 200, 255), -1, cv2.LINE_AA, 1)


def flat(colour: tuple[int, int, int], alpha: int) -> np.ndarray:
    return np.full((32, 32, 4), (*colour, alpha), np.uint8)


def picture(name: str) -> Rgba:
    read = cv2.imread(str(asset(f"effects/{name}.png")), cv2.IMREAD_UNCHANGED)
    assert read is not None
    return read.astype(np.uint8, copy=False)


OVERLAYS: dict[str, Sprite] = {
    name: AlphaSprite.of(picture(name))
    for name in ("saucer/white", "saucer/brow", "swirl/spiral", "sweat/drop", "mouth/line")
}
OVERLAYS |= {name: MultiplySprite.of(picture(name), glow=0.3) for name in ("blush/blush", "gloom/gloom")}


def with_margins(sprite: Sprite) -> Sprite:
    """The same sprite, of which every pixel of any frame is drawn."""
    levels = tuple(replace(level, reaches=(1e5,) * len(level.reaches)) for level in sprite.levels)
    return replace(sprite, levels=levels)


def turned(width: float, height: float, angle: float) -> Placement:
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    return Placement(101.3, 98.6, width * cos, width * sin, -height * sin, height * cos)


def centre_of_change(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    weight = cv2.absdiff(before, after).astype(float).sum(axis=2)
    rows, columns = np.indices(weight.shape)
    return np.array([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum()


@given(x=st.floats(40, 60), y=st.floats(40, 60), size=st.floats(12, 50), angle=st.floats(0, 6.3))
def test_a_sprite_lands_on_its_place_to_a_tenth_of_a_pixel(x: float, y: float, size: float, angle: float) -> None:
    before = grey(100, 100)
    image = before.copy()
    cos, sin = size * np.cos(angle), size * np.sin(angle)
    paste(image, AlphaSprite.of(DISC), Placement(x, y, cos, sin, -sin, cos))
    assert centre_of_change(before, image) == pytest.approx([x, y], abs=0.1)


@pytest.mark.parametrize("opacity", [1.0, 0.5, 0.1])
def test_paint_covers_by_its_alpha_and_opacity(opacity: float) -> None:
    image = grey(60, 60, 100)
    paste(image, AlphaSprite.of(flat((200, 40, 10), 153)), Placement(30, 30, 40, 0, 0, 40), opacity)
    share = 0.6 * opacity
    assert image[30, 30] == pytest.approx(np.array([200, 40, 10]) * share + 100 * (1 - share), abs=1.5)


@pytest.mark.parametrize("opacity", [1.0, 0.5])
def test_a_stain_multiplies_and_glows(opacity: float) -> None:
    image = grey(60, 60, 100)
    paste(image, MultiplySprite.of(flat((60, 60, 255), 255), glow=0.2), Placement(30, 30, 40, 0, 0, 40), opacity)
    colour = np.array([60, 60, 255])
    stained = 100 * (0.8 * colour / 255 + 0.2 * 0) + 0.2 * colour
    assert image[30, 30] == pytest.approx(stained * opacity + 100 * (1 - opacity), abs=2)


def test_a_placement_inside_another_is_squashed_with_it() -> None:
    outer = Placement(50, 50, 40, 0, 0, 20)
    assert outer.inside(0.25, -0.5, 0.5, np.pi / 2) == pytest.approx((60, 40, 0, 10, -20, 0))


def test_mirrored_twice_is_as_before() -> None:
    place = Placement(1, 2, 3, 4, 5, 6)
    assert place.mirrored().mirrored() == place != place.mirrored()


def test_what_is_transparent_leaves_every_pixel_as_it_was() -> None:
    image = np.random.default_rng(3).integers(0, 256, (80, 80, 3), np.uint8)
    before = image.copy()
    paste(image, AlphaSprite.of(flat((255, 0, 0), 0)), Placement(40, 40, 50, 10, -10, 50))
    assert np.array_equal(image, before)


def test_a_sprite_across_the_edge_is_the_same_where_it_can_be_seen() -> None:
    whole, part = grey(100, 100), grey(50, 50)
    paste(whole, AlphaSprite.of(DISC), Placement(45, 48, 30, 5, -5, 30))
    paste(part, AlphaSprite.of(DISC), Placement(45, 48, 30, 5, -5, 30))
    assert np.array_equal(whole[:50, :50], part)


def test_a_reduced_sprite_does_not_flicker_as_it_moves() -> None:
    stripes = np.full((256, 256, 4), 255, np.uint8)
    stripes[:, ::2, :3] = 0
    sums = []
    for shift in np.linspace(0, 1, 9):
        image = grey(40, 40)
        paste(image, AlphaSprite.of(stripes), Placement(20 + shift, 20, 16, 0, 0, 16))
        sums.append(image[20, 20].mean())
    assert max(sums) - min(sums) < 12


def test_a_bent_sprite_without_amplitude_is_the_straight_one() -> None:
    straight, bent = grey(100, 100), grey(100, 100)
    place = Placement(50.3, 49.6, 50, 8, -8, 50)
    paste(straight, AlphaSprite.of(DISC), place)
    paste_bent(bent, AlphaSprite.of(DISC), place, Wave(0.0, 2.0, 1.0))
    assert cv2.absdiff(straight, bent).max() <= 8


def test_a_wave_moves_its_crest_and_its_trough_apart() -> None:
    line = np.zeros((64, 128, 4), np.uint8)
    line[28:36, :, 3] = 255
    image = grey(150, 100, 200)
    paste_bent(image, AlphaSprite.of(line), Placement(75, 50, 128, 0, 0, 64), Wave(0.2, 1.0, 0.0))
    heights = [float(np.argmin(image[:, column].sum(axis=1))) for column in (43, 107)]
    assert heights[0] - heights[1] == pytest.approx(2 * 0.2 * 64 * 0.75, abs=4)


@settings(max_examples=10, deadline=None)
@given(size=st.floats(6, 180), angle=st.floats(0, 6.3), squash=st.floats(0.2, 1.2), opacity=st.sampled_from([1.0, 0.6]))
@pytest.mark.parametrize("name", OVERLAYS)
def test_the_margins_that_are_not_drawn_cannot_be_seen(
    name: str, size: float, angle: float, squash: float, opacity: float
) -> None:
    trimmed = np.random.default_rng(4).integers(0, 256, (200, 200, 3), np.uint8)
    whole, place = trimmed.copy(), turned(size, size * squash, angle)
    paste(trimmed, OVERLAYS[name], place, opacity)
    paste(whole, with_margins(OVERLAYS[name]), place, opacity)
    # OpenCV finds colours to 1/32 of a pixel, and rounds that otherwise in another region: 8 levels at an edge.
    assert cv2.absdiff(trimmed, whole).max() <= 10


@settings(max_examples=20, deadline=None)
@given(angle=st.floats(0, 6.3), amplitude=st.floats(-0.4, 0.4), phase=st.floats(0, 6.3))
def test_no_crest_of_a_bent_sprite_is_cut_off(angle: float, amplitude: float, phase: float) -> None:
    trimmed, whole = grey(200, 200), grey(200, 200)
    place, wave = turned(110, 60, angle), Wave(amplitude, 2.5, phase)
    paste_bent(trimmed, OVERLAYS["mouth/line"], place, wave)
    paste_bent(whole, with_margins(OVERLAYS["mouth/line"]), place, wave)
    assert cv2.absdiff(trimmed, whole).max() <= 10


@given(angle=st.floats(0, 6.3))
def test_a_disc_can_be_seen_as_far_in_every_direction(angle: float) -> None:
    disc = np.zeros((81, 101, 4), np.uint8)
    cv2.circle(disc, (50, 40), 30, (9, 9, 9, 255), -1)
    reach = MipLevel.of(disc, (0, 0, 0, 0)).reach(float(np.cos(angle)), float(np.sin(angle)))
    assert reach == pytest.approx((31, 31), abs=1.0)


@pytest.mark.parametrize(("direction", "reach"), [((1, 0), (26, 11)), ((-1, 0), (11, 26)), ((0, -2), (32, 12))])
def test_what_is_off_the_middle_can_be_seen_farther_on_one_side(
    direction: tuple[int, int], reach: tuple[int, int]
) -> None:
    box = np.zeros((41, 61, 4), np.uint8)
    box[5:26, 20:56, 3] = 255
    assert MipLevel.of(box, (0, 0, 0, 0)).reach(*direction) == pytest.approx(reach, abs=0.7)
