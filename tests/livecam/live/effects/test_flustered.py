"""The effect over time: strength, triggers, styles, and independence of the frame rate."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from livecam.core.errors import SettingsError
from livecam.core.types import EyeState, Gaze, Image, Scene, Side
from livecam.live.effects.controls import EffectControls
from livecam.live.effects.stack import SelectableEffect
from livecam.settings import EffectSettings, Trigger
from tests.fakes import make_face, make_frame, make_look
from tests.livecam.live.effects.drawn_face import STYLES, drawn_scene

SCENE = drawn_scene(pupil_distance=72)
CALLS = 530  # of Python functions in a frame of `saucer` on one face


def at(scene: Scene, seconds: float) -> Scene:
    return replace(scene, frame=replace(scene.frame, timestamp=seconds))


def played(effect: SelectableEffect, scene: Scene, moments: Iterable[float]) -> list[Image]:
    return [effect.draw(at(scene, moment)) for moment in moments]


def changed(image: Image, scene: Scene = SCENE) -> float:
    return float(cv2.absdiff(image, scene.frame.image).mean())


@pytest.mark.parametrize("style", STYLES)
def test_without_strength_nothing_changes(style: str) -> None:
    effect = SelectableEffect(EffectSettings(style=style, strength=0))
    assert np.array_equal(effect.draw(at(SCENE, 1.3)), SCENE.frame.image)


@pytest.mark.parametrize("style", STYLES)
def test_a_stronger_effect_changes_more(style: str) -> None:
    amounts = [
        changed(SelectableEffect(EffectSettings(style=style, strength=strength)).draw(at(SCENE, 1.3)))
        for strength in (0.1, 0.4, 0.7, 1.0)
    ]
    assert amounts == sorted(amounts)


@pytest.mark.parametrize("style", STYLES)
def test_fifteen_and_sixty_frames_a_second_show_the_same(style: str) -> None:
    shut = at(SCENE, 0)
    observation = SCENE.faces[0]
    assert observation.left is not None
    shut = Scene(SCENE.frame, (replace(observation, left=replace(observation.left, state=EyeState.CLOSED)),))
    finals = []
    for fps in (15, 60):
        effect = SelectableEffect(EffectSettings(style=style))
        played(effect, SCENE, [index / fps for index in range(fps)])
        finals.append(played(effect, shut, [1 + index / fps for index in range(fps + 1)])[-1])
    assert cv2.absdiff(*finals).max() <= 3


@pytest.mark.parametrize("style", STYLES)
def test_it_moves(style: str) -> None:
    first, second = played(SelectableEffect(EffectSettings(style=style, accessories=())), SCENE, (1.0, 1.06))
    assert cv2.absdiff(first, second).max() > 20


def pupil_place(gaze: Gaze) -> np.ndarray:
    """Where the dark pupil of the left saucer is, in a frame without anything else."""
    face = make_face(centre=(150, 150), pupil_distance=100)
    effect = SelectableEffect(EffectSettings(accessories=()))
    image = effect.draw(Scene(make_frame(np.full((300, 300, 3), 255, np.uint8)), (make_look(face, gaze),)))
    x, y = face.lids(Side.LEFT)[[0, 3]].mean(axis=0).astype(int)
    weight = 255.0 - image.max(axis=2)
    rows, columns = np.indices(weight.shape)
    weight[(weight < 120) | (np.hypot(columns - x, rows - y) > 37)] = 0  # within the outline
    return np.array([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum()


@pytest.mark.parametrize("gaze", [Gaze(0.8, 0), Gaze(-0.8, 0), Gaze(0, 0.8), Gaze(0.5, -0.5)])
def test_the_pupils_of_saucers_look_where_the_real_ones_look(gaze: Gaze) -> None:
    moved = pupil_place(gaze) - pupil_place(Gaze(0, 0))
    assert moved / 25 == pytest.approx(np.array(gaze), abs=0.12)


def test_a_face_is_flustered_from_the_first_frame() -> None:
    first, later = played(SelectableEffect(EffectSettings(accessories=())), SCENE, (0.0, 3.0))
    assert changed(first) == pytest.approx(changed(later), rel=0.1)


def test_with_the_trigger_key_it_waits_for_its_key() -> None:
    effect = SelectableEffect(EffectSettings(trigger=Trigger.KEY))
    before = changed(effect.draw(at(SCENE, 1.0)))
    effect.controls.toggle()
    after = changed(played(effect, SCENE, (1.1, 1.2, 1.3))[-1])
    assert (before, after > 1) == (0, True)


def saucer_width(image: Image) -> int:
    """The longest run of white in the row of the eyes."""
    face = SCENE.faces[0].face
    row = image[int(face.lids(Side.LEFT)[0][1]), int(face.landmarks[27][0]) :].min(axis=1)
    return int((row > 240).sum())


def test_a_style_that_is_switched_on_springs_out_and_settles() -> None:
    effect = SelectableEffect(EffectSettings(style="swirl", accessories=()))
    effect.draw(at(SCENE, 3.0))
    effect.controls.style = "saucer"
    widths = [saucer_width(image) for image in played(effect, SCENE, (3.5, 3.57, 5.8))]
    assert widths[1] > widths[2] + 3


def test_switching_off_takes_a_moment_and_then_leaves_nothing() -> None:
    effect = SelectableEffect(EffectSettings())
    full = changed(effect.draw(at(SCENE, 1.0)))
    effect.controls.toggle()
    half, none = (changed(image) for image in played(effect, SCENE, (1.07, 1.3)))
    assert full > half > none == 0


def glancing(seconds: float) -> Scene:
    place = np.random.default_rng(int(seconds * 3)).uniform(-0.8, 0.8, 2)
    return Scene(SCENE.frame, (make_look(SCENE.faces[0].face, Gaze(float(place[0]), float(place[1]))),))


def resting(seconds: float) -> Scene:
    """Eyes at rest, with the noise of a detector."""
    h, v = np.random.default_rng(int(seconds * 1000)).normal(0, 0.05, 2)
    return Scene(SCENE.frame, (make_look(SCENE.faces[0].face, Gaze(float(h), float(v))),))


def test_with_the_trigger_auto_calm_eyes_are_left_alone() -> None:
    effect = SelectableEffect(EffectSettings(trigger=Trigger.AUTO))
    assert max(changed(effect.draw(at(resting(index / 30), index / 30))) for index in range(150)) == 0


def test_with_the_trigger_auto_restless_eyes_bring_it_out() -> None:
    effect = SelectableEffect(EffectSettings(trigger=Trigger.AUTO))
    amounts = [changed(effect.draw(at(glancing(index / 30), index / 30))) for index in range(180)]
    assert (amounts[0], amounts[-1] > 5, effect.level > 0.7) == (0, True, True)


def test_the_level_is_known_whatever_the_trigger() -> None:
    effect = SelectableEffect(EffectSettings())
    for index in range(180):
        effect.draw(at(glancing(index / 30), index / 30))
    assert effect.level > 0.7


def test_in_an_empty_room_the_level_is_nothing() -> None:
    assert SelectableEffect(EffectSettings()).level == 0


def test_a_lost_face_keeps_its_effect_for_a_while() -> None:
    effect = SelectableEffect(EffectSettings(hold_ms=250, fade_ms=250))
    effect.draw(at(SCENE, 1.0))
    empty = Scene(SCENE.frame, ())
    held, fading, gone = (changed(image) for image in played(effect, empty, (1.2, 1.4, 1.51)))
    assert held > fading > gone == 0


def test_a_second_of_one_person_does_not_depend_on_another() -> None:
    alone, company = SelectableEffect(EffectSettings()), SelectableEffect(EffectSettings())
    frame = make_frame(np.full((300, 900, 3), 128, np.uint8))
    one, other = (make_look(make_face(centre=(x, 130), identity=x)) for x in (150, 700))
    for seconds in (0.0, 0.5, 1.0):
        first = alone.draw(at(Scene(frame, (one,)), seconds))
        second = company.draw(at(Scene(frame, (one, other)), seconds))
    assert np.array_equal(first[:, :400], second[:, :400])


def test_a_source_that_begins_anew_is_drawn_as_the_first_time() -> None:
    effect = SelectableEffect(EffectSettings())
    first = effect.draw(at(SCENE, 0.0))
    effect.controls.toggle()
    effect.draw(at(SCENE, 50.0))
    effect.controls.toggle()
    effect.draw(at(SCENE, 51.0))
    again = effect.draw(at(SCENE, 0.0))
    assert abs(changed(first) - changed(again)) < 0.3 * changed(first)


def test_an_unknown_style_names_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="tremble, saucer, swirl"):
        SelectableEffect(EffectSettings(style="sparkle"))


def test_accessories_can_be_left_off() -> None:
    amounts = [
        changed(SelectableEffect(EffectSettings(accessories=which)).draw(SCENE)) for which in ((), ("blush",), None)
    ]
    assert amounts[0] < amounts[1] < amounts[2]


def test_the_keys_change_style_and_strength() -> None:
    controls = EffectControls.starting(EffectSettings(style="swirl", strength=0.95))
    controls.next_style(STYLES)
    controls.stronger()
    assert (controls.style, controls.strength) == ("tremble", 1.0)


def test_a_style_changed_by_a_key_is_drawn_at_once() -> None:
    effect = SelectableEffect(EffectSettings(style="saucer"))
    saucers, swirls = effect.draw(at(SCENE, 1.0)), None
    effect.controls.next_style(STYLES)
    swirls = effect.draw(at(SCENE, 1.0))
    assert cv2.absdiff(saucers, swirls).max() > 100


def test_a_style_is_drawn_with_few_calls() -> None:
    """Calls of Python's functions cost most of what drawing takes beside its pixels; their number is alike anywhere."""
    effect, calls = SelectableEffect(EffectSettings(style="saucer")), 0
    effect.draw(at(SCENE, 1.0))

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        effect.draw(at(SCENE, 1.03))
    finally:
        sys.setprofile(None)
    assert calls < CALLS
