"""The Python interface of livecam: detectors, sources and sinks in a few lines; `import livecam` offers its names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from livecam.core.errors import SinkError
from livecam.core.interfaces import PupilDetector, Sink
from livecam.core.model_card import ModelKind, model_kind
from livecam.core.types import FaceObservation, Frame, Image, check_image
from livecam.live.sinks.window import PlainWindow
from livecam.live.sources.factory import AnySource
from livecam.live.sources.factory import open_source as open_any_source
from livecam.perception.eyes.screen import ScreenCalibration, default_path
from livecam.perception.faces.factory import chosen, open_model, roll_guide
from livecam.perception.faces.image_detector import ImageFaceDetector
from livecam.perception.pipeline import EyeHistory, Perception, Smoothing
from livecam.perception.pupils.factory import open_pupils, with_second_opinion
from livecam.perception.pupils.network.model_card import PupilModelCard
from livecam.perception.targets.model_card import TargetModelCard
from livecam.settings import FaceDetectorName, PupilDetectorName, PupilSettings, SourceSettings
from livecam.store.store import Store

_Name = TypeVar("_Name", FaceDetectorName, PupilDetectorName)


class Detector:
    """Faces with their pupils and gazes, of single pictures and of running ones; offered as `livecam.PupilDetector`.

    Args:
        faces: the face detector by name: "mesh" (what ships, also "auto"), "dlib" or "mediapipe" (extras).
        pupils: the pupil detector by name ("tflite", "cpu" or "tutorial"), the path of an exported model (.tflite with
            its card beside it), or any object with the two members of `livecam.core.interfaces.PupilDetector`.
        max_faces: how many faces are looked at, the largest first; at least 1.
        smoothing: whether `track` steadies landmarks and pupils from frame to frame (One-Euro filter).

    Raises:
        ValueError: an unknown name.
        AssetError: a model that is missing, damaged or of another kind.
        MissingExtraError: a detector whose library is not installed.

    Example:
        >>> import livecam
        >>> detector = livecam.PupilDetector()
        >>> with livecam.open_source("demo") as source:
        ...     frame = next(iter(source))
        >>> [face.left is not None for face in detector.detect(frame.image)]
        [True]
    """

    def __init__(
        self,
        faces: str = "auto",
        pupils: str | Path | PupilDetector = "tflite",
        *,
        max_faces: int = 4,
        smoothing: bool = True,
    ) -> None:
        if max_faces < 1:
            raise ValueError(f"max_faces is {max_faces}; it is at least 1")
        self._face_name = chosen(_named(FaceDetectorName, faces, "face detector"))
        self._model = open_model(self._face_name)
        self._pupil_name = pupils if isinstance(pupils, str | Path) else type(pupils).__name__
        self._pupils = _pupil_detector(pupils)
        self._max_faces, self._smoothing = max_faces, smoothing
        stills = ImageFaceDetector(self._model, max_faces, roll_guide(self._face_name))
        # A detector of the caller's own answers alone.
        own = not isinstance(pupils, str | Path)
        self._still = Perception(stills, self._pupils if own else with_second_opinion(self._pupils))
        self._running: Perception | None = None

    def __repr__(self) -> str:
        return f"livecam.PupilDetector(faces={str(self._face_name)!r}, pupils={str(self._pupil_name)!r})"

    def detect(self, image: Image) -> Sequence[FaceObservation]:
        """The faces of one picture, searched thoroughly and independently of every other picture.

        Args:
            image: (h, w, 3) uint8, BGR, as `cv2.imread` and `livecam.read_image` give it.

        Returns:
            The largest face first; no face is an empty answer. Of each: `left` and `right` (the subject's own; None
            where no pupil was found) with `centre` in pixels, `radius` in pixels, `confidence` 0..1 and `state`;
            `left_state`, `right_state` (open, half,
            closed, hidden); `left_gaze` and `right_gaze`, -1..1 each way; `face` with its box and (68, 2) landmarks.

        Raises:
            ImageError: anything else than such an image, for instance None of a file that `cv2.imread` could not read;
                a `LivecamError` and a `ValueError`.

        Example:
            >>> import livecam, numpy
            >>> livecam.PupilDetector().detect(numpy.zeros((120, 160, 3), numpy.uint8))
            ()
        """
        check_image(image)
        return self._still.see(Frame(image, 0, 0.0)).faces

    def track(self, frame: Frame) -> Sequence[FaceObservation]:
        """The faces of the next frame of a running picture, each followed from the frame before.

        Args:
            frame: one frame of a source; their timestamps (seconds) rise. A frame that is marked as a scene cut starts
                afresh.

        Returns:
            As `detect`; `face.track_id` stays the same while a face is followed.

        Raises:
            ImageError: a frame whose image is no (h, w, 3) uint8 array.

        Example:
            >>> import livecam
            >>> detector = livecam.PupilDetector()
            >>> with livecam.open_source("demo") as source:
            ...     frames = iter(source)
            ...     ids = {face.face.track_id for _ in range(3) for face in detector.track(next(frames))}
            >>> len(ids)
            1
        """
        check_image(frame.image)
        if self._running is None:
            self._running = self._follow()
        return self._running.see(frame).faces

    def _follow(self) -> Perception:
        from livecam.perception.faces.factory import follow_recorded

        faces = follow_recorded(self._model, self._max_faces)
        return Perception(faces, self._pupils, Smoothing() if self._smoothing else None, EyeHistory())


@contextmanager
def open_source(
    source: int | str | Path = "auto", *, width: int = 1280, height: int = 720, fps: float = 30.0, paced: bool = False
) -> Iterator[AnySource]:
    """A source of frames for a `with`, closed at its end.

    Args:
        source: a camera's number, the path of a video, a picture or a folder of pictures, an address (http or rtsp),
            "demo", or "auto" (camera 0, else the demo).
        width, height: pixels asked of a camera and of the demo.
        fps: frames a second asked of a camera, and of the demo and pictures.
        paced: whether files and the demo come at their own speed instead of as fast as they are read.

    Yields:
        An iterable of `Frame`: `image` (h, w, 3) uint8 BGR, `index`, `timestamp` in seconds since it was opened.

    Raises:
        CameraError: a camera that is absent, busy or not allowed.
        SourceError: a file or an address that is none, with the names that are near.

    Example:
        >>> import livecam
        >>> with livecam.open_source("demo", width=320, height=240) as source:
        ...     next(iter(source)).size
        (320, 240)
    """
    settings = SourceSettings(source=str(source), width=width, height=height, fps=fps)
    opened = open_any_source(settings, paced=paced)
    with ExitStack() as stack:
        if isinstance(opened, AbstractContextManager):
            stack.enter_context(opened)
        yield opened


@contextmanager
def open_sink(sink: str | Path, *, fps: float = 30.0) -> Iterator[Sink]:
    """Somewhere to show frames, for a `with`, closed at its end.

    Args:
        sink: the path of a video to write (.mp4 or .mkv), "virtualcam" or "null"; a window has `open_window`.
        fps: frames a second that the virtual camera announces.

    Yields:
        A `Sink`: `show(frame)` takes a finished picture with the time of the frame that it was drawn on.

    Raises:
        SinkError: no place to write, or a suffix that is no video's.
        MissingExtraError: the virtual camera without its library.

    Example:
        >>> import livecam
        >>> with livecam.open_source("demo") as source, livecam.open_sink("null") as sink:
        ...     sink.show(next(iter(source)))
    """
    from livecam.live.sinks.video_file import VideoFileSink
    from livecam.live.sinks.virtual_camera import NullSink, VirtualCamera

    name = str(sink)
    if name == "null":
        yield NullSink()
        return
    if name == "virtualcam":
        with VirtualCamera(fps) as camera:
            yield camera
        return
    if Path(name).suffix.lower() not in (".mp4", ".mkv"):
        raise SinkError(f"'{name}' is no sink; there are virtualcam, null, and paths ending in .mp4 or .mkv")
    with VideoFileSink(Path(name).expanduser(), keep_all=True) as recording:
        yield recording


@contextmanager
def open_window(title: str = "livecam") -> Iterator[PlainWindow]:
    """A window that shows frames, for a `with`; q, escape or its own button close it.

    Args:
        title: what stands above it.

    Yields:
        A `Sink` that also tells by `closed` whether the person has had enough.

    Raises:
        SinkError: there is no display.

    Example:
        A person's own loop: `for frame in source: window.show(frame)` until `window.closed`.
    """
    with PlainWindow(title) as window:
        yield window


def open_store(folder: str | Path, url: str | None = None) -> Store:
    """The sample store in a folder: what a run kept, and what people said of it.

    Args:
        folder: where the store lies; it is not made by this, so that a slip of the pen makes no empty one.
        url: the address of a PostgreSQL database, for a store whose records are there.

    Returns:
        A `Store`, to be used in a `with`: `samples()` yields each sample with its resolved labels, `picture(id)` its
        picture, (h, w, 3) uint8 BGR.

    Raises:
        StoreError: no store there, a newer one, or a database that does not answer.

    Example:
        >>> import livecam
        >>> with livecam.open_store("/no/store/here") as store:
        ...     print(len(list(store.samples())))
        Traceback (most recent call last):
        livecam.core.errors.StoreError: no sample store in '/no/store/here'; `livecam run --queue DIR` makes one
    """
    from livecam.core.errors import StoreError
    from livecam.store.location import DATABASE

    place = Path(folder).expanduser()
    if url is None and not (place / DATABASE).is_file():
        raise StoreError(f"no sample store in '{folder}'; `livecam run --queue DIR` makes one")
    return Store.open_to_read(place, url)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """An exported model and what its card says."""

    path: Path
    kind: ModelKind  # what it finds: pupils or targets
    card: PupilModelCard | TargetModelCard

    @property
    def content(self) -> bytes:
        """The .tflite file."""
        return self.path.read_bytes()


def load_model(path: str | Path) -> LoadedModel:
    """An exported model with its card, checked against each other.

    Args:
        path: the .tflite file; its card is the .json file beside it.

    Returns:
        Its kind, and the card: input, decoding, calibration, provenance and scores.

    Raises:
        AssetError: one of the two files is missing, damaged, or not of the other.

    Example:
        >>> import livecam
        >>> livecam.load_model(livecam.asset("models/pupil.tflite")).kind
        <ModelKind.PUPIL: 'pupil'>
    """
    from livecam.perception.pupils.network.model_card import read_card as read_pupil_card
    from livecam.perception.targets.model_card import read_card as read_target_card

    model = Path(path)
    if model_kind(model) is ModelKind.TARGET:
        return LoadedModel(model, ModelKind.TARGET, read_target_card(model)[0])
    return LoadedModel(model, ModelKind.PUPIL, read_pupil_card(model)[0])


def load_calibration(path: str | Path | None = None) -> ScreenCalibration:
    """What `livecam calibrate` found: it turns the gaze of that person into a place on their screen.

    Args:
        path: the file of the calibration; None is the one in the user's data folder.

    Returns:
        A `ScreenCalibration`; `place(face)` of a `FaceObservation` is where it looks, shares of the screen's width and
        height with (0, 0) at its top left, or None while no iris is seen. It holds for the face and pupil detector it
        was made with, which `faces` and `pupils` name.

    Raises:
        SettingsError: there is no such file, or it is no calibration.

    Example:
        >>> import livecam
        >>> livecam.load_calibration("/no/such.json")
        Traceback (most recent call last):
        livecam.core.errors.SettingsError: cannot read the calibration /no/such.json; `livecam calibrate` makes one
    """
    return ScreenCalibration.read(default_path() if path is None else Path(path).expanduser())


def _named(kind: type[_Name], name: str, what: str) -> _Name:
    try:
        return kind(name)
    except ValueError:
        raise ValueError(f"there is no {what} '{name}'; there are {', '.join(kind)}") from None


def _pupil_detector(pupils: str | Path | PupilDetector) -> PupilDetector:
    if not isinstance(pupils, str | Path):
        return pupils
    if isinstance(pupils, Path) or pupils.endswith(".tflite"):
        return open_pupils(PupilSettings(finder=PupilDetectorName.TFLITE, model=Path(pupils).expanduser()))
    return open_pupils(PupilSettings(finder=_named(PupilDetectorName, pupils, "pupil detector")))
