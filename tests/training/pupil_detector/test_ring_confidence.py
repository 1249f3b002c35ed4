"""What the handcrafted detector may claim is fitted from labelled eyes, drawn ones here."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from livecam.core.types import EyeState, Frame, Point, Side
from livecam.perception.pupils.handcrafted.confidence import (
    OPENNESS,
    LogisticWeights,
    RingEvidence,
    classify,
    probability,
)
from livecam.perception.pupils.handcrafted.detector import RingPupilDetector
from tests.fakes import make_face
from tests.livecam.perception.pupils.drawing import draw_eyes, shut, true_centre
from training.pupil_detector.ring_confidence import (
    CalibrationCase,
    LabelledEyes,
    RingConfidence,
    confidence_error,
    fit_observations,
    observe,
)

STRONG = RingEvidence(ring=0.3, weaker_ring=0.3, blur=0.0, apart=0.2, margin=0.4, thinness=0.2, opening=1.2)
WEAK = RingEvidence(ring=0.05, weaker_ring=0.05, blur=1.0, apart=4.0, margin=0.0, thinness=1.5, opening=0.1)


def drawn() -> Iterator[LabelledEyes]:
    """Thirty pairs of eyes in more and more noise, every third one shut."""
    random = np.random.default_rng(0)
    for index in range(30):
        is_open, gaze = index % 3 > 0, (random.uniform(-0.06, 0.06), 0.0)
        face = make_face(pupil_distance=60) if is_open else shut(make_face(pupil_distance=60))
        image = draw_eyes(face, gaze=gaze, openness=1.0 if is_open else 0.02)
        noisy = np.clip(image + random.normal(0, 3.0 * index, image.shape), 0, 255).astype(np.uint8)
        left, right = (Point(*true_centre(face, side, gaze)) for side in (Side.LEFT, Side.RIGHT))
        yield LabelledEyes(RingPupilDetector().cropper(Frame(noisy, 0, 0.0), face), left, right, is_open)


@pytest.fixture(scope="module")
def seen() -> list[CalibrationCase]:
    return observe(drawn())


@pytest.fixture(scope="module")
def fitted(seen: list[CalibrationCase]) -> RingConfidence:
    return fit_observations(seen)


def test_what_is_fitted_tells_open_from_shut_eyes(fitted: RingConfidence, seen: list[CalibrationCase]) -> None:
    assert np.mean([(probability(one.evidence, fitted.openness) > 0.5) == one.open for one in seen]) > 0.9


def test_confidences_are_honest_on_what_they_were_fitted_on(
    fitted: RingConfidence, seen: list[CalibrationCase]
) -> None:
    assert confidence_error(seen, fitted.confidence) < 0.1


def test_a_shut_eye_is_never_a_hit(seen: list[CalibrationCase]) -> None:
    assert not any(one.hit for one in seen if not one.open)


def test_strong_signs_are_believed_and_weak_ones_are_not() -> None:
    assert classify(STRONG)[0] - classify(WEAK)[0] > 0.8


def test_a_closed_eye_claims_less_than_a_half_whatever_its_ring() -> None:
    confidences = [
        classify(STRONG._replace(weaker_ring=ring, ring=ring, opening=0.0)) for ring in np.linspace(0, 0.5, 50)
    ]
    assert all(confidence < 0.5 for confidence, state in confidences if state is EyeState.CLOSED)


def test_evidence_beyond_all_measure_is_still_a_probability() -> None:
    assert 0 <= probability(STRONG._replace(ring=1e6), LogisticWeights(OPENNESS.weights, 0.0)) <= 1
