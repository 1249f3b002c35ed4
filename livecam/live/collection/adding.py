"""Adds photographs and videos of one's own to a sample store: every face a sample, nobody on two sides of a split."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from livecam.core.errors import SourceError
from livecam.core.image_files.images import SUFFIXES, read_image
from livecam.core.interfaces import FaceDetector
from livecam.core.types import FaceObservation, Frame, Scene
from livecam.live.collection.model_disagreement import NamedDetector, predictions
from livecam.live.collection.sample_builder import (
    RecordingInfo,
    SampleCrop,
    SelectionReason,
    build_sample,
    crop_sample,
)
from livecam.live.sources.video import VideoSource
from livecam.settings import SplitGroup
from livecam.store.samples import CropMode, SamplingReason
from livecam.store.store import Store

VIDEO_SUFFIXES = frozenset({".mp4", ".mkv", ".mov", ".avi", ".webm", ".m4v"})
_SELECTION = SelectionReason(SamplingReason.FLAG, 1.0)  # a person asked for it: it is never evicted
_NAME = re.compile(r"[^\W\d_]+")


@dataclass(slots=True)
class AddedFiles:
    """What became of the files; names of those that gave nothing, with the reason."""

    files: int = 0
    faces: int = 0
    samples: int = 0  # that were not there yet
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FileAdder:
    """Looks at each file by itself: no face is followed from one photograph to the next."""

    store: Store
    faces: FaceDetector
    detectors: Sequence[NamedDetector]
    group: SplitGroup = SplitGroup.FOLDER
    keep: CropMode = CropMode.FACE
    every: float = 1.0  # seconds between the frames of a video

    def add(self, paths: Iterable[Path], told: Callable[[str], None]) -> AddedFiles:
        """Every picture and video of the files and folders; SourceError where there is none. `told` hears each name."""
        found = list(chain.from_iterable(self._files(path) for path in paths))
        if not found:
            raise SourceError(f"there is no picture or video there; they end in {', '.join(sorted(_KNOWN))}")
        done = AddedFiles()
        for root, path in found:
            told(str(path))
            done.files += 1
            try:
                number = self._add_file(root, path, done)
            except SourceError as error:
                done.left_out.append(str(error))
                continue
            if not number:
                done.left_out.append(f"no face was found in {path}")
        return done

    def _files(self, path: Path) -> Iterator[tuple[Path, Path]]:
        """With the folder that was named, below which people and folders are told apart."""
        if path.is_file():
            yield path.parent, path
        elif path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.suffix.lower() in _KNOWN and file.is_file())
            yield from ((path, file) for file in inside)
        else:
            raise SourceError(f"there is no file or folder '{path}'")

    def _add_file(self, root: Path, path: Path, done: AddedFiles) -> int:
        recording = recording_of_file(root, path, self.group).dealt(self.store.recordings())
        captured = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        number = 0
        for frame in self._frames(path):
            for face in self.faces.detect(frame):
                number += 1
                done.samples += self._add_face(
                    recording, Scene(frame, (FaceObservation(face, None, None, None, None),)), captured
                )
        done.faces += number
        return number

    def _frames(self, path: Path) -> Iterator[Frame]:
        if path.suffix.lower() not in VIDEO_SUFFIXES:
            yield Frame(read_image(path), 0, 0.0)
            return
        due = 0.0
        for frame in VideoSource(path):
            if frame.timestamp >= due:
                due = frame.timestamp + self.every
                yield frame

    def _add_face(self, recording: RecordingInfo, scene: Scene, captured: datetime) -> bool:
        (observation,) = scene.faces
        cut = crop_sample(scene.frame.image, observation.face, self.keep)
        if cut is None:
            return False
        said = [
            prediction
            for name, detector, version in self.detectors
            for prediction in predictions(
                name, version(), detector.detect(detector.cropper(scene.frame, observation.face))
            )
        ]
        picture, origin = cut
        crop = SampleCrop(self.keep, picture, origin)
        sample = build_sample(
            recording, scene, observation, crop, predictions=said, selection=_SELECTION, captured=captured
        )
        return self.store.add(sample, picture)


_KNOWN = SUFFIXES | VIDEO_SUFFIXES


def recording_of_file(root: Path, path: Path, group: SplitGroup) -> RecordingInfo:
    """The recording that a file counts as; all files of a group are the same one.

    A person is the first folder below `root`, or else the letters that a file's name begins with (`ada_03.jpg`).
    """
    root, path = root.resolve(), path.resolve()
    parts = path.relative_to(root).parts
    if group is SplitGroup.PICTURE:
        return RecordingInfo.of_file(path)
    if group is SplitGroup.FOLDER:
        name, key = path.parent.name, str(path.parent)
    else:
        started = _NAME.match(path.stem)
        name = parts[0] if len(parts) > 1 else (started.group().lower() if started else path.stem)
        key = f"{root}/{name}"
    session = f"{name}-{hashlib.sha256(key.encode(errors='surrogateescape')).hexdigest()[:8]}"
    return RecordingInfo(session, str(path))
