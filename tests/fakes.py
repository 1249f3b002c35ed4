"""Fakes of every seam and factories of every value, with defaults that make a plain frontal face."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from livecam.core.crop import EyePair, LevelledEyeCropper
from livecam.core.interfaces import PupilPair
from livecam.core.types import Box, Face, FaceObservation, Frame, Gaze, Image, Point, Points, Pupil, Scene, Side
from livecam.store.samples import CropMode, Prediction, Sample, SamplingReason, Split, pixel_hash


def grey(width: int = 640, height: int = 480, level: int = 128) -> Image:
    return np.full((height, width, 3), level, np.uint8)


def make_frame(image: Image | None = None, *, index: int = 0, fps: float = 30.0, notice: str = "") -> Frame:
    return Frame(grey() if image is None else image, index, index / fps, captured_at=index / fps, status=notice)


def make_landmarks(
    *, centre: tuple[float, float] = (320, 240), pupil_distance: float = 70.0, roll: float = 0.0
) -> Points:
    """The 68 points of a schematic frontal face; `centre` is the middle between the eyes."""
    shape = np.concatenate([_jaw(), _brows(), _nose(), _eyes(), _mouth()])
    cos, sin = np.cos(roll), np.sin(roll)
    return (shape @ np.array([[cos, sin], [-sin, cos]]) * pupil_distance + centre).astype(np.float32)


def _jaw() -> Points:
    angle = np.linspace(np.pi, 0, 17)
    return np.column_stack([1.15 * np.cos(angle), 0.1 + 1.6 * np.sin(angle)]).astype(np.float32)


def _brows() -> Points:
    right = np.array([[-0.95, -0.28], [-0.8, -0.4], [-0.6, -0.43], [-0.4, -0.4], [-0.22, -0.33]], np.float32)
    return np.concatenate([right, (right * [-1, 1])[::-1]]).astype(np.float32)


def _nose() -> Points:
    # One point is not where the drawn face of samples without landmarks has it.
    bridge = [[0, -0.05], [0, 0.22], [0, 0.45], [0, 0.65]]
    base = [[-0.22, 0.78], [-0.11, 0.82], [0, 0.85], [0.11, 0.82], [0.22, 0.78]]
    return np.array(bridge + base, np.float32)


def _eyes() -> Points:
    eye = np.array([[-0.23, 0], [-0.08, -0.09], [0.08, -0.09], [0.23, 0], [0.08, 0.08], [-0.08, 0.08]], np.float32)
    return np.concatenate([eye + [-0.5, 0], eye + [0.5, 0]]).astype(np.float32)


def _mouth() -> Points:
    def ring(count: int, width: float, height: float) -> Points:
        angle = np.pi + np.arange(count) * 2 * np.pi / count
        return np.column_stack([width * np.cos(angle), 1.15 + height * np.sin(angle)]).astype(np.float32)

    return np.concatenate([ring(12, 0.42, 0.16), ring(8, 0.34, 0.06)])


def make_face(*, confidence: float = 0.9, identity: int = 1, **where: object) -> Face:
    landmarks = make_landmarks(**where)  # type: ignore[arg-type]
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    return Face(Box(*map(float, low), *map(float, high - low)), landmarks, confidence, identity)


def make_pupil(face: Face, side: Side, *, confidence: float = 0.9, shift: tuple[float, float] = (0, 0)) -> Pupil:
    """A pupil at the middle of the eye's corners, moved by `shift` in pupil distances along the frame's axes."""
    x, y = face.lids(side)[[0, 3]].mean(axis=0) + np.array(shift) * face.pupil_distance
    return Pupil(Point(float(x), float(y)), 0.0935 * face.pupil_distance, confidence)


def make_look(face: Face | None = None, gaze: Gaze = Gaze(0, 0)) -> FaceObservation:
    face = face or make_face()
    return FaceObservation(face, make_pupil(face, Side.LEFT), make_pupil(face, Side.RIGHT), gaze, gaze)


def make_scene(frame: Frame | None = None, looks: tuple[FaceObservation, ...] | None = None) -> Scene:
    return Scene(frame or make_frame(), (make_look(),) if looks is None else looks)


def make_sample(number: int = 0, picture: Image | None = None, **fields: object) -> tuple[Sample, Image]:
    """A sample and its picture, other ones for each number; `captured` is as many seconds after midnight."""
    picture = make_noise(number) if picture is None else picture
    height, width = picture.shape[:2]
    face = make_face(centre=(width / 2, height / 3), pupil_distance=width / 3)
    sample = Sample(
        id=pixel_hash(picture),
        session="monday",
        captured=datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=number),
        source="camera 0",
        frame_index=number,
        seconds=number / 30,
        size=(width, height),
        keep=CropMode.FACE,
        origin=(200, 100),
        frame_size=(640, 480),
        landmarks=face.landmarks,
        predictions=tuple(Prediction("cpu", "0.1.0", side, make_pupil(face, side, confidence=0.4)) for side in Side),
        reason=SamplingReason.LOW,
        priority=0.5,
        split=Split.TRAIN,
    )
    return replace(sample, **fields), picture  # type: ignore[arg-type]


def make_noise(seed: int = 0, width: int = 48, height: int = 40) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


class FakeSource:
    def __init__(self, count: int = 3) -> None:
        self.frames = [make_frame(index=index) for index in range(count)]

    def __iter__(self) -> Iterator[Frame]:
        return iter(self.frames)


class FakeFaceDetector:
    def __init__(self, *faces: Face) -> None:
        self.faces = faces

    def detect(self, frame: Frame) -> Sequence[Face]:
        return self.faces


class FakePupilDetector:
    """Finds the middle of the eye's corners, whatever the picture shows."""

    cropper = LevelledEyeCropper(64, 48, 85.0)

    def detect(self, eyes: EyePair) -> PupilPair:
        return PupilPair(make_pupil(eyes.face, Side.LEFT), make_pupil(eyes.face, Side.RIGHT))


class FakeEffect:
    def draw(self, scene: Scene) -> Image:
        return scene.frame.image.copy()


class FakeSink:
    def __init__(self) -> None:
        self.shown: list[Frame] = []

    def show(self, frame: Frame) -> None:
        self.shown.append(frame)


class FakeCollector:
    lost = 0

    def __init__(self) -> None:
        self.offered: list[Scene] = []
        self.flags = 0

    @property
    def collected(self) -> int:
        return len(self.offered)

    def flag(self) -> None:
        self.flags += 1

    def offer_flagged(self, scene: Scene) -> None:
        return None

    def offer(self, scene: Scene) -> None:
        self.offered.append(scene)
