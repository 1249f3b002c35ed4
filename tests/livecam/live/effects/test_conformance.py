"""What every Effect promises, whatever it draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from livecam.core.interfaces import Effect
from livecam.core.types import EyeState, Face, FaceObservation, Frame, Gaze, Scene, Side
from livecam.live.effects.checking import check_pack
from livecam.live.effects.factory import SPOTLIGHT
from livecam.live.effects.factory import names as effect_names
from livecam.live.effects.library.locations import ACCESSORIES
from livecam.live.effects.stack import SelectableEffect
from livecam.settings import EffectSettings
from tests.fakes import FakeEffect, grey, make_face, make_frame, make_look, make_pupil, make_scene
from tests.livecam.live.effects.drawn_face import STYLES

EVERYTHING = ("sweat", "blush", "gloom", "mouth")
EFFECTS = ["fake", *STYLES, SPOTLIGHT]  # the others have the shorter test that authors run


def make_effect(name: str) -> Effect:
    return FakeEffect() if name == "fake" else SelectableEffect(EffectSettings(style=name, accessories=EVERYTHING))


def noisy_frame(width: int, height: int) -> Frame:
    return make_frame(np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8))


def closed(observation: FaceObservation) -> FaceObservation:
    assert observation.left is not None
    return replace(observation, left=replace(observation.left, state=EyeState.CLOSED, confidence=0.2), right=None)


FACE = make_face()
LOOKS: dict[str, tuple[FaceObservation, ...]] = {
    "an empty room": (),
    "one face": (make_look(FACE, Gaze(0.5, -0.4)),),
    "no pupils": (FaceObservation(FACE, None, None, None, None),),
    "one pupil": (FaceObservation(FACE, make_pupil(FACE, Side.LEFT), None, Gaze(0.2, 0), None),),
    "closed eyes": (closed(make_look(FACE)),),
    "a face half outside": (make_look(make_face(centre=(0, 10), roll=0.5)),),
    "a face far outside": (make_look(make_face(centre=(-9000, 9000))),),
    "a face larger than the frame": (make_look(make_face(pupil_distance=900)),),
    "a very small face": (make_look(make_face(pupil_distance=3)),),
    "upside down": (make_look(make_face(roll=3.1)),),
    "ten faces": tuple(make_look(make_face(centre=(60.0 * k, 30.0 * k), identity=k)) for k in range(10)),
    "all points equal": (make_look(replace(FACE, landmarks=np.full((68, 2), 100, np.float32))),),
    "points that are not numbers": (make_look(replace(FACE, landmarks=np.full((68, 2), np.nan, np.float32))),),
    "eyes on a line": (make_look(replace(FACE, landmarks=FACE.landmarks * np.float32([1, 0]))),),
}
SIZES = [(640, 480), (1, 1), (61, 47), (3, 500)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("looks", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("name", EFFECTS)
def test_the_result_is_a_new_whole_image_of_the_same_kind(
    name: str, looks: tuple[FaceObservation, ...], size: tuple[int, int]
) -> None:
    scene = Scene(noisy_frame(*size), looks)
    drawn = make_effect(name).draw(scene)
    assert (drawn.shape, drawn.dtype, drawn.flags.c_contiguous, np.shares_memory(drawn, scene.frame.image)) == (
        scene.frame.image.shape, np.uint8, True, False,
    )  # fmt: skip


@pytest.mark.parametrize("looks", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("name", EFFECTS)
def test_the_frame_is_never_written_to(name: str, looks: tuple[FaceObservation, ...]) -> None:
    frame = noisy_frame(640, 480)
    before = frame.image.copy()
    effect = make_effect(name)
    for seconds in (0.0, 0.1, 0.5):
        effect.draw(Scene(replace(frame, timestamp=seconds), looks))
    assert np.array_equal(frame.image, before)


@pytest.mark.parametrize("name", EFFECTS)
def test_a_frame_that_may_not_be_written_to_is_enough(name: str) -> None:
    frame = noisy_frame(640, 480)
    frame.image.flags.writeable = False
    assert make_effect(name).draw(make_scene(frame)).flags.writeable


@pytest.mark.parametrize("name", EFFECTS)
def test_a_room_without_faces_is_shown_as_it_is(name: str) -> None:
    frame = noisy_frame(320, 200)
    assert np.array_equal(make_effect(name).draw(Scene(frame, ())), frame.image)


@pytest.mark.parametrize("name", STYLES)
def test_only_the_surroundings_of_the_face_change(name: str) -> None:
    face: Face = make_face(pupil_distance=60)
    scene = make_scene(make_frame(grey()), (make_look(face),))
    changed = np.argwhere((make_effect(name).draw(scene) != scene.frame.image).any(axis=2))[:, ::-1]
    assert np.abs(changed - face.landmarks[27]).max() < 2.0 * face.pupil_distance


@pytest.mark.parametrize("name", [name for name in (*effect_names(), *ACCESSORIES) if name not in EFFECTS])
def test_every_effect_that_ships_passes_the_test_for_authors(name: str) -> None:
    found = check_pack(name)
    assert (found.name, found.advice) == (name, ())
