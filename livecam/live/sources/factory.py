"""Opens the source that the settings name: camera, address, video, images or demo."""

from __future__ import annotations

import difflib
import glob
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from livecam.core.errors import CameraError, SourceError
from livecam.core.image_files.folders import pictures_in
from livecam.core.image_files.images import SUFFIXES as PICTURE_SUFFIXES
from livecam.core.paths import exists, is_folder, local_path
from livecam.live.sources.camera import CameraSource
from livecam.live.sources.capture import open_device
from livecam.live.sources.demo import DemoSource
from livecam.live.sources.devices import CameraInfo, list_cameras
from livecam.live.sources.images import ImageSource, WebpAnimation, is_animation
from livecam.live.sources.screen import PREFIX, open_screen
from livecam.settings import SourceSettings

if TYPE_CHECKING:
    from livecam.live.sources.video import VideoSource

AnySource: TypeAlias = "CameraSource | DemoSource | ImageSource | VideoSource | WebpAnimation"

_ACCEPTED = (
    "auto, a camera's number or name, /dev/videoN, a URL, a video file, a picture, a folder, a glob, screen:, screen:N,"
    " or demo"
)


def open_source(settings: SourceSettings, *, paced: bool, say: Callable[[str], None] = lambda note: None) -> AnySource:
    """The source, opened; a Camera is to be closed by `with`. `paced` plays files and the demo at their own speed.

    `say` is told, in a sentence, what a person should know: that there is no camera and the demo is shown instead.
    """
    name = settings.source.strip()
    if not name:
        raise SourceError(f"--source cannot be empty; it takes {_ACCEPTED}")
    if name == "auto":
        return _camera_or_demo(settings, paced=paced, say=say)
    if name == "demo":
        return _demo(settings, paced=paced)
    if name.lower().startswith(PREFIX) and not exists(Path(name)):
        silent = f"{name} can be captured but gives no pictures; name another screen"
        return CameraSource(lambda: open_screen(name, settings.fps), no_pictures=silent, shows_person=False)
    if names_camera(settings):
        return _camera(int(name) if name.isdigit() else name, settings)
    path = local_path(name)
    if path is None:
        # Brings the video libraries, which a camera and the demo do without.
        from livecam.live.sources.address import open_address

        return open_address(name, settings, paced=paced)
    return _file(path, settings, paced=paced)


def names_camera(settings: SourceSettings) -> bool:
    """Whether a camera is asked for by its number or device; `auto` may become one."""
    name = settings.source.strip()
    return name.isdigit() or name.startswith("/dev/video")


def is_live(source: AnySource) -> bool:
    """Whether it shows what is now, and waits for nobody."""
    return isinstance(source, CameraSource)


def shows_person(source: AnySource) -> bool:
    """Whether it shows the person in front of it, who expects a mirror."""
    return isinstance(source, CameraSource) and source.shows_person


def _camera_or_demo(settings: SourceSettings, *, paced: bool, say: Callable[[str], None]) -> AnySource:
    try:
        return _camera(0, settings)
    except CameraError as error:
        say(f"{error}; showing the demo")
        return _demo(settings, paced=paced, notice="no camera, showing the demo")


def _demo(settings: SourceSettings, *, paced: bool, notice: str = "") -> DemoSource:
    return DemoSource(settings.width, settings.height, settings.fps, paced=paced, notice=notice)


def _camera(device: int | str, settings: SourceSettings) -> CameraSource:
    return CameraSource(lambda: open_device(device, settings))


def _file(path: Path, settings: SourceSettings, *, paced: bool) -> AnySource:
    if is_folder(path):
        return ImageSource(pictures_in(path), settings.fps, paced=paced)
    if exists(path):
        return _picture_or_video(path, settings, paced=paced)
    # Path.glob takes no absolute patterns.
    matches = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
    pictures = [match for match in matches if match.suffix.lower() in PICTURE_SUFFIXES]
    if pictures:
        return ImageSource(pictures, settings.fps, paced=paced)
    cameras = list_cameras()
    if device := _named(str(path), cameras):
        return _camera(device, settings)
    raise SourceError(_no_such(path, cameras, matched=bool(matches)))


def _named(name: str, cameras: Sequence[CameraInfo]) -> int | str | None:
    """The device of the camera that has this name, or alone has it in its name, such as `OBS Virtual Camera`."""
    called = name.casefold()
    found = [camera for camera in cameras if camera.name.casefold() == called]
    found = found or [camera for camera in cameras if called in camera.name.casefold()]
    if not found:
        return None
    if len(found) > 1:
        choice = ", ".join(f"{camera.path} ({camera.name})" for camera in found)
        raise SourceError(f"several cameras are called '{name}'; name one by its device: {choice}")
    path = found[0].path
    return int(path) if path.isdigit() else path


def _picture_or_video(path: Path, settings: SourceSettings, *, paced: bool) -> AnySource:
    is_picture = path.suffix.lower() in PICTURE_SUFFIXES
    if is_picture and not is_animation(path):
        return ImageSource([path], settings.fps, paced=paced)
    if path.suffix.lower() == ".webp":
        return WebpAnimation(path, paced=paced)
    from livecam.live.sources.video import VideoSource

    return VideoSource(path, paced=paced)


def _no_such(path: Path, cameras: Sequence[CameraInfo], *, matched: bool) -> str:
    if glob.has_magic(str(path)):
        return f"'{path}' matches {'files, but no pictures' if matched else 'nothing'}; --source takes {_ACCEPTED}"
    near = [str(path.parent / name) for name in difflib.get_close_matches(path.name, _neighbours(path.parent), n=3)]
    near += difflib.get_close_matches(str(path), [camera.name for camera in cameras], n=1)
    hint = f" (did you mean {' or '.join(near)}?)" if near else ""
    return f"there is no '{path}'{hint}; --source takes {_ACCEPTED}"


def _neighbours(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except (OSError, ValueError):
        return []
