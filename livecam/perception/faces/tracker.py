"""The face tracker: detects rarely, starts from the last landmarks, and verifies now and then."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from livecam.core.timing import Timer, untimed
from livecam.core.types import Face, Frame, Image, Point
from livecam.perception.detection_worker import DetectionWorker
from livecam.perception.faces.face_model import FaceLandmarks, FaceModel, FaceRegion
from livecam.perception.faces.image_detector import face
from livecam.perception.faces.landmark_renewal import CheckedFace, CheckRequest, RenewalRequest, RenewedLandmarks
from livecam.perception.faces.optical_flow import Keyframe, make_keyframe, propagate
from livecam.perception.faces.patch import square_around
from livecam.perception.faces.scene_change import CutWatch, SceneWatch

# Seconds for which landmarks are carried along by the flow of the picture before they are found anew.
_CARRIED = 0.165
# Between two pictures that come quicker than this (seconds), others may find them anew, or check the face, meanwhile,
# and have _GRACE.
_FLUENT = 0.07
# Seconds between two looks at the whole frame: after a loss, at most while there is nobody, and for newcomers, for whom
# a scene that has not changed is looked at less often.
_FIRST_RETRY = 0.03
_LAST_RETRY = 0.5
_NEWCOMERS = 1.0
_UNCHANGED = 4.0
_COMPANY = 0.5  # where several faces are followed: people come and go there
_MISSING = 1.0  # after a loss, a beginning or a cut, for which a face is looked for more often: it is seldom far
_LONGEST_MISSING = 0.25  # between two such looks
_LOOKS = 3  # of which the last is at the whole picture and the others, where somebody may be, at a part
# Seconds between two checks of a followed face, and between those of a doubtful one.
_CHECK = 0.25
_RECHECK = 0.06
_FAILED_CHECKS = 3
# Seconds for which a check, or finding landmarks anew, may be put off.
_GRACE = 0.08
# How many found faces begin a track in one frame; a crowd that walks in must not make a frame late.
_NEW_TRACKS = 2
# A face that moves, grows or turns by more than this between two frames (sides, ratio, radians) is checked at once.
_LEAP = 0.15
_LONGEST_LEAP = 0.6
# So does one that has grown or shrunk by this (ratio) since last verified: landmarks of nothing shrink step by step.
_DRIFT = 0.25
_SMALLEST_PX = 16.0
_OUTSIDE = 0.1  # of its size, that a region's middle may be outside the frame: the eyes of a face that leaves below
_COUNT = 4.0  # seconds between two counts of the faces that are not followed

# A face that was lost comes back under a new track id: docs/decisions/track-ids.md


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A face that is being followed."""

    identity: int
    state: FaceLandmarks
    keyframe: Keyframe
    check_at: float  # seconds
    verified_size: float  # of the region when it was last verified to be a face, pixels
    failed_checks: int = 0


