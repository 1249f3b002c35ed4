"""The interfaces of the program as protocols: Source, FaceDetector, PupilDetector, Effect, Sink, Collector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from livecam.core.crop import EyePair
from livecam.core.types import Face, Frame, Image, Pupil, Scene


class PupilPair(NamedTuple):
    """The pupils of one face; None means looked for and not found."""

    left: Pupil | None
    right: Pupil | None


class Source(Protocol):
    """Where frames come from; live ones drop what nobody took, files keep every frame in order."""

    def __iter__(self) -> Iterator[Frame]: ...


class FaceDetector(Protocol):
    def detect(self, frame: Frame) -> Sequence[Face]:
        """Every face in the frame, the largest first; none is a normal answer."""
        ...


class EyeCropper(Protocol):
    def __call__(self, frame: Frame, face: Face) -> EyePair: ...


class PupilDetector(Protocol):
    @property
    def cropper(self) -> EyeCropper:
        """How this detector wants its eyes cut out."""
        ...

    def detect(self, eyes: EyePair) -> PupilPair:
        """Both pupils, in frame pixels. Two eyes at once, for each tells about the other.

        Why: docs/decisions/pupils-in-pairs.md
        """
        ...


class Effect(Protocol):
    def draw(self, scene: Scene) -> Image:
        """A new image; the scene's own is never written to."""
        ...


class Sink(Protocol):
    def show(self, frame: Frame) -> None:
        """Takes a finished picture with the index and the time of the frame it was drawn on.

        Why: docs/decisions/sinks-take-frames.md
        """
        ...


class Collector(Protocol):
    def offer(self, scene: Scene) -> None:
        """Considers a scene for the labeling queue; never blocks."""
        ...
