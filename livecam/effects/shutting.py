"""Whether eyes are to be drawn shut: both are asked, and weighed over some frames, so that doubt does not flicker."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

from livecam.core.scene import EyeState, Look, Pupil, Side

_WEIGHED_SECONDS = 0.05
_CONVINCED = 0.3
# How far apart the signs of two eyes are when one of them winks; in between they are taken for one another's doubt.
_WINK, _SURE_WINK = 1.5, 1.75
_WINK_APERTURE, _WINK_WIDTH = 0.6, 0.75  # of the other eye's; of one that is turned away too little is seen
_MEETING = 0.45  # of the usual aperture, below which an eye without a pupil counts as shut
_UNSEEN_SHUT, _UNSEEN_OPEN = -0.9, 0.6
_BLINK = 0.67  # of the aperture a moment ago, both eyes together; an iris may still seem to be there


@dataclass(frozen=True, slots=True)
class Aperture:
    """How far the lids of an eye are apart."""

    relative: float  # 1 is this person's usual
    width: float = 1.0  # 1 is an eye seen from the front, less on the side that is turned away
    change: float = 1.0  # 1 is as a moment ago; they come together quickly in a blink only


@dataclass(frozen=True, slots=True)
class Verdict:
    """What has been made of the signs so far."""

    weight: float  # -1 surely shut .. 1 surely open
    shut: bool

    @classmethod
    def first(cls, sign: float) -> Verdict:
        return cls(sign, sign < 0)

    def after(self, sign: float, elapsed: float) -> tuple[Verdict, float]:
        """The verdict `elapsed` seconds later, and how many of them it has been standing as it does."""
        weight = sign + (self.weight - sign) * exp(-elapsed / _WEIGHED_SECONDS)
        limit = _CONVINCED if self.shut else -_CONVINCED
        if (weight < limit) == self.shut:
            return Verdict(weight, self.shut), elapsed
        # Told to the fraction of a frame, so that it does not depend on the frame rate.
        passed = _WEIGHED_SECONDS * log((self.weight - sign) / (limit - sign)) if limit != sign else elapsed
        return Verdict(weight, not self.shut), elapsed - min(max(passed, 0.0), elapsed)


OPEN = Verdict(1.0, shut=False)


def signs(look: Look, apertures: dict[Side, Aperture]) -> dict[Side, float]:
    """For each eye what this frame says: -1 surely shut .. 1 surely open.

    Eyes close together: unless one clearly winks, both get the mean of what is seen of the two, in which an eye that
    is turned away counts less.
    """
    if sum(aperture.change for aperture in apertures.values()) < _BLINK * len(apertures):
        return dict.fromkeys(apertures, _UNSEEN_SHUT)
    own = {side: _sign(look.pupil(side), apertures[side]) for side in Side}
    if _winks(own, apertures):
        return own
    seen = {side: aperture.width**2 for side, aperture in apertures.items()}
    return dict.fromkeys(own, sum(own[side] * seen[side] for side in own) / sum(seen.values()))


def _sign(pupil: Pupil | None, aperture: Aperture) -> float:
    if pupil is None:
        return _UNSEEN_SHUT if aperture.relative < _MEETING else _UNSEEN_OPEN
    # The confidence of a closed eye ends below a half, and says how much of an iris there seemed to be after all.
    return pupil.confidence if pupil.state is EyeState.OPEN else -1 + 1.5 * min(pupil.confidence, 0.5)


def _winks(own: dict[Side, float], apertures: dict[Side, Aperture]) -> bool:
    shut, wide = sorted(own, key=lambda side: own[side])
    if apertures[shut].width < _WINK_WIDTH * apertures[wide].width:
        return False
    apart = own[wide] - own[shut]
    narrower = apertures[shut].relative < _WINK_APERTURE * apertures[wide].relative
    return apart > (_WINK if narrower else _SURE_WINK)