class FaceTracker:
    """A FaceDetector for streams. A lost face is gone at once, and a face that comes back has a new track id."""

    def __init__(
        self,
        model: FaceModel,
        detection: DetectionWorker[Image, FaceRegion],
        max_faces: int = 4,
        *,
        renewals: DetectionWorker[RenewalRequest, RenewedLandmarks] | None = None,
        checks: DetectionWorker[CheckRequest, CheckedFace] | None = None,
        timer: Timer = untimed,
    ) -> None:
        """`renewals` finds landmarks anew beside the frames, and `checks` checks faces; without them a frame waits for
        that. `timer` measures what the model is asked for in a frame, as `landmarks` and `check`."""
        self._model = model
        self._timer = timer
        self._detection = detection
        self._renewals, self._asked, self._before = renewals, False, math.inf  # the time of the frame before
        self._checks, self._checked = checks, 0  # the identity of the track that is being checked; 0 is none
        self._max_faces = max_faces
        self._tracks: list[Track] = []
        self._identities = count(1)
        self._untracked: list[FaceRegion] = []
        self._detect_at = self._latest = 0.0
        self._retry = _FIRST_RETRY
        self._missing_since = -math.inf
        self._watch, self._cuts = SceneWatch(), CutWatch()
        self._lost: Point | None = None  # where the last one was that was lost
        self._unsettled = False  # after a cut, until faces are found anew
        self._looks, self._awaited = 0, False
        self._corner = Point(0, 0)  # of the part that is looked at
        self._beside = 0  # faces of the last detection, more than may be followed
        self._count_at, self._counting = 0.0, False

    @property
    def unfollowed(self) -> int:
        """Faces that were found beside those that are followed, while as many are followed as may be."""
        return self._beside if len(self._tracks) >= self._max_faces else 0

    def detect(self, frame: Frame) -> Sequence[Face]:
        """Every followed face, the largest first; none is a normal answer."""
        if frame.scene_cut:
            self._tracks, self._untracked, self._beside = [], [], 0
            self._detect_at, self._retry = frame.timestamp, _FIRST_RETRY
        if frame.scene_cut or math.isinf(self._before):
            self._missing_since = frame.timestamp
        self._take_renewed()
        self._take_checked(frame.timestamp)
        before, cut = self._tracks, self._cuts.cut(frame.image)
        self._tracks = self._without_overlaps(list(self._propagated(frame, cut=cut)))
        self._unsettled |= cut
        if len(self._tracks) < len(before):
            self._missing_since, self._lost = frame.timestamp, _middle_of_lost(before, self._tracks)
        if cut or len(self._tracks) < len(before):
            self._detect_at, self._retry, self._looks = frame.timestamp, _FIRST_RETRY, _LOOKS - 1
        self._detect_newcomers(frame)
        self._tracks = sorted(self._tracks, key=lambda track: -track.state.region.size)[: self._max_faces]
        self._before = frame.timestamp
        return [face(track.state, track.identity, self._model.pupil_rest) for track in self._tracks]

    def _take_renewed(self) -> None:
        found = self._renewals.poll() if self._renewals else None
        if found is not None:
            self._asked = False
            renewed = {answer.track: answer.keyframe for answer in found}
            self._tracks = [
                _renewed(track, renewed[track.identity]) if track.identity in renewed else track
                for track in self._tracks
            ]

    def _take_checked(self, seconds: float) -> None:
        found = self._checks.poll() if self._checks else None
        if found is not None:
            self._checked = 0
            answers = {answer.track: answer for answer in found}
            self._tracks = [
                _checked(track, answers[track.identity], seconds) if track.identity in answers else track
                for track in self._tracks
            ]

    def _propagated(self, frame: Frame, *, cut: bool) -> Iterator[Track]:
        # One check a frame at most, so that many faces do not make one frame late; after a cut, all.
        due = min(self._tracks, key=lambda track: track.check_at, default=None)
        for track in self._tracks:
            moved = self._moved(_renewed(track, None) if cut else track, frame)
            if moved is None:
                continue
            drifted = abs(math.log(max(moved.state.region.size, 1.0) / max(track.verified_size, 1.0))) > _DRIFT
            leapt = cut or drifted or track.state.region.leap(moved.state.region) > _LEAP
            # A frame in which landmarks were found anew has had its share of work; a doubtful face can wait no longer.
            beside = self._checks is not None and self._is_fluent(frame)
            may_wait = (beside or moved.keyframe is not track.keyframe) and not track.failed_checks
            if leapt or (track is due and frame.timestamp >= track.check_at + may_wait * _GRACE):
                checked = self._verified(moved, frame, patience=1 if leapt else _FAILED_CHECKS)
                if checked is not None:
                    yield checked
            else:
                if beside and frame.timestamp >= track.check_at:
                    self._ask_whether(moved, frame)
                yield moved

    def _moved(self, track: Track, frame: Frame) -> Track | None:
        """The track on the same face in this frame: carried along for a while, then found anew."""
        age = frame.timestamp - track.keyframe.seconds
        beside = self._renewals is not None and self._is_fluent(frame)
        if 0 < age < _CARRIED + beside * _GRACE:
            landmarks = propagate(track.keyframe, frame.image)
            if landmarks is not None and _plausible(track.state.region, landmarks.region, frame.image):
                moved = replace(track, state=landmarks.as_sure_as(track.state))
                if age >= _CARRIED:
                    self._ask_for(moved, frame)
                return moved
        landmarks = self._landmarks(frame.image, track.state.region)
        if landmarks is None or not _plausible(track.state.region, landmarks.region, frame.image):
            return None
        return replace(track, state=landmarks, keyframe=make_keyframe(frame.image, landmarks, frame.timestamp))

    def _is_fluent(self, frame: Frame) -> bool:
        return 0 < frame.timestamp - self._before < _FLUENT

    def _ask_whether(self, track: Track, frame: Frame) -> None:
        if self._checks and not self._checked:
            self._checked = track.identity
            self._checks.submit(CheckRequest(track.identity, frame.image, track.state))

    def _ask_for(self, track: Track, frame: Frame) -> None:
        if self._renewals and not self._asked:
            self._asked = True
            self._renewals.submit(RenewalRequest(track.identity, frame.image, track.state.region, frame.timestamp))

    def _landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        with self._timer("landmarks"):
            return self._model.landmarks(image, region)

    def _verified(self, track: Track, frame: Frame, *, patience: int) -> Track | None:
        with self._timer("check"):
            confidence = self._model.verify(frame.image, track.state)
        if confidence is not None:
            return _as_sure(track, confidence, track.state.region.size, frame.timestamp)
        failed = track.failed_checks + 1
        return None if failed >= patience else replace(track, check_at=frame.timestamp + _RECHECK, failed_checks=failed)

    def _without_overlaps(self, tracks: list[Track]) -> list[Track]:
        """Without younger tracks that slid onto the face of an older one."""
        kept: list[Track] = []
        for track in sorted(tracks, key=lambda track: track.identity):
            if not any(track.state.region.overlaps(other.state.region) for other in kept):
                kept.append(track)
        return kept

    def _detect_newcomers(self, frame: Frame) -> None:
        # Time may go back: a stream that starts again must not wait until it has caught up.
        self._detect_at = min(self._detect_at, frame.timestamp + _NEWCOMERS)
        has_room = not self._untracked and (self._unsettled or len(self._tracks) < self._max_faces)
        if has_room and not self._awaited and frame.timestamp >= self._detect_at:
            self._search(frame)
        self._count_others(frame)
        found = self._found()
        if found is not None:
            tracked = [track.state.region for track in self._tracks]
            others = sum(not any(region.overlaps(other) for other in tracked) for region in found)
            self._beside = max(0, others + len(tracked) - self._max_faces)
            self._untracked = [] if self._counting else list(found)
            self._counting = False
            self._retry = min(2 * self._retry, _LAST_RETRY)
            if self._unsettled and self._tracks:
                # Others are begun by the next look: what only looks like a face is not searched for at every cut.
                self._tracks, self._untracked = [self._settled(track, found, frame) for track in self._tracks], []
                self._detect_at, self._latest = frame.timestamp + _NEWCOMERS, frame.timestamp
            self._unsettled = False
        now, self._untracked = self._untracked[:_NEW_TRACKS], self._untracked[_NEW_TRACKS:]
        came = list(self._start_tracks(frame, now))
        if came:
            self._tracks.extend(came)
            self._retry, self._missing_since = _FIRST_RETRY, -math.inf

    def _settled(self, track: Track, found: Sequence[FaceRegion], frame: Frame) -> Track:
        """The track, begun anew where a face was found at its place."""
        here = (self._begun(frame, region) for region in found if region.overlaps(track.state.region))
        anew = next(here, None)
        return replace(track, state=anew.face, keyframe=anew) if anew else track

    def _search(self, frame: Frame) -> None:
        """Looks for newcomers and for who was lost, beside others every now and then at a part of the picture alone."""
        missing = 0 <= frame.timestamp - self._missing_since < _MISSING
        if not self._tracks or missing or self._unsettled:
            self._detect_at = frame.timestamp + min(
                self._retry, _LONGEST_MISSING if missing or self._tracks else _LAST_RETRY
            )
            self._look(frame, self._lost if self._tracks else None)
            return
        company = len(self._tracks) > 1
        self._detect_at = frame.timestamp + (_COMPANY if company else _NEWCOMERS)
        if not self._latest - _UNCHANGED <= frame.timestamp < self._latest:
            self._look(frame, None)
        elif changed := self._watch.changed(frame.image, [track.state.region for track in self._tracks]):
            self._look(frame, changed if company else None)

    def _look(self, frame: Frame, at: Point | None) -> None:
        """At the whole picture or, in two of three looks, around a point: small faces and half ones are seen better."""
        closely = at is not None and self._looks % _LOOKS < _LOOKS - 1
        self._looks += 1
        if at is not None and closely:
            rows, columns = square_around(at, frame.image)
            self._submit(frame.image[rows, columns], Point(columns.start, rows.start))
            return
        self._submit(frame.image, Point(0, 0))
        self._watch.searched(frame.image)
        self._latest = frame.timestamp + _UNCHANGED

    def _submit(self, image: Image, corner: Point) -> None:
        # One at a time: an answer is about the part that was asked for last.
        self._awaited, self._corner = True, corner
        self._detection.submit(image)

    def _found(self) -> Sequence[FaceRegion] | None:
        found, (x, y) = self._detection.poll(), self._corner
        if found is None:
            return None
        self._awaited = False
        return [region._replace(x=region.x + x, y=region.y + y) for region in found]

    def _count_others(self, frame: Frame) -> None:
        """In a crowd, of whom as many are followed as may be, the others are counted now and then: they come and go."""
        self._count_at = min(self._count_at, frame.timestamp + _COUNT)
        if self.unfollowed and not self._awaited and frame.timestamp >= self._count_at:
            self._submit(frame.image, Point(0, 0))
            self._counting, self._count_at = True, frame.timestamp + _COUNT

    def _start_tracks(self, frame: Frame, regions: Sequence[FaceRegion]) -> Iterator[Track]:
        for region in regions:
            if any(region.overlaps(track.state.region) for track in self._tracks):
                continue
            here = self._begun(frame, region)
            if here is not None:
                size, check_at = here.face.region.size, frame.timestamp + _CHECK
                yield Track(next(self._identities), here.face, here, check_at, size)

    def _begun(self, frame: Frame, region: FaceRegion) -> Keyframe | None:
        """The face that was detected in a region."""
        landmarks = self._landmarks(frame.image, region)
        # The second look is centred, levelled and scaled by the landmarks of the first.
        landmarks = landmarks and self._landmarks(frame.image, landmarks.region)
        if landmarks is None or not _plausible(region, landmarks.region, frame.image):
            return None
        return make_keyframe(frame.image, landmarks, frame.timestamp)


