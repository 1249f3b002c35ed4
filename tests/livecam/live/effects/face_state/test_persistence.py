"""A face that blinks out is held, faded, and taken over when it comes back."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from livecam.core.types import Scene
from livecam.live.effects.face_state.persistence import FacePersistence
from tests.fakes import make_face, make_frame, make_look


def scene(seconds: float, *faces: tuple[int, float]) -> Scene:
    """Faces as (identity, x)."""
    looks = tuple(make_look(make_face(identity=identity, centre=(x, 240))) for identity, x in faces)
    return Scene(replace(make_frame(), timestamp=seconds), looks)


def opacity_after(absence: float, hold: float = 0.25, fade: float = 0.25) -> float:
    presences = FacePersistence(hold, fade)
    presences.update(scene(1.0, (1, 200)))
    left = presences.update(scene(1.0 + absence))
    return left[0].opacity if left else 0.0


@pytest.mark.parametrize(
    ("absence", "opacity"), [(0.1, 1.0), (0.25, 1.0), (0.3, 0.8), (0.375, 0.5), (0.5, 0.0), (9.0, 0.0)]
)
def test_a_lost_face_is_held_then_fades(absence: float, opacity: float) -> None:
    assert opacity_after(absence) == pytest.approx(opacity)


def test_without_hold_and_fade_a_lost_face_is_gone_at_once() -> None:
    assert opacity_after(0.01, hold=0.0, fade=0.0) == 0.0


def test_a_lost_face_stays_where_it_was() -> None:
    presences = FacePersistence(0.25, 0.25)
    before = presences.update(scene(0.0, (1, 200)))[0].observation
    assert presences.update(scene(0.2))[0].observation is before


def test_a_face_that_is_found_again_under_another_name_is_drawn_once() -> None:
    presences = FacePersistence(0.25, 0.25)
    key = presences.update(scene(0.0, (1, 200)))[0].key
    presences.update(scene(0.1))
    assert [face.key for face in presences.update(scene(0.15, (7, 206)))] == [key]


def test_a_face_that_appears_over_a_held_one_replaces_it() -> None:
    presences = FacePersistence(0.25, 0.25)
    presences.update(scene(0.0, (1, 200)))
    assert [face.track_id for face in presences.update(scene(0.1, (2, 320)))] == [2]


def test_a_face_elsewhere_leaves_the_held_one_alone() -> None:
    presences = FacePersistence(0.25, 0.25)
    presences.update(scene(0.0, (1, 100)))
    assert [face.track_id for face in presences.update(scene(0.1, (2, 500)))] == [2, 1]


def test_a_face_that_returns_while_it_fades_grows_whole_without_a_jump() -> None:
    presences = FacePersistence(0.0, 0.5)
    presences.update(scene(0.0, (1, 200)))
    presences.update(scene(0.4))
    opacities = [presences.update(scene(0.4 + step / 50, (1, 200)))[0].opacity for step in range(1, 12)]
    assert max(later - earlier for earlier, later in pairwise([0.2, *opacities])) < 0.2


def test_several_faces_keep_their_own_state() -> None:
    presences = FacePersistence(0.25, 0.25)
    first = {face.track_id: face.key for face in presences.update(scene(0.0, (1, 100), (2, 500)))}
    second = {face.track_id: face.key for face in presences.update(scene(0.1, (2, 510), (1, 105)))}
    assert first == second


def test_a_source_that_begins_anew_forgets_everybody() -> None:
    presences = FacePersistence(0.25, 0.25)
    presences.update(scene(5.0, (1, 200)))
    assert presences.update(scene(0.0)) == []


def test_a_face_is_whole_when_a_source_begins_anew() -> None:
    presences = FacePersistence(0.25, 0.25)
    presences.update(scene(50.0, (1, 200)))
    assert [face.opacity for face in presences.update(scene(0.0, (1, 200)))] == [1.0]


def test_nobody_is_held_in_another_picture() -> None:
    presences = FacePersistence(0.25, 0.25)
    presences.update(scene(5.0, (1, 200)))
    other = scene(5.1)
    assert presences.update(replace(other, frame=replace(other.frame, scene_cut=True))) == []
