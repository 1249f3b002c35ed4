"""How faces of a clip are followed: how often they are found, what else is taken for a face, exchanged track ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from livecam.benchmark.clips.clip_truth import TrueFace, Truth
from livecam.core.types import FaceObservation, Scene


class TrackingScore(NamedTuple):
    """Only frames with a trusted label count."""

    frames: int
    followed: float  # share of them in which the largest labelled face was found
    stray_s: float  # the longest a face was followed where none is, in frames in which every face is labelled
    switches: int  # times a followed face went over to another labelled one

    def as_json(self) -> dict[str, Any]:
        return {
            "frames": self.frames,
            "followed": round(self.followed, 4),
            "stray_s": round(self.stray_s, 2),
            "switches": self.switches,
        }


@dataclass(slots=True)
class TrackingCounter:
    """Compares the faces of scenes with the truth, frame by frame."""

    truth: Truth
    most_faces: int  # in one frame
    _frames: int = 0
    _followed: int = 0
    _switches: int = 0
    _stray_s: float = 0.0
    _people: dict[int, int] = field(default_factory=dict)  # track id to labelled face
    _since: Mapping[int, float] = field(default_factory=dict)  # track id to the time at which it was on nobody

    def add(self, scene: Scene) -> None:
        labelled = self.truth.get(scene.frame.index, ())
        if not labelled:
            self._since = {}
            return
        found = [(face, face.found_in(scene.faces)) for face in labelled]
        self._frames += 1
        self._followed += max(found, key=lambda pair: pair[0].pupil_distance)[1] is not None
        for face, observation in found:
            if observation is not None:
                self._count_switch(face, observation)
        everybody = len(labelled) == self.most_faces
        self._watch_strays(scene, {id(observation) for _, observation in found} if everybody else None)

    def _count_switch(self, face: TrueFace, observation: FaceObservation) -> None:
        track = observation.face.track_id
        self._switches += self._people.get(track, face.face) != face.face
        self._people[track] = face.face

    def _watch_strays(self, scene: Scene, known: set[int] | None) -> None:
        now = scene.frame.timestamp
        strays = [one.face.track_id for one in scene.faces if known is not None and id(one) not in known]
        self._since = {track: self._since.get(track, now) for track in strays}
        self._stray_s = max([self._stray_s, *(now - since for since in self._since.values())])

    def score(self) -> TrackingScore:
        return TrackingScore(self._frames, self._followed / max(self._frames, 1), self._stray_s, self._switches)
