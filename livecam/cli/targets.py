"""The command `livecam find`: points at a tiny target on pages of any size."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from livecam.cli import options
from livecam.cli.progress import track_progress
from livecam.core.assets import asset
from livecam.core.errors import SinkError, SourceError
from livecam.core.files import check_writable_path, write_file
from livecam.core.image_files.images import read_image
from livecam.core.types import Image

if TYPE_CHECKING:
    from livecam.perception.targets.detector import TargetDetector
    from livecam.perception.targets.results import DetectionReport


_WRITTEN = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")


def find(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGES...", help="Pictures of any size.")],
    model: Annotated[
        Path | None, typer.Option(metavar="FILE.tflite", help="Another target model, its .json card beside it.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=100, help="How many candidates are listed at most.")] = 5,
    as_json: options.Json = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="PICTURE", help="Show it there: all dimmed but the target; for several IMAGES a folder."),
    ] = None,
) -> None:
    """Find a tiny target, Waldo, in huge pictures; a picture that cannot be read makes the exit code 1."""
    from livecam.perception.targets.network import SHIPPED, open_target_detector

    pictures = _pictures(images, out) if out else {}
    detector = open_target_detector(model or asset(SHIPPED))
    failed = False
    for image in track_progress("livecam", images):
        try:
            page = read_image(image)
            report = _search(detector, str(image), page, top)
            if out:
                _draw(pictures[image], page, detector, report)
            _tell(report, as_json=as_json)
        except (SourceError, SinkError) as error:
            failed = True
            _tell_failure(str(image), error, as_json=as_json)
    if failed:
        raise typer.Exit(1)


def _pictures(images: Sequence[Path], out: Path) -> dict[Path, Path]:
    """Where the picture of each image goes; SinkError when there is no place for it, or something would be lost."""
    if not out.is_dir() and len(images) > 1:
        raise SinkError(f"--out cannot be '{out}' for {len(images)} pictures; name a folder that exists")
    places = {image: out / f"{image.stem}_found.png" if out.is_dir() else out for image in images}
    taken = {image.resolve(): "it is one of the pictures that are read" for image in images}
    for image, place in places.items():
        if place.suffix.lower() not in _WRITTEN:
            raise SinkError(f"--out cannot be '{out}'; name a folder that exists, or a {', '.join(_WRITTEN)}")
        if place.resolve() in taken:
            raise SinkError(f"cannot write {place}: {taken[place.resolve()]}; name another place")
        taken[place.resolve()] = f"it is already that of {image}"
        check_writable_path(place)
    return places


def _search(detector: TargetDetector, name: str, page: Image, top: int) -> DetectionReport:
    from livecam.perception.targets.results import DetectionReport

    start = time.perf_counter()
    targets = detector.detect(page, top)
    seconds = time.perf_counter() - start
    found = any(detector.is_confident(target) for target in targets)
    return DetectionReport(name, (page.shape[1], page.shape[0]), targets, found, seconds)


def _draw(place: Path, page: Image, detector: TargetDetector, report: DetectionReport) -> None:
    import cv2

    from livecam.perception.targets.visualization import draw_targets

    drawn = draw_targets(page, [target for target in report.targets if detector.is_confident(target)])
    _, content = cv2.imencode(place.suffix, drawn)
    write_file(place, content.tobytes())


def _tell(report: DetectionReport, *, as_json: bool) -> None:
    from livecam.perception.targets.results import lines, record

    print(json.dumps(record(report)) if as_json else lines(report), flush=True)


def _tell_failure(image: str, error: Exception, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"image": image, "error": str(error)}), flush=True)
    else:
        print(f"livecam: {error}", file=sys.stderr, flush=True)