def _middle_of_lost(before: Sequence[Track], after: Sequence[Track]) -> Point | None:
    kept = {track.identity for track in after}
    gone = (track.state.region for track in before if track.identity not in kept)
    return next((Point(region.x, region.y) for region in gone), None)


def _renewed(track: Track, keyframe: Keyframe | None) -> Track:
    """The track with what was found meanwhile: without a face it is looked at anew, an old answer does not count."""
    if keyframe is None:
        return replace(track, keyframe=replace(track.keyframe, seconds=-math.inf))
    return replace(track, keyframe=keyframe) if keyframe.seconds > track.keyframe.seconds else track


def _checked(track: Track, answer: CheckedFace, seconds: float) -> Track:
    """The track with what was told of it meanwhile: that it is no face is looked into at once."""
    if answer.confidence is None:
        return replace(track, check_at=-math.inf)
    return _as_sure(track, answer.confidence, answer.size, seconds)


def _as_sure(track: Track, confidence: float, size: float, seconds: float) -> Track:
    """The track of a face that was verified when its region had this size."""
    verified = replace(track.state, region=track.state.region._replace(confidence=confidence))
    return replace(track, state=verified, check_at=seconds + _CHECK, verified_size=size, failed_checks=0)


def _plausible(before: FaceRegion, after: FaceRegion, image: Image) -> bool:
    """Whether the region is large enough, its middle inside the frame, and it could have come from the one before."""
    height, width = image.shape[:2]
    slack = _OUTSIDE * after.size
    inside = -slack <= after.x < width + slack and -slack <= after.y < height + slack
    return inside and after.size >= _SMALLEST_PX and before.leap(after) < _LONGEST_LEAP
