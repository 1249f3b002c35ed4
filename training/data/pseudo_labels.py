"""Pseudo-labels of the handcrafted detector for pictures and clips, each with its confidence, as a data set."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from livecam.core.image_files.images import SUFFIXES, read_image
from livecam.core.types import EyeState, Face, Frame, Image, Pupil, Side
from livecam.live.sources.video import VideoSource
from livecam.perception.faces.factory import open_stills
from livecam.perception.pupils.handcrafted.detector import RingPupilDetector
from livecam.settings import FaceDetectorName, FaceSettings
from training.data.contact_sheet import contact_sheet, write_picture
from training.data.dataset import CORNER_SETS, SCHEMA, EyeSample, eye_patch, gathered_on_disk, save
from training.data.portraits import is_test_person
from training.engine.files import DatasetError, current_keys, replacing, write_arrays
from training.engine.parallel import Columns, stream

_TOGETHER = 16  # pictures that are one job
CLIPS = {".mp4", ".mkv", ".avi", ".mov", ".webm"}


@dataclass(frozen=True, slots=True)
class CoarseSettings:
    face: FaceDetectorName = FaceDetectorName.AUTO
    every: int = 5  # frames of a clip
    least: float = 0.5  # confidence


@dataclass(frozen=True, slots=True)
class Summary:
    eyes: int
    pictures: int
    faceless: int


def pseudo_label(
    sources: Sequence[Path],
    out: Path,
    settings: CoarseSettings,
    *,
    workers: int,
    watch: Callable[[str, Iterable[Any], int], Iterable[Any]],
    ray: str | None = None,
) -> Summary:
    """Makes a data set of every source; a source that an interrupted run has done is not done again.

    Patches stay on the disk all the way; `ray` is the address of a cluster that sees sources and `out`.
    """
    files = expanded(sources)
    parts = [out / "parts" / f"{_name(path, settings)}.json" for path in files]
    jobs = list(_batches(files, parts))
    done = watch("coarse", stream(partial(_labelled, settings=settings), jobs, workers=workers, ray=ray), len(jobs))
    pictures, faceless = np.sum([[batch["pictures"].sum(), batch["faceless"].sum()] for batch in done], axis=0).tolist()
    with tempfile.TemporaryFile(dir=out) as raw:
        eyes = gathered_on_disk(
            (_eye(prediction, patch) for part in parts for prediction, patch in _read_predictions(part)), raw
        )
        _write_predictions(out / "guesses.json", parts)
        save(eyes, out, {"made_by": "coarse", "sources": len(files), "settings": asdict(settings)})
        write_picture(out / "sheet.png", contact_sheet(eyes))
        return Summary(len(eyes), pictures, faceless)


def _batches(files: Sequence[Path], parts: Sequence[Path]) -> Iterator[Columns]:
    """A clip is a job by itself, pictures go together."""
    pictures = []
    for pair in zip(files, parts, strict=True):
        if pair[0].suffix.lower() in CLIPS:
            yield _batch([pair])
            continue
        pictures.append(pair)
        if len(pictures) == _TOGETHER:
            yield _batch(pictures)
            pictures = []
    if pictures:
        yield _batch(pictures)


def _batch(pairs: Sequence[tuple[Path, Path]]) -> Columns:
    source, part = (np.array([str(path.absolute()) for path in paths]) for paths in zip(*pairs, strict=True))
    return {"source": source, "part": part}


def _write_predictions(path: Path, parts: Sequence[Path]) -> None:
    with replacing(path) as file:
        file.write(f'{{"schema": {SCHEMA}, "guesses": ['.encode())
        between = ""
        for part in parts:
            for prediction in _read(part)["guesses"]:
                file.write((between + json.dumps(prediction)).encode())
                between = ", "
        file.write(b"]}")


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


def _labelled(batch: Columns, *, settings: CoarseSettings) -> Columns:
    pairs = zip(batch["source"], batch["part"], strict=True)
    counts = np.array([_counted(Path(str(source)), Path(str(part)), settings) for source, part in pairs])
    return {"pictures": counts[:, 0], "faceless": counts[:, 1]}


def _counted(source: Path, part: Path, settings: CoarseSettings) -> tuple[int, int]:
    """How many pictures the source has, and how many of them are without a face."""
    if not part.exists():
        _label_source(source, part, settings)
    content = _read(part)
    return content["pictures"], content["faceless"]


def _label_source(source: Path, part: Path, settings: CoarseSettings) -> None:
    faces, detector = open_stills(FaceSettings(finder=settings.face)), RingPupilDetector()
    predictions: list[dict[str, Any]] = []
    patches: list[Image] = []
    pictures = faceless = 0
    for index, image in _images(source, settings.every):
        frame = Frame(image, index, 0.0)
        found = faces.detect(frame)
        pictures, faceless = pictures + 1, faceless + (not found)
        for face in found:
            left, right = detector.detect(detector.cropper(frame, face))
            for side, pupil in ((Side.LEFT, left), (Side.RIGHT, right)):
                if pupil is not None and _trusted(pupil, settings.least):
                    prediction, patch = _predict(source, frame, face, side, pupil)
                    predictions.append(prediction)
                    patches.append(patch)
    write_arrays(part.with_suffix(".npz"), {f"arr_{k}": patch for k, patch in enumerate(patches)})
    with replacing(part) as stream:
        content = {"pictures": pictures, "faceless": faceless, "guesses": predictions}
        stream.write(json.dumps(content).encode())


def _trusted(pupil: Pupil, least: float) -> bool:
    """A closed eye is a label too; its confidence says nothing about that."""
    return pupil.state is EyeState.CLOSED or pupil.confidence >= least


def _images(source: Path, every: int) -> Iterator[tuple[int, Image]]:
    if source.suffix.lower() in SUFFIXES:
        yield 0, read_image(source)
        return
    for frame in islice(VideoSource(source), 0, None, every):
        yield frame.index, frame.image


def _predict(source: Path, frame: Frame, face: Face, side: Side, pupil: Pupil) -> tuple[dict[str, Any], Image]:
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
        "in_patch": {
            "corners": patch.corners.tolist(),
            "centre": list(patch.place(pupil.centre)),
            "radius": pupil.radius * patch.scale,
            "angle": patch.angle,
        },
    }, patch.grey


def _read(part: Path) -> dict[str, Any]:
    return dict(current_keys(json.loads(part.read_text())))


def _read_predictions(part: Path) -> list[tuple[dict[str, Any], Image]]:
    with np.load(part.with_suffix(".npz")) as patches:
        return [(prediction, patches[f"arr_{k}"]) for k, prediction in enumerate(_read(part)["guesses"])]


def _eye(prediction: dict[str, Any], patch: Image) -> EyeSample:
    inside = prediction["in_patch"]
    closed = prediction["state"] == EyeState.CLOSED.value
    return EyeSample(
        patch,
        np.broadcast_to(np.array(inside["corners"]), (CORNER_SETS, 2, 2)).copy(),
        (inside["centre"][0], inside["centre"][1]),
        inside["radius"],
        0.0 if closed else 0.8,
        inside["angle"],
        0.5 if closed else float(prediction["confidence"]),
        Path(prediction["source"]).stem.split("_smile")[0],
        "coarse",
    )
