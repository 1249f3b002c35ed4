"""The single-shot detectors: anchors, decoding, suppression, and the second look."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecam.perception.faces.face_model import FaceRegion
from livecam.perception.faces.mesh_networks.blazeface import (
    AnchorGrid,
    BlazeFaceDetector,
    anchor_centres,
    blended,
    decoded,
    letterboxed,
    overlap,
)
from livecam.perception.faces.mesh_networks.face_networks import FaceNetwork
from tests.fakes import grey
from tests.livecam.perception.faces.pictures import head, noise, portrait


def a_face(x: float, y: float, size: float) -> np.ndarray:
    """A square face of six keypoints in its middle, (8, 2)."""
    return np.array([(x, y), (size, size), *[(x, y)] * 6], np.float32)


@pytest.fixture(scope="module", params=[FaceNetwork.SHORT_RANGE, FaceNetwork.FULL_RANGE])
def detector(request: pytest.FixtureRequest) -> BlazeFaceDetector:
    return BlazeFaceDetector.open(request.param)


def test_anchors_lie_in_the_middle_of_their_cells_row_by_row() -> None:
    middles = anchor_centres((AnchorGrid(2, 1),))
    assert middles.tolist() == [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]]


def test_every_cell_has_all_its_anchors_before_the_next_one() -> None:
    middles = anchor_centres((AnchorGrid(2, 2), AnchorGrid(1, 6)))
    assert [tuple(middle) for middle in middles[[0, 1, 2, 8, 13]]] == [
        (0.25, 0.25),
        (0.25, 0.25),
        (0.75, 0.25),
        (0.5, 0.5),
        (0.5, 0.5),
    ]


def test_the_anchors_of_the_short_range_are_as_many_as_its_outputs() -> None:
    assert len(anchor_centres((AnchorGrid(16, 2), AnchorGrid(8, 6)))) == 896


def test_a_claim_is_relative_to_its_anchor_and_in_pixels_of_the_input() -> None:
    claim = np.zeros((1, 16), np.float32)
    claim[0, :6] = [12.8, -6.4, 25.6, 51.2, 1.28, 2.56]
    faces, scores = decoded(claim, np.array([2.0], np.float32), np.array([[0.5, 0.5]], np.float32), 128)
    assert faces[0, :3] == pytest.approx(np.array([[0.6, 0.45], [0.2, 0.4], [0.51, 0.52]]))
    assert scores[0] == pytest.approx(1 / (1 + math.exp(-2.0)))


def test_an_unlikely_claim_is_left_out() -> None:
    faces, scores = decoded(
        np.zeros((2, 16), np.float32), np.array([-0.1, 0.1], np.float32), np.zeros((2, 2), np.float32), 128
    )
    assert (len(faces), len(scores)) == (1, 1)


def test_wild_log_odds_are_still_probabilities() -> None:
    _, scores = decoded(np.zeros((1, 16), np.float32), np.array([1e9], np.float32), np.zeros((1, 2), np.float32), 128)
    assert scores.tolist() == [1.0]


@given(shift=st.floats(0, 0.5), size=st.floats(0.05, 0.4))
def test_the_overlap_of_two_squares_is_their_intersection_over_their_union(shift: float, size: float) -> None:
    shared = max(size - shift, 0) * size
    expected = shared / (2 * size * size - shared)
    other = a_face(0.3 + shift, 0.3, size)[None]
    assert overlap(a_face(0.3, 0.3, size), other)[0] == pytest.approx(expected, abs=1e-3)


def test_faces_that_overlap_become_one_weighted_by_their_scores() -> None:
    faces = np.stack([a_face(0.5, 0.5, 0.2), a_face(0.53, 0.5, 0.2)])
    (found,) = blended(faces, np.array([0.9, 0.6], np.float32))
    assert found[0][0] == pytest.approx([(0.9 * 0.5 + 0.6 * 0.53) / 1.5, 0.5], abs=1e-6)
    assert found[1] == pytest.approx(0.9)


def test_faces_apart_stay_apart_the_surest_first() -> None:
    faces = np.stack([a_face(0.2, 0.2, 0.1), a_face(0.8, 0.8, 0.1)])
    assert [score for _, score in blended(faces, np.array([0.6, 0.7], np.float32))] == pytest.approx([0.7, 0.6])


def test_a_wide_picture_keeps_its_proportions_and_the_rest_is_black() -> None:
    shown, scale, corner = letterboxed(grey(200, 100, level=255), 128)
    above, inside = shown[0, 31, 64].tolist(), shown[0, 32, 0].tolist()
    assert (scale, corner, above, inside) == (0.64, (0, 32), [-1.0] * 3, [1.0] * 3)


def test_a_detector_sees_red_where_red_is() -> None:
    blue_green_red = np.zeros((128, 128, 3), np.uint8)
    blue_green_red[:] = (0, 0, 255)
    assert letterboxed(blue_green_red, 128)[0][0, 5, 5].tolist() == [1.0, -1.0, -1.0]


@pytest.mark.parametrize("shape", [(480, 480), (480, 900), (900, 480)])
def test_a_face_is_told_in_pixels_of_a_picture_of_any_shape(
    detector: BlazeFaceDetector, shape: tuple[int, int]
) -> None:
    image = np.zeros((*shape, 3), np.uint8)
    image[-480:, -480:] = head(480)
    (alone,), (found,) = detector.detect(head(480)), detector.detect(image)
    offset = (shape[1] - 480, shape[0] - 480)
    assert math.hypot(found.x - offset[0] - alone.x, found.y - offset[1] - alone.y) < 0.05 * alone.size
    assert found.size == pytest.approx(alone.size, rel=0.12)


def test_the_face_of_the_portrait_is_found_once_where_it_is(detector: BlazeFaceDetector) -> None:
    (found,) = detector.detect(head(480))
    assert math.hypot(found.x - 245, found.y - 235) < 0.15 * found.size


def test_a_second_look_finds_the_face_again_and_surely(detector: BlazeFaceDetector) -> None:
    (found,) = detector.detect(head(480))
    again = detector.look_again(head(480), found)
    assert again is not None
    assert again.overlaps(found)
    assert again.confidence > 0.6


def test_a_second_look_puts_right_a_region_that_is_off_and_tilted(detector: BlazeFaceDetector) -> None:
    (found,) = detector.detect(head(480))
    moved = found._replace(x=found.x + 0.1 * found.size, angle=found.angle + 0.25)
    again = detector.look_again(head(480), moved)
    assert again is not None
    assert abs(again.x - found.x) < 0.06 * found.size
    assert again.angle == pytest.approx(found.angle, abs=0.13)


def test_a_second_look_beside_the_face_sees_none(detector: BlazeFaceDetector) -> None:
    (found,) = detector.detect(portrait())
    assert detector.look_again(portrait(), found._replace(x=found.x + found.size)) is None


def test_noise_is_no_face(detector: BlazeFaceDetector) -> None:
    assert detector.look_again(noise(200, 200), FaceRegion(100, 100, 100)) is None
