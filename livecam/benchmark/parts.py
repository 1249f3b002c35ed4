"""Builds the parts of a live run, each stage measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from livecam.benchmark.beside import BetweenFrames
from livecam.benchmark.contestants import Path
from livecam.collector import NullCollector
from livecam.core.scene import Image
from livecam.core.seams import FaceFinder, PupilFinder
from livecam.effects.choose import ChosenEffect
from livecam.faces.choose import open_model
from livecam.faces.model import FaceModel, Region, Sight
from livecam.faces.smoothing import SmoothedFaces
from livecam.faces.tracking import Tracking
from livecam.one_thread import work_in_one_thread
from livecam.perception import Perception
from livecam.pupils.choose import open_pupils
from livecam.pupils.smoothing import Smoothing
from livecam.settings import Settings
from livecam.sinks.null import Null
from livecam.stopwatch import Stopwatch
from livecam.timed import TimedEffect, TimedFaces, TimedPupils, TimedSink

# In the order in which a frame meets them; `track` is what following faces takes apart from the three before it.
STAGES = ("detect", "check", "landmarks", "track", "crop", "pupil", "smooth", "draw", "show", "collect", "encode")
BESIDE = ("detect", "encode")  # each in a thread of its own, so no part of what a frame waits for


@dataclass(frozen=True, slots=True)
class TimedModel:
    """A FaceModel, measured: a whole picture is a detection, a small region a check."""

    model: FaceModel
    stopwatch: Stopwatch

    def detect(self, image: Image) -> Sequence[Region]:
        with self.stopwatch.stage("detect"):
            return self.model.detect(image)

    def search(self, image: Image) -> Sequence[Region]:
        with self.stopwatch.stage("detect"):
            return self.model.search(image)

    def follow(self, image: Image, region: Region) -> Sight | None:
        with self.stopwatch.stage("landmarks"):
            return self.model.follow(image, region)

    def confirm(self, image: Image, sight: Sight) -> float | None:
        with self.stopwatch.stage("check"):
            return self.model.confirm(image, sight)


def open_path(settings: Settings) -> Path:
    """A freshly built path with a null sink; AssetError or MissingExtraError when one of its parts is not there."""
    work_in_one_thread()
    stopwatch = Stopwatch()
    model = TimedModel(open_model(settings.faces.finder), stopwatch)
    detector = BetweenFrames(model.detect)
    faces: FaceFinder = TimedFaces(Tracking(model, detector, settings.faces.max_faces), stopwatch, "track")
    pupils: PupilFinder = TimedPupils(open_pupils(settings.pupils), stopwatch)
    if settings.pupils.smoothing:
        faces = TimedFaces(SmoothedFaces(faces), stopwatch, "smooth")
        pupils = TimedPupils(Smoothing(pupils), stopwatch, "smooth")
    return Path(
        name=settings.pupils.finder.value,
        face=settings.faces.finder.value,
        perception=Perception(faces, pupils),
        detector=detector,
        effect=TimedEffect(ChosenEffect(settings.effect), stopwatch),
        sinks=[TimedSink(Null(), stopwatch)],
        collector=NullCollector(),
        stopwatch=stopwatch,
    )
