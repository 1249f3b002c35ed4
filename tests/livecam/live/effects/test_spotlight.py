"""The spotlight over time: what is lit, what is dark, how lights move, and targets instead of faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from livecam.core.types import Box, Image, Point, Scene
from livecam.live.effects.factory import SPOTLIGHT
from livecam.live.effects.spotlight import FaceLights, LightEllipse, Spotlight, TargetLights
from livecam.live.effects.stack import SelectableEffect
from livecam.perception.detection_worker import InlineDetection
from livecam.perception.targets.detector import Target
from livecam.settings import EffectSettings, Trigger
from tests.fakes import grey, make_face, make_frame, make_look, make_scene

SETTINGS = EffectSettings(style=SPOTLIGHT)
LEVEL = 200
ROOM = grey(640, 480, LEVEL)
MOMENTS = np.arange(0, 2, 1 / 30)


def at(seconds: float, *places: tuple[float, float]) -> Scene:
    """A grey room with faces there, each known again by its number."""
    faces = [make_face(centre=place, pupil_distance=40, identity=number) for number, place in enumerate(places)]
    return Scene(replace(make_frame(ROOM), timestamp=seconds), tuple(map(make_look, faces)))


def spotlight(**settings: object) -> SelectableEffect:
    return SelectableEffect(SETTINGS.model_copy(update=settings))


def level(image: Image, place: tuple[float, float]) -> int:
    return int(image[round(place[1]), round(place[0])].max())


def brightest(image: Image) -> Point:
    """The middle of what is lit."""
    rows, columns = np.nonzero(image[..., 0] > 0.9 * LEVEL)
    return Point(float(columns.mean()), float(rows.mean()))


def test_a_face_is_as_bright_as_ever_and_the_rest_is_dark() -> None:
    image = spotlight().draw(at(0, (200, 200)))
    assert [level(image, (200, 200)), level(image, (200, 260)), level(image, (600, 400))] == [LEVEL, LEVEL, 20]


def test_the_edge_of_the_light_is_soft() -> None:
    row = spotlight().draw(at(0, (200, 200)))[200, 200:, 0].astype(int)
    assert np.abs(np.diff(row)).max() <= 16


def test_every_face_has_a_light() -> None:
    image = spotlight().draw(at(0, (150, 200), (500, 200)))
    assert [level(image, (150, 200)), level(image, (500, 200)), level(image, (325, 200))] == [LEVEL, LEVEL, 20]


def test_where_two_lights_meet_it_is_no_brighter_than_in_one() -> None:
    assert spotlight().draw(at(0, (300, 200), (330, 200))).max() == LEVEL


def test_the_light_leans_with_the_head() -> None:
    face = make_face(centre=(320, 240), pupil_distance=60, roll=0.8)
    image = spotlight().draw(make_scene(make_frame(ROOM), (make_look(face),)))
    rows, columns = np.nonzero(image[..., 0] > 150)
    assert np.corrcoef(rows, columns)[0, 1] < -0.2


@pytest.mark.parametrize("fps", [15, 60])
def test_a_light_follows_its_face_smoothly_at_any_frame_rate(fps: int) -> None:
    effect = spotlight()
    effect.draw(at(0, (200, 200)))
    images = [effect.draw(at(index / fps, (300, 200))) for index in range(1, fps + 1)]
    on_the_way = brightest(images[round(0.2 * fps) - 1]).x
    assert abs(on_the_way - (300 - 100 * np.exp(-0.2 / 0.12))) < 3
    assert abs(brightest(images[-1]).x - 300) < 2


def test_a_face_that_blinks_out_keeps_its_light_for_a_while() -> None:
    effect = spotlight()
    effect.draw(at(0, (200, 200)))
    assert level(effect.draw(at(0.2)), (600, 400)) == 20


def test_when_nobody_is_left_the_room_grows_bright_again() -> None:
    effect = spotlight()
    effect.draw(at(0, (200, 200)))
    levels = [level(effect.draw(at(moment)), (600, 400)) for moment in MOMENTS]
    assert levels == sorted(levels)
    assert levels[-1] == LEVEL
    assert np.diff(levels).max() < 40


def test_one_of_two_who_leaves_is_left_in_the_dark() -> None:
    effect = spotlight()
    effect.draw(at(0, (150, 200), (500, 200)))
    image = [effect.draw(at(moment, (150, 200))) for moment in MOMENTS][-1]
    assert [level(image, (150, 200)), level(image, (500, 200))] == [LEVEL, 20]


def test_somebody_who_comes_in_is_lit_bit_by_bit() -> None:
    effect = spotlight()
    effect.draw(at(0, (150, 200)))
    levels = [level(effect.draw(at(moment, (150, 200), (500, 200))), (500, 200)) for moment in MOMENTS]
    assert levels == sorted(levels)
    assert [levels[0], levels[-1]] == [20, LEVEL]


def test_a_weaker_spotlight_leaves_more_light() -> None:
    levels = [level(spotlight(strength=share).draw(at(0, (200, 200))), (600, 400)) for share in (1, 0.7, 0.3, 0)]
    assert levels == sorted(levels)
    assert levels[-1] == LEVEL


def test_with_the_trigger_key_it_waits_for_the_key() -> None:
    effect = spotlight(trigger=Trigger.KEY)
    before = effect.draw(at(0, (200, 200)))
    effect.controls.toggle()
    after = [effect.draw(at(moment, (200, 200))) for moment in MOMENTS][-1]
    assert [level(image, (600, 400)) for image in (before, after)] == [LEVEL, 20]


def test_with_the_trigger_auto_a_calm_face_darkens_nothing() -> None:
    assert np.array_equal(spotlight(trigger=Trigger.AUTO).draw(at(0, (200, 200))), ROOM)


def test_a_key_changes_to_the_spotlight_and_back() -> None:
    effect = SelectableEffect(EffectSettings(style="swirl"))
    outside = [level(effect.draw(at(0, (200, 200))), (600, 400))]
    for style in (SPOTLIGHT, "saucer"):
        effect.controls.style = style
        outside.append(level(effect.draw(at(1, (200, 200))), (600, 400)))
    assert outside == [LEVEL, 20, LEVEL]


@pytest.mark.parametrize("size", [(641, 479), (30, 3), (1, 1)])
def test_the_light_is_in_its_place_in_a_frame_of_any_size(size: tuple[int, int]) -> None:
    light = LightEllipse(size[0] / 2, size[1] / 2, 4, 4, 0.0, 1.0)
    lights = Fixed(light)
    frame = make_frame(grey(*size, LEVEL))
    image = Spotlight(SelectableEffect(SETTINGS).controls, lights).draw(Scene(frame, ()))
    assert level(image, (size[0] // 2, size[1] // 2)) > 0.98 * LEVEL


def test_a_light_reaches_as_far_as_an_oracle_says() -> None:
    lights = Fixed(LightEllipse(300, 220, 100, 60, 0.5, 1.0))
    image = Spotlight(SelectableEffect(SETTINGS).controls, lights).draw(Scene(make_frame(ROOM), ()))
    full = np.zeros((480, 640), np.uint8)
    cv2.ellipse(full, (300, 220), (100, 60), np.degrees(0.5), 0, 360, 1, -1)
    wide = np.zeros((480, 640), np.uint8)
    cv2.ellipse(wide, (300, 220), (166, 102), np.degrees(0.5), 0, 360, 1, -1)
    assert image[cv2.erode(full, np.ones((9, 9))) > 0].min() > 0.97 * LEVEL
    assert image[wide == 0].max() <= 21


class Fixed:
    """One light that does not move."""

    fluster = 0.0

    def __init__(self, light: LightEllipse) -> None:
        self.light = light

    def lights(self, scene: Scene) -> dict[int, LightEllipse]:
        return {0: self.light}


class Spy:
    """A search for targets that counts, and finds what it is told to."""

    def __init__(self) -> None:
        self.places: list[tuple[float, float]] = []
        self.searches = 0

    def __call__(self, image: Image) -> Sequence[Target]:
        self.searches += 1
        return [Target(x, y, 0.9, Box(x - 10, y - 10, 20, 20), 0.9) for x, y in self.places]


def played(spy: Spy, moments: Sequence[float], lights: TargetLights | None = None) -> list[Image]:
    lights = lights or TargetLights(InlineDetection(spy), SETTINGS)
    effect = SelectableEffect(SETTINGS, lights)
    return [effect.draw(at(moment, (550, 100))) for moment in moments]


def test_a_target_is_lit_and_a_face_is_not() -> None:
    spy = Spy()
    spy.places = [(200, 300)]
    image = played(spy, [0.0])[0]
    assert [level(image, (200, 300)), level(image, (550, 100))] == [LEVEL, 20]


def test_without_a_target_the_picture_is_as_it_is() -> None:
    assert np.array_equal(played(Spy(), [0.0])[0], ROOM)


def test_targets_are_looked_for_twice_a_second_at_most() -> None:
    spy = Spy()
    played(spy, MOMENTS)
    assert spy.searches == 4


def test_the_picture_does_not_wait_for_a_search_that_has_not_ended() -> None:
    class Endless:
        def submit(self, image: Image) -> None:
            self.asked = True

        def poll(self) -> None:
            return None

    effect = SelectableEffect(SETTINGS, TargetLights(Endless(), SETTINGS))
    assert np.array_equal(effect.draw(at(0.0)), ROOM)


def test_a_target_found_again_near_by_keeps_its_light() -> None:
    spy, keys = Spy(), []
    lights = TargetLights(InlineDetection(spy), SETTINGS)
    for seconds, place in ((0.0, (200.0, 300.0)), (0.6, (215.0, 290.0)), (1.2, (500.0, 100.0))):
        spy.places = [place]
        keys.append({key for key, light in lights.lights(at(seconds)).items() if light.x == place[0]})
    assert keys == [{1}, {1}, {2}]


def test_a_target_that_is_gone_is_held_and_fades() -> None:
    spy = Spy()
    lights = TargetLights(InlineDetection(spy), SETTINGS)
    spy.places = [(200, 300)]
    lights.lights(at(0.0))
    lights.lights(at(0.45))
    spy.places = []
    levels = [[light.level for light in lights.lights(at(seconds)).values()] for seconds in (0.6, 0.825, 1.0)]
    assert levels == [[1.0], [pytest.approx(0.5)], []]


def test_a_stream_that_starts_again_is_searched_again() -> None:
    spy = Spy()
    played(spy, [100.0, 0.0, 0.5])
    assert spy.searches == 2


def test_each_of_several_pictures_is_lit_at_its_own_target_at_once() -> None:
    spy, places, levels = Spy(), [(200.0, 300.0), (500.0, 100.0), (60.0, 60.0)], []
    effect = SelectableEffect(SETTINGS, TargetLights(InlineDetection(spy), SETTINGS))
    for number, place in enumerate(places):
        spy.places = [place]
        scene = at(number / 30)
        image = effect.draw(replace(scene, frame=replace(scene.frame, scene_cut=True)))
        levels.append([level(image, other) for other in places])
    assert levels == [[LEVEL, 20, 20], [20, LEVEL, 20], [20, 20, LEVEL]]


def test_faces_light_up_under_keys_of_their_own() -> None:
    lights = FaceLights(SETTINGS)
    first, second = lights.lights(at(0, (150, 200), (500, 200))), lights.lights(at(0.1, (500, 200)))
    assert set(second) <= set(first)
