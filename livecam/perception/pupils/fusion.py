"""Two pupil detectors on one still picture: what the network and the rings answer, weighed together."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from livecam.core.crop import EyePair
from livecam.core.interfaces import PupilPair
from livecam.core.types import EyeState, Face, Frame, Point, Pupil
from livecam.perception.pupils.handcrafted.detector import RingPupilDetector
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.perception.pupils.network.eye_crop import EyeCornerCropper

# The weighted mean of two unbiased answers is off by less than either where their errors hardly depend on each other.
# On webcams both are off by .007 pupil distances across and .009 down, with correlations of .4 and .3, for which half
# and half would be best; on sharper pictures the network is the surer one. How it was chosen: docs/experiments.md
_RING_SHARE = 0.4
_FARTHEST = 0.05  # pupil distances; where they are further apart, one is at another thing, the network more seldom
# Squints and glasses make the network doubt irises that the rings see plainly: two of five of the open eyes that it
# takes for covered. One eye in 230 behind drawn sunglasses passes as an iris by this, none behind reflections, one in
# nine of those behind drawn hands that would be hidden; an eye that is nearly shut has less than this openness.
_SAME_IRIS, _SURE_RING, _OPEN_ENOUGH = 0.04, 0.5, 1.0  # pupil distances; confidence; log-odds


@dataclass(frozen=True, slots=True)
class FusedPupilDetector:
    """The network's answers, drawn towards those of the rings where both see an open eye at nearly the same place.

    Radii are the network's, and so are states and confidences but for two: an iris that both see at one place is not
    covered, and an eye that both call shut shows a pupil only if both are wrong. It takes four times as long as the
    network, so it is for pictures that are looked at once.
    """

    network: NetworkPupilDetector
    rings: RingPupilDetector

    @property
    def cropper(self) -> EyeCornerCropper:
        return self.network.cropper

    def detect(self, eyes: EyePair) -> PupilPair:
        answers = self.network.detect(eyes)
        if eyes.image is None:
            return answers
        second = self.rings.detect(self.rings.cropper(Frame(eyes.image, 0, eyes.seconds), eyes.face))
        return PupilPair(*(self._fused(*both, eyes.face) for both in zip(answers, second, strict=True)))

    def _fused(self, answer: Pupil | None, second: Pupil | None, face: Face) -> Pupil | None:
        if answer is None or second is None or answer.state is not second.state:
            return answer
        if answer.state is EyeState.CLOSED:
            return replace(answer, confidence=answer.confidence * second.confidence)
        there, (x, y) = self.network.as_labelled(second.centre, face), answer.centre
        apart = math.dist(there, (x, y)) / face.pupil_distance
        share = _RING_SHARE * max(1 - (apart / _FARTHEST) ** 2, 0.0)
        evidence = answer.evidence
        if evidence and evidence.openness >= _OPEN_ENOUGH and apart < _SAME_IRIS and _sees_iris(second):
            evidence = evidence._replace(covered=False)
        return replace(answer, centre=Point(x + share * (there.x - x), y + share * (there.y - y)), evidence=evidence)


def _sees_iris(pupil: Pupil) -> bool:
    return pupil.confidence >= _SURE_RING and not (pupil.evidence and pupil.evidence.covered)
