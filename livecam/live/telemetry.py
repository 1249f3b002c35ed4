"""Telemetry of a run: frame rate, latency, stage times, faces seen; for the HUD and for the report."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterator

import numpy as np

from livecam.core.interfaces import Source
from livecam.core.timing import Clock, DurationHistory, StageTimer
from livecam.core.types import EyeState, Frame, Scene, Side
from livecam.perception.eyes.screen import ScreenCalibration, ScreenPlace

WARM_UP_FRAMES = 10
_RECENT = 30  # frames from which the live figures are taken: about a second

Report = dict[str, object]


class Telemetry:
    """Observes the loop; the first `warm_up` frames are not timed.

    The clock must be the one that stamps `Frame.captured`.
    """

    def __init__(
        self,
        *,
        clock: Clock = time.monotonic,
        warm_up: int = WARM_UP_FRAMES,
        calibration: ScreenCalibration | None = None,
    ) -> None:
        self.clock = clock
        self.timer = StageTimer(clock)
        self.scene: Scene | None = None  # the last one drawn
        self._to_skip = warm_up
        self._recently_shown: deque[float] = deque(maxlen=_RECENT)
        self._latency, self._whole = DurationHistory(), DurationHistory()
        self._first = self._last = 0.0
        self._frames = self._with_a_face = 0
        self._confidences, self._pupils = 0.0, 0
        self._states: Counter[EyeState] = Counter()
        self._shut: set[int] = set()  # track ids of the faces both of whose eyes were closed in the last frame
        self._blinks = 0
        self._calibration = calibration
        self._places: list[ScreenPlace] = []

    def frames(self, source: Source) -> Iterator[Frame]:
        """The same frames; the time until the next one is asked for is the time the frame took."""
        for frame in source:
            start = self.clock()
            try:
                yield frame
            finally:
                self._ended(self.clock() - start)

    @property
    def fps(self) -> float:
        """Frames a second shown of late; 0 before the second frame."""
        shown = self._recently_shown
        return (len(shown) - 1) / max(shown[-1] - shown[0], 1e-9) if len(shown) > 1 else 0.0

    @property
    def latency_ms(self) -> float:
        """The median age of the frames shown of late, at the moment they were shown; 0 before the first."""
        return float(np.median(self._latency.latest(_RECENT))) if len(self._latency) else 0.0

    def perceived(self, scene: Scene) -> None:
        """The scene is remembered for the window, and its faces are counted."""
        self.scene = scene
        self._with_a_face += bool(scene.faces)
        for observation in scene.faces:
            for pupil in (observation.left, observation.right):
                if pupil is not None:
                    self._confidences += pupil.confidence
                    self._pupils += 1
        self._states.update(observation.state(side) for observation in scene.faces for side in Side)
        shut = {observation.face.track_id for observation in scene.faces if observation.both_closed}
        self._blinks += len(shut - self._shut)
        self._shut = shut
        place = self._calibration.place(scene.faces[0]) if self._calibration and scene.faces else None
        if place is not None:
            self._places.append(place)

    def shown(self, frame: Frame) -> None:
        """The age of the frame is taken as soon as it is shown."""
        now = self.clock()
        self._recently_shown.append(now)
        if self._to_skip:
            return
        self._first = self._first or now
        self._last = now
        self._latency.add((now - frame.captured_at) * 1000)

    def _ended(self, seconds: float) -> None:
        self._frames += 1
        warm = self._to_skip == 0
        self.timer.next_frame(keep=warm)
        self._to_skip -= not warm
        if warm:
            self._whole.add(seconds * 1000)

    def report(self, *, reconnections: int = 0, damaged: int = 0, dropped: int = 0) -> Report:
        """What `--report` writes; durations are in milliseconds, and of the `timed` frames, those after the warm-up."""
        frames, seconds = self._frames, self._last - self._first
        return {
            "frames": frames,
            "timed": len(self._whole),
            "fps": (len(self._latency) - 1) / seconds if seconds > 0 else None,
            "latency_ms": self._latency.summary(),
            "frame_ms": self._whole.summary(),
            "slowest_frame_ms": self._whole.summary().get("max"),
            "stages": self.timer.report(),
            "faces_seen": {"frames": self._with_a_face, "share": self._with_a_face / frames if frames else None},
            "mean_confidence": self._confidences / self._pupils if self._pupils else None,
            "eyes": self._eyes(),
            "screen": self._screen(),
            "reconnections": reconnections,
            "damaged": damaged,
            "dropped": dropped,
        }

    def _eyes(self) -> dict[str, object]:
        """The share of eyes in each state, over all faces and frames, and how often both eyes of a face closed."""
        seen = sum(self._states.values())
        return {
            "states": {state.value: self._states[state] / seen for state in EyeState} if seen else None,
            "blinks": self._blinks,
        }

    def _screen(self) -> dict[str, object] | None:
        """Where the largest face looked on the screen, on average, and how much of the time it did; None without a
        calibration."""
        if self._calibration is None:
            return None
        inside = sum(place.on_screen for place in self._places)
        return {
            "looking": inside / len(self._places) if self._places else None,
            "mean": np.mean(self._places, axis=0).tolist() if self._places else None,
        }
