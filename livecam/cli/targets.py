"""The command `livecam find`: points at tiny targets on pages of any size."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from livecam.cli import options
from livecam.cli.progress import track_progress
from livecam.cli.settings_loading import say, tell_unreadable
from livecam.core.errors import LivecamError, SettingsError, SinkError, SourceError
from livecam.core.files import check_writable_path, write_file
from livecam.core.types import Image

if TYPE_CHECKING:
    from livecam.perception.targets.page_search import Answer, PageSearch
    from livecam.perception.targets.results import DetectionReport

_WRITTEN = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
_ANSWERS = Path("found.jsonl")


def find(
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGES|FOLDERS...", help="Pictures of any size, folders of them.")
    ],
    model: Annotated[
        str, typer.Option(metavar="NAME|FOLDER|FILE", help="waldo, waldo-synthetic, a folder of livecam-train targets.")
    ] = "waldo",
    top: Annotated[int, typer.Option(min=1, max=100, help="How many candidates are listed at most.")] = 5,
    turns: Annotated[
        str, typer.Option(help="Search turned pages: auto (where nothing is found upright), always or never.")
    ] = "auto",
    as_json: options.Json = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="PICTURE", help="Show it there: all dimmed but the target; for several IMAGES a folder."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Pictures searched at once.")] = 1,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Search on a Ray cluster that sees the pictures, or on `local` --workers."
        ),
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="Keep the answers there too, a line each, as they come.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Take what --answers (else found.jsonl) holds already, search the rest.")
    ] = False,
    queue: Annotated[
        Path | None, typer.Option(metavar="STORE", help="Keep unsure candidates and random tiles there, to be judged.")
    ] = None,
) -> None:
    """Find a tiny target, Waldo, in huge pictures; one that cannot be read makes the exit code 1, a folder without
    pictures 2."""
    from livecam.core.image_files.folders import named_pictures
    from livecam.perception.targets.boxes.candidates import check_queue
    from livecam.perception.targets.page_search import PageSearch, target_model
    from livecam.perception.targets.turns import Turns

    if turns not in set(Turns):
        raise SettingsError(f"--turns cannot be '{turns}'; it is {', '.join(Turns)}")
    names, empty = named_pictures([str(image) for image in images])
    pictures = [Path(name) for name in dict.fromkeys(names)]
    places = _places(pictures, out) if out else {}
    if queue:
        check_queue(queue)
    kept = _Kept(answers or (_ANSWERS if resume else None), resume=resume)
    search = PageSearch(target_model(model).resolve(), top, Turns(turns), queue)
    for folder, error in empty.items():
        tell_unreadable(folder, error, as_json=as_json)
    failed = False
    for picture, said in _answers(search, pictures, places, kept, workers, ray):
        failed |= "error" in said
        if as_json:
            print(json.dumps(said), flush=True)
        elif "error" in said:
            say(said["error"])
        else:
            print(kept.words(picture, said), flush=True)
    if empty or failed:
        raise typer.Exit(2 if empty else 1)


Said = Mapping[str, Any]  # the JSON line of a picture


class _Kept:
    """The answers of an earlier call, and the file that new ones are added to."""

    def __init__(self, path: Path | None, *, resume: bool) -> None:
        """SinkError for a file that cannot be written, or that holds no answers."""
        self._path, self._before, self._fresh = path, {}, {}  # type: tuple[Path | None, dict[str, Said], dict[str, str]]
        if path is None:
            return
        check_writable_path(path)
        if resume and path.exists():
            self._before = _read(path)
        elif path.exists() and path.stat().st_size:
            raise SinkError(f"{path} holds answers already; go on with --resume, or name another file")

    def of(self, picture: Path, model: str) -> Said | None:
        said = self._before.get(str(picture))
        return said if said is not None and said.get("model") == model else None

    def keep(self, said: Said) -> None:
        if self._path is None:
            return
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(said) + "\n")
        except OSError as error:
            raise SinkError(f"cannot write {self._path}: {(error.strerror or 'refused').lower()}") from error

    def remember(self, report: DetectionReport) -> None:
        from livecam.perception.targets.results import lines

        self._fresh[report.image] = lines(report)

    def words(self, picture: Path, said: Said) -> str:
        """The lines of a new answer, or that there is an earlier one."""
        known = self._fresh.pop(str(picture), None)
        if known is not None:
            return known
        found = sum(target["found"] for target in said["targets"])
        return f"{picture}: {f'{found} found' if found else 'not found'} (answered before)"


def _read(path: Path) -> dict[str, Said]:
    """A last line that was cut off by a kill is no answer."""
    known: dict[str, Said] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if not isinstance(said, dict) or "image" not in said:
            raise SinkError(f"{path} holds no answers of livecam find --json; name another file")
        if "error" not in said:
            known[said["image"]] = said
    return known


def _answers(
    search: PageSearch,
    pictures: Sequence[Path],
    places: Mapping[Path, Path],
    kept: _Kept,
    workers: int,
    ray: str | None,
) -> Iterator[tuple[Path, Said]]:
    """In the order of the pictures; each is kept before it is told."""
    from livecam.perception.targets.results import record

    opened = search.opened()
    before = {picture: said for picture in pictures if (said := kept.of(picture, opened.fingerprint))}
    rest = [picture for picture in pictures if picture not in before]
    several = _several(search, rest, workers, ray)
    for picture in track_progress("livecam", pictures):
        if picture in before:
            yield picture, before[picture]
            continue
        try:
            if several is None:
                page, report = opened.report(picture)
            else:
                answer = next(several)
                if isinstance(answer, LivecamError):
                    raise answer
                page, report = None, replace(answer, image=str(picture))
            if picture in places:
                _draw(places[picture], picture if page is None else page, report)
        except (SourceError, SinkError) as error:
            yield picture, {"image": str(picture), "error": str(error)}
            continue
        said = record(report)
        kept.remember(report)
        kept.keep(said)
        yield picture, said


def _several(search: PageSearch, pictures: Sequence[Path], workers: int, ray: str | None) -> Iterator[Answer] | None:
    """The answers of other processes, or of a cluster; None where this process is to search itself."""
    if ray is not None and pictures:
        from livecam.perception.targets.cluster_search import cluster_reports

        return cluster_reports(search, [picture.absolute() for picture in pictures], ray, workers)
    if workers > 1 and len(pictures) > 1:
        from livecam.perception.targets.page_search import reports

        return reports(search, pictures, workers)
    return None


def _places(images: Sequence[Path], out: Path) -> dict[Path, Path]:
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


def _draw(place: Path, page: Image | Path, report: DetectionReport) -> None:
    import cv2

    from livecam.core.image_files.images import read_image
    from livecam.perception.targets.visualization import draw_targets

    image = read_image(page) if isinstance(page, Path) else page
    _, content = cv2.imencode(place.suffix, draw_targets(image, report.answer))
    write_file(place, content.tobytes())
