"""The face tracker: detects rarely, starts from the last landmarks, and verifies now and then."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from livecam.core.timing import Timer, untimed
from livecam.core.types import Face, Frame, Image
from livecam.perception.detection_worker import DetectionWorker
from livecam.perception.faces.face_model import FaceLandmarks, FaceModel, FaceRegion
from livecam.perception.faces.image_detector import face
from livecam.perception.faces.optical_flow import Keyframe, make_keyframe, propagate

# Seconds for which landmarks are carried along by the flow of the picture before they are found anew.
_CARRIED = 0.165
# Seconds between two looks at the whole frame: after a loss, at most while there is nobody, and for newcomers.
_FIRST_RETRY = 0.1
_LAST_RETRY = 0.5
_NEWCOMERS = 1.0
# Seconds between two checks of a followed face, and between those of a doubtful one.
_CHECK = 0.25
_RECHECK = 0.06
_FAILED_CHECKS = 3
# Seconds for which a check may be put off.
_GRACE = 0.08
# How many found faces are locked on in one frame; a crowd that walks in must not make a frame late.
_NEW_LOCKS = 2
# A face that moves, grows or turns by more than this between two frames (sides, ratio, radians) is checked at once.
_LEAP = 0.15
_LONGEST_LEAP = 0.6
# So does one that has grown or shrunk by this (ratio) since it was last sure: landmarks of nothing shrink step by step.
_DRIFT = 0.25
_SMALLEST_PX = 16.0

# A face that was lost comes back under a new track id: docs/decisions/track-ids.md


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A face that is being followed."""

    identity: int
    state: FaceLandmarks
    keyframe: Keyframe
    check_at: float  # seconds
    sure_size: float  # of the region when it was last sure to be a face, pixels
    failed_checks: int = 0


class FaceTracker:
    """A FaceDetector for streams. A lost face is gone at once, and a face that comes back has a new track id."""

    def __init__(
        self,
        model: FaceModel,
        lookout: DetectionWorker[FaceRegion],
        max_faces: int = 4,
        *,
        timer: Timer = untimed,
    ) -> None:
        """`timer` measures what the model is asked for, as `landmarks` and `check`."""
        self._model = model
        self._timer = timer
        self._lookout = lookout
        self._max_faces = max_faces
        self._locks: list[Track] = []
        self._identities = count(1)
        self._waiting: list[FaceRegion] = []
        self._ask_at = 0.0
        self._retry = _FIRST_RETRY

    def detect(self, frame: Frame) -> Sequence[Face]:
        """Every followed face, the largest first; none is a normal answer."""
        if frame.scene_cut:
            self._locks, self._waiting = [], []
            self._ask_at, self._retry = frame.timestamp, _FIRST_RETRY
        before = len(self._locks)
        self._locks = self._apart(list(self._followed(frame)))
        if len(self._locks) < before:
            self._ask_at, self._retry = frame.timestamp, _FIRST_RETRY
        self._look_for_others(frame)
        self._locks = sorted(self._locks, key=lambda lock: -lock.state.region.size)[: self._max_faces]
        return [face(lock.state, lock.identity, self._model.pupil_rest) for lock in self._locks]

    def _followed(self, frame: Frame) -> Iterator[Track]:
        # One check a frame at most, so that many faces do not make one frame late.
        due = min(self._locks, key=lambda lock: lock.check_at, default=None)
        for lock in self._locks:
            moved = self._moved(lock, frame)
            if moved is None:
                continue
            drifted = abs(math.log(max(moved.state.region.size, 1.0) / max(lock.sure_size, 1.0))) > _DRIFT
            leapt = drifted or lock.state.region.leap(moved.state.region) > _LEAP
            # A frame in which landmarks were found anew has had its share of work; a doubtful face can wait no longer.
            grace = 0.0 if moved.keyframe is lock.keyframe or lock.failed_checks else _GRACE
            if leapt or (lock is due and frame.timestamp >= lock.check_at + grace):
                checked = self._checked(moved, frame, patience=1 if leapt else _FAILED_CHECKS)
                if checked is not None:
                    yield checked
            else:
                yield moved

    def _moved(self, lock: Track, frame: Frame) -> Track | None:
        """The lock on the same face in this frame: carried along for a while, then found anew."""
        if 0 < frame.timestamp - lock.keyframe.seconds < _CARRIED:
            sight = propagate(lock.keyframe, frame.image)
            if sight is not None and _plausible(lock.state.region, sight.region, frame.image):
                return replace(lock, state=sight.as_sure_as(lock.state))
        sight = self._landmarks(frame.image, lock.state.region)
        if sight is None or not _plausible(lock.state.region, sight.region, frame.image):
            return None
        return replace(lock, state=sight, keyframe=make_keyframe(frame.image, sight, frame.timestamp))

    def _landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        with self._timer("landmarks"):
            return self._model.landmarks(image, region)

    def _checked(self, lock: Track, frame: Frame, *, patience: int) -> Track | None:
        with self._timer("check"):
            confidence = self._model.verify(frame.image, lock.state)
        if confidence is not None:
            sure = lock.state.region._replace(confidence=confidence)
            sight, check_at = replace(lock.state, region=sure), frame.timestamp + _CHECK
            return replace(lock, state=sight, check_at=check_at, sure_size=sure.size, failed_checks=0)
        failed = lock.failed_checks + 1
        return None if failed >= patience else replace(lock, check_at=frame.timestamp + _RECHECK, failed_checks=failed)

    def _apart(self, locks: list[Track]) -> list[Track]:
        """Without younger locks that slid onto the face of an older one."""
        kept: list[Track] = []
        for lock in sorted(locks, key=lambda lock: lock.identity):
            if not any(lock.state.region.overlaps(other.state.region) for other in kept):
                kept.append(lock)
        return kept

    def _look_for_others(self, frame: Frame) -> None:
        # Time may go back: a stream that starts again must not wait until it has caught up.
        self._ask_at = min(self._ask_at, frame.timestamp + _NEWCOMERS)
        wanting = not self._waiting and len(self._locks) < self._max_faces
        if wanting and frame.timestamp >= self._ask_at:
            self._lookout.submit(frame.image)
            self._ask_at = frame.timestamp + (_NEWCOMERS if self._locks else self._retry)
        found = self._lookout.poll()
        if found is not None:
            self._waiting = list(found)
            self._retry = min(2 * self._retry, _LAST_RETRY)
        now, self._waiting = self._waiting[:_NEW_LOCKS], self._waiting[_NEW_LOCKS:]
        self._locks.extend(self._new_locks(frame, now))
        if self._locks:
            self._retry = _FIRST_RETRY

    def _new_locks(self, frame: Frame, regions: Sequence[FaceRegion]) -> Iterator[Track]:
        for region in regions:
            if any(region.overlaps(lock.state.region) for lock in self._locks):
                continue
            sight = self._landmarks(frame.image, region)
            # The second look is centred, levelled and scaled by the landmarks of the first.
            sight = sight and self._landmarks(frame.image, sight.region)
            if sight is not None and _plausible(region, sight.region, frame.image):
                here = make_keyframe(frame.image, sight, frame.timestamp)
                yield Track(next(self._identities), sight, here, frame.timestamp + _CHECK, sight.region.size)


def _plausible(before: FaceRegion, after: FaceRegion, image: Image) -> bool:
    """Whether the region is large enough, its middle inside the frame, and it could have come from the one before."""
    height, width = image.shape[:2]
    inside = 0 <= after.x < width and 0 <= after.y < height
    return inside and after.size >= _SMALLEST_PX and before.leap(after) < _LONGEST_LEAP
