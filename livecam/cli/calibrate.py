"""`livecam calibrate`: nine looks at dots make of a gaze a place on the screen."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from livecam.cli import options
from livecam.core.errors import CameraError, SettingsError
from livecam.core.files import check_writable_path, make_folder
from livecam.settings import Settings
from livecam.settings_file import load

if TYPE_CHECKING:
    from livecam.live.calibration.looks import LookGatherer
    from livecam.live.calibration.run import CalibrationErrors
    from livecam.perception.eyes.screen import ScreenCalibration
    from livecam.perception.pipeline import Perception


def calibrate(
    source: options.Source = None,
    face: options.FaceName = None,
    pupil: options.PupilName = None,
    model: options.PupilModel = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the calibration goes.", show_default="your data folder")
    ] = None,
    queue: options.Queue = None,
    no_queue: Annotated[bool, typer.Option("--no-queue", help="Keep no pictures of the looks.")] = False,
    as_json: options.Json = False,
    config: options.Config = None,
) -> None:
    """Look at nine dots, one after the other: from then on your gaze is also a place on the screen.

    With `--source demo` a simulated person looks, the error is told, and only --out keeps the calibration; with a
    recording, somebody looks whose looks are in RECORDING.looks.csv.
    """
    from livecam.live.calibration.run import fitted
    from livecam.perception.eyes.screen import default_path

    if no_queue and queue is not None:
        raise SettingsError("--no-queue cannot stand beside --queue; leave one of them out")
    settings = load(
        config, options.settings_of({"source": source, "face": face, "pupil": pupil, "model": model, "queue": queue})
    )
    calibration_of = _Session(settings)
    # The one of the person who sits here is not lost to somebody who is simulated.
    path = out or (None if calibration_of.is_simulated else default_path())
    if path is not None:
        if out is None:
            make_folder(path.parent)
        check_writable_path(path)
    gathered = calibration_of.gather()
    if gathered is None:
        print("no calibration was made: it was ended before the last dot")
        raise typer.Exit(1)
    names = {"faces": calibration_of.face_name, "pupils": settings.pupils.finder.value}
    calibration = fitted(gathered, **names)
    if path is not None:
        calibration.save(path)
    kept = 0 if no_queue or calibration_of.is_simulated else _keep(settings, gathered)
    written = None if path is None else str(path)
    found: dict[str, Any] = {"calibration": written, **names, "error": round(calibration.error, 4), "kept": kept}
    if calibration_of.is_simulated:
        found["errors"] = calibration_of.errors(calibration).figures
    print(json.dumps(found) if as_json else _told(found))


def _told(found: dict[str, Any]) -> str:
    written = found["calibration"]
    where = f"calibration written to {written}" if written else "calibration of a simulated person; --out FILE keeps it"
    lines = [where, f"by the other looks: {found['error']:.1%} off"]
    if found["kept"]:
        lines.append(f"{found['kept']} pictures were kept, each with where it looks")
    lines += [f"{name}: {error:.1%} of the screen off" for name, error in found.get("errors", {}).items()]
    return "\n".join(lines)


class _Session:
    """The detectors of one calibration, and who looks."""

    def __init__(self, settings: Settings) -> None:
        from livecam.perception.faces.factory import chosen, open_model
        from livecam.perception.pupils.factory import open_pupils

        self._settings = settings
        self.is_simulated = settings.source.source == "demo"
        self.face_name = chosen(settings.faces.finder).value
        self._model = open_model(settings.faces.finder)
        self._pupils = open_pupils(settings.pupils)

    def perception(self) -> Perception:
        from livecam.perception.faces.factory import follow_recorded
        from livecam.perception.pipeline import EyeHistory, Perception, Smoothing

        faces = follow_recorded(self._model, 1)
        return Perception(faces, self._pupils, Smoothing(), EyeHistory())

    def errors(self, calibration: ScreenCalibration) -> CalibrationErrors:
        from livecam.live.calibration.run import simulated_errors

        return simulated_errors(calibration, self.perception)

    def gather(self) -> LookGatherer | None:
        """What was seen of the looks; None when the window was closed before the last of them."""
        from livecam.live.calibration.dots import DotWindow
        from livecam.live.calibration.looks import NINE, read_looks, timed
        from livecam.live.calibration.run import calibrate_simulated, watch
        from livecam.live.sources.camera import CameraSource
        from livecam.live.sources.demo import DemoSource
        from livecam.live.sources.factory import open_source

        if self.is_simulated:
            return calibrate_simulated(self.perception)
        with ExitStack() as stack:
            opened = open_source(self._settings.source, paced=False)
            if isinstance(opened, DemoSource):
                raise CameraError("there is no camera to look into; `--source demo` shows a simulated person instead")
            if not isinstance(opened, CameraSource):
                return watch(opened, self.perception(), read_looks(Path(self._settings.source.source)))
            window = stack.enter_context(DotWindow(timed(NINE)))
            return watch(stack.enter_context(opened), self.perception(), timed(NINE), window.show)


def _keep(settings: Settings, gathered: LookGatherer) -> int:
    from livecam.live.calibration.labels import store_looks
    from livecam.live.collection.factory import program_version, store_folder
    from livecam.store.store import Store

    with Store.open(store_folder(settings.collect)) as store:
        return store_looks(
            store,
            gathered,
            source=settings.source.source,
            detector=settings.pupils.finder.value,
            version=program_version(),
        )
