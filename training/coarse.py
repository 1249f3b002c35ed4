"""Labels pictures and clips with the handcrafted finder: many guesses, each with its confidence, to learn from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from livecam.core.scene import EyeState, Face, Frame, Image, Pupil, Side
from livecam.faces.choose import open_stills
from livecam.pictures import SUFFIXES, read_picture
from livecam.pupils.handcrafted import Handcrafted
from livecam.settings import FaceFinderName, FaceSettings
from livecam.sources.video import VideoFile
from training.dataset import CORNER_SETS, SCHEMA, Eye, gathered, save
from training.errors import DatasetError
from training.files import replacing, write_arrays
from training.parallel import spread
from training.patches import eye_patch
from training.portraits import is_test_person
from training.sheet import contact_sheet, write_picture

CLIPS = {".mp4", ".mkv", ".avi", ".mov", ".webm"}


@dataclass(frozen=True, slots=True)
class CoarseSettings:
    face: FaceFinderName = FaceFinderName.AUTO
    every: int = 5  # frames of a clip
    least: float = 0.5  # confidence


@dataclass(frozen=True, slots=True)
class Summary:
    eyes: int
    pictures: int
    faceless: int


@dataclass(frozen=True, slots=True)
class _Job:
    source: Path
    part: Path
    settings: CoarseSettings


@dataclass(frozen=True, slots=True)
class _Done:
    part: Path
    pictures: int
    faceless: int


def label(
    sources: Sequence[Path],
    out: Path,
    settings: CoarseSettings,
    *,
    workers: int,
    watch: Callable[[str, Iterable[Any], int], Iterable[Any]],
) -> Summary:
    """Makes a data set of every source; a source that an interrupted run has done is not done again."""
    files = expanded(sources)
    jobs = [_Job(path, out / "parts" / f"{_name(path, settings)}.json", settings) for path in files]
    done = list(watch("coarse", spread(_labelled, jobs, workers=workers), len(jobs)))
    labelled = [pair for part in done for pair in _read_guesses(part.part)]
    eyes = gathered(_eye(guess, patch) for guess, patch in labelled)
    about = {"made by": "coarse", "sources": len(files), "settings": asdict(settings)}
    with replacing(out / "guesses.json") as stream:
        stream.write(json.dumps({"schema": SCHEMA, "guesses": [guess for guess, _ in labelled]}).encode())
    save(eyes, out, about)
    write_picture(out / "sheet.png", contact_sheet(eyes))
    return Summary(len(eyes), sum(part.pictures for part in done), sum(part.faceless for part in done))


def expanded(sources: Sequence[Path]) -> list[Path]:
    """Pictures and clips, those in folders too, sorted; test people are left out. DatasetError when none is left."""
    files: list[Path] = []
    for source in sources:
        if not source.exists():
            raise DatasetError(f"{source} is not there; name pictures, folders or clips")
        files += sorted(source.rglob("*")) if source.is_dir() else [source]
    usable = [path for path in files if path.suffix.lower() in SUFFIXES | CLIPS and not is_test_person(path.name)]
    if not usable:
        raise DatasetError(f"no picture or clip to label in {', '.join(map(str, sources))}")
    return usable


def _name(path: Path, settings: CoarseSettings) -> str:
    stat = path.stat()
    said = f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns} {settings}"
    return f"{path.stem}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def _labelled(job: _Job) -> _Done:
    if not job.part.exists():
        _label_source(job)
    content = _read(job.part)
    return _Done(job.part, content["pictures"], content["faceless"])


def _label_source(job: _Job) -> None:
    faces, finder = open_stills(FaceSettings(finder=job.settings.face)), Handcrafted()
    guesses: list[dict[str, Any]] = []
    patches: list[Image] = []
    pictures = faceless = 0
    for index, image in _images(job.source, job.settings.every):
        frame = Frame(image, index, 0.0)
        found = faces.find(frame)
        pictures, faceless = pictures + 1, faceless + (not found)
        for face in found:
            left, right = finder.locate(finder.cutter(frame, face))
            for side, pupil in ((Side.LEFT, left), (Side.RIGHT, right)):
                if pupil is not None and _trusted(pupil, job.settings.least):
                    guess, patch = _guess(job.source, frame, face, side, pupil)
                    guesses.append(guess)
                    patches.append(patch)
    write_arrays(job.part.with_suffix(".npz"), {f"arr_{k}": patch for k, patch in enumerate(patches)})
    with replacing(job.part) as stream:
        content = {"pictures": pictures, "faceless": faceless, "guesses": guesses}
        stream.write(json.dumps(content).encode())


def _trusted(pupil: Pupil, least: float) -> bool:
    """A closed eye is a label too; its confidence says nothing about that."""
    return pupil.state is EyeState.CLOSED or pupil.confidence >= least


def _images(source: Path, every: int) -> Iterator[tuple[int, Image]]:
    if source.suffix.lower() in SUFFIXES:
        yield 0, read_picture(source)
        return
    for frame in islice(VideoFile(source), 0, None, every):
        yield frame.index, frame.image


def _guess(source: Path, frame: Frame, face: Face, side: Side, pupil: Pupil) -> tuple[dict[str, Any], Image]:
    patch = eye_patch(frame.image, face, side)
    return {
        "source": source.name,
        "frame": frame.index,
        "side": side.value,
        "landmarks": face.landmarks.round(2).tolist(),
        "centre": list(pupil.centre),
        "radius": pupil.radius,
        "confidence": pupil.confidence,
        "state": pupil.state.value,
        "in patch": {
            "corners": patch.corners.tolist(),
            "centre": list(patch.place(pupil.centre)),
            "radius": pupil.radius * patch.scale,
            "angle": patch.angle,
        },
    }, patch.grey


def _read(part: Path) -> dict[str, Any]:
    return dict(json.loads(part.read_text()))


def _read_guesses(part: Path) -> list[tuple[dict[str, Any], Image]]:
    with np.load(part.with_suffix(".npz")) as patches:
        return [(guess, patches[f"arr_{k}"]) for k, guess in enumerate(_read(part)["guesses"])]


def _eye(guess: dict[str, Any], patch: Image) -> Eye:
    inside = guess["in patch"]
    closed = guess["state"] == EyeState.CLOSED.value
    return Eye(
        patch,
        np.broadcast_to(np.array(inside["corners"]), (CORNER_SETS, 2, 2)).copy(),
        (inside["centre"][0], inside["centre"][1]),
        inside["radius"],
        0.0 if closed else 0.8,
        inside["angle"],
        0.5 if closed else float(guess["confidence"]),
        Path(guess["source"]).stem.split("_smile")[0],
        "coarse",
    )
