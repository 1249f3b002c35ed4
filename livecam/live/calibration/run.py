"""Runs a calibration: shows the dots, watches the eyes, fits, and tells how exact the result is."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from livecam.core.errors import SourceError
from livecam.core.types import Frame
from livecam.live.calibration.looks import LOOK_S, NINE, LookGatherer, TimedLook, timed
from livecam.live.calibration.simulated import SimulatedPerson, looked_at
from livecam.live.sources.demo import DemoSource, demo_pose
from livecam.perception.eyes.screen import ScreenCalibration, ScreenPlace
from livecam.perception.pipeline import Perception

# Fractions of multiples of these fill the unit square evenly (the plastic number; M. Roberts, 2018).
_ALONG, _ACROSS = 0.7548776662466927, 0.5698402909980532
_TRIALS = 12
_DEMO_SECONDS = 20.0

_WORST = 0.25  # error of a calibration that tells anything; who always named the middle would be .46 off

Show = Callable[[float], bool]  # shows the dot of so many seconds; whether to go on


@dataclass(frozen=True, slots=True)
class CalibrationErrors:
    """Mean distances from where a simulated person really looks, shares of the screen (across and down alike)."""

    simulated: float  # at places that are not those of the calibration
    demo: float  # while the demo performs: its head also moves, comes nearer and rolls

    @property
    def figures(self) -> dict[str, float]:
        return {"simulated": round(self.simulated, 4), "demo": round(self.demo, 4)}


def watch(
    frames: Iterable[Frame], perception: Perception, looks: Sequence[TimedLook], show: Show = lambda seconds: True
) -> LookGatherer | None:
    """What was seen during the looks, the first of which begins with the first frame; None when `show` ended it."""
    gathered, start = LookGatherer(looks), None
    last = max(look.end for look in looks)
    for frame in frames:
        start = frame.timestamp if start is None else start
        seconds = frame.timestamp - start
        if seconds >= last:
            break
        if not show(seconds):
            return None
        gathered.add(perception.see(frame), seconds)
    return gathered


def fitted(gathered: LookGatherer, *, faces: str, pupils: str) -> ScreenCalibration:
    """The calibration of these looks; SourceError where the eyes did not follow the dots."""
    calibration = ScreenCalibration.fit(gathered.result(), faces=faces, pupils=pupils)
    if calibration.error > _WORST:
        raise SourceError(
            f"the eyes did not follow the dots: each look by the others is {calibration.error:.0%} of the screen off;"
            " look at every dot until the next one comes, keep the head still, and see that the window fills the screen"
        )
    return calibration


def calibrate_simulated(perception: Callable[[], Perception]) -> LookGatherer:
    """The nine looks of the simulated person."""
    gathered = watch(SimulatedPerson(NINE), perception(), timed(NINE))
    assert gathered is not None
    return gathered


def simulated_errors(calibration: ScreenCalibration, perception: Callable[[], Perception]) -> CalibrationErrors:
    """How far the places that are told are from where the simulated person, then the demo, looks."""
    places = [ScreenPlace(0.1 + 0.8 * (n * _ALONG % 1), 0.1 + 0.8 * (n * _ACROSS % 1)) for n in range(1, _TRIALS + 1)]
    seen, watched = perception(), timed(places)
    person = [
        math.dist(told, watched[int(frame.timestamp / LOOK_S)].place)
        for frame in SimulatedPerson(places, seed=2)
        if (faces := seen.see(frame).faces)
        and (told := calibration.place(faces[0]))
        and frame.timestamp >= watched[int(frame.timestamp / LOOK_S)].begin
    ]
    demo, seen = DemoSource(640, 480), perception()
    performing = [
        math.dist(told, looked_at(demo_pose(frame.timestamp).gaze))
        for frame in map(demo.frame, range(round(_DEMO_SECONDS * demo.fps)))
        if (faces := seen.see(frame).faces) and (told := calibration.place(faces[0]))
    ]
    return CalibrationErrors(statistics.fmean(person), statistics.fmean(performing))
