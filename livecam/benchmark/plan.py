"""What a benchmark is to measure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from livecam.settings import FaceFinderName, PupilFinderName, Runtime, Settings


@dataclass(frozen=True, slots=True)
class Plan:
    settings: Settings
    source: str  # a video file or demo
    size: tuple[int, int]
    frames: int
    warm_up: int
    paths: tuple[PupilFinderName, ...]
    faces: tuple[FaceFinderName, ...]
    peer: bool
    photographs: Path | None
    runtimes: tuple[Runtime, ...]
    threads: tuple[int, ...]  # of the interpreter; none for no sweep

    @property
    def entries(self) -> list[Settings]:
        """The settings of every path with every face finder."""
        return [settings_for(self.settings, path, face) for path in self.paths for face in self.faces]


def settings_for(base: Settings, path: PupilFinderName, face: FaceFinderName) -> Settings:
    """The settings of one path with one face finder."""
    pupils = base.pupils.model_copy(update={"finder": path})
    return base.model_copy(update={"pupils": pupils, "faces": base.faces.model_copy(update={"finder": face})})
