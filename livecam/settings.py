"""Settings: every value a person can set, with its default; `livecam.settings_file` reads and writes them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from livecam.core.tflite import Runtime
from livecam.store.samples import CropMode


class Section(BaseModel):
    """A frozen part of the settings; an unknown key is an error, and the sentence below each key says what it means."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FaceDetectorName(StrEnum):
    AUTO = "auto"
    MESH = "mesh"
    DLIB = "dlib"
    MEDIAPIPE = "mediapipe"


class PupilDetectorName(StrEnum):
    CPU = "cpu"
    TFLITE = "tflite"
    TUTORIAL = "tutorial"


class Trigger(StrEnum):
    """What brings an effect out: nothing needs to, a key, restless eyes, or a signal of the face by its name."""

    ALWAYS = "always"
    KEY = "key"
    AUTO = "auto"
    MOUTH_OPEN = "mouth_open"
    SMILE = "smile"
    BROWS = "brows"
    FROWN = "frown"
    YAW = "yaw"
    PITCH = "pitch"
    ROLL = "roll"
    WINK_LEFT = "wink_left"
    WINK_RIGHT = "wink_right"
    BLINK = "blink"
    LOOKING_AWAY = "looking_away"
    LEANING_IN = "leaning_in"

    @property
    def is_signal(self) -> bool:
        """Whether it is a signal of the face."""
        return self not in {Trigger.ALWAYS, Trigger.KEY, Trigger.AUTO}


class TriggerMode(StrEnum):
    """How long a signal brings an effect out: while it lasts, or until it comes again."""

    HOLD = "hold"
    TOGGLE = "toggle"


class Flip(StrEnum):
    NONE = "none"
    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"


class SplitGroup(StrEnum):
    """What is never on two sides of a split when photographs are added: each person, folder or file by itself."""

    PERSON = "person"
    FOLDER = "folder"
    PICTURE = "picture"


class PupilConvention(StrEnum):
    IRIS = "iris"
    PERSON = "person"


class SourceSettings(Section):
    source: str = "auto"
    """auto (camera 0, else the demo), N, /dev/videoN, a camera's name, URL, file, folder or glob, screen:, screen:N"""
    width: int = Field(1280, ge=16, le=7680)
    """width in pixels asked of a camera, and of the demo"""
    height: int = Field(720, ge=16, le=4320)
    """height in pixels asked of a camera, and of the demo"""
    fps: float = Field(30.0, gt=0, le=240)
    """frames per second asked of a camera, and of the demo and pictures"""
    rotate: Literal[0, 90, 180, 270] = 0
    """degrees clockwise by which every picture is turned, for a camera that is mounted otherwise"""
    idle_when_unwatched: bool = False
    """whether the camera is let go while nobody looks at the window, the panel or the virtual camera"""
    flip: Flip = Flip.NONE
    """none, horizontal (left and right change places) or vertical, after the turn"""


MOST_FACES = 16


class FaceSettings(Section):
    finder: FaceDetectorName = FaceDetectorName.AUTO
    """mesh (what ships), dlib or mediapipe (each an extra); auto is mesh"""
    max_faces: int = Field(4, ge=1, le=MOST_FACES)
    """how many faces are followed at most, the largest first"""


class PupilSettings(Section):
    # Why the network, and no silent fallback: docs/decisions/network-by-default.md
    finder: PupilDetectorName = PupilDetectorName.TFLITE
    """tflite (the exported model), cpu (handcrafted) or tutorial (the baseline)"""
    model: Path | None = None
    """another .tflite than the one that ships, its card beside it; with the spotlight also one that finds targets"""
    runtime: Runtime = Runtime.LITERT
    """the interpreter of the model"""
    threads: int = Field(1, ge=1, le=16)
    """threads of the interpreter; more is often slower on a model this small"""
    smoothing: bool = True
    """One-Euro smoothing of landmarks, pupils and gaze"""
    second_opinion: bool = True
    """on still pictures tflite's answers are weighed with those of cpu, which come nearer together than either alone"""
    convention: PupilConvention = PupilConvention.PERSON
    """what a centre is: person (where the one whose labels a round learnt from puts it) or iris (the iris circle's)"""


class EffectSettings(Section):
    style: str = "saucer"
    """the names of effects (livecam effects list) or their folders, several with commas between, from back to front"""
    strength: float = Field(1.0, ge=0, le=1)
    """0 changes nothing, 1 is the full effect"""
    trigger: Trigger | None = None
    """always, key (space bar), auto (restless eyes) or a signal such as wink_left; unset is what the effect says"""
    trigger_mode: TriggerMode = TriggerMode.HOLD
    """hold (while the signal lasts) or toggle (until it comes again)"""
    trigger_cooldown: float = Field(1.0, ge=0, le=60)
    """seconds after the effect went before the signal brings it out again"""
    trigger_level: float = Field(0.6, ge=0.3, le=1)
    """how strong the signal has to be, 0..1; it ends 0.2 below that"""
    accessories: tuple[Literal["sweat", "blush", "gloom", "mouth"], ...] | None = None
    """sweat, blush, gloom, mouth; unset is the choice of the style"""
    hold_ms: float = Field(250, ge=0, le=5000)
    """how long the effect stays on a face that was lost"""
    fade_ms: float = Field(250, ge=0, le=5000)
    """how long it then takes to fade"""


class OutputSettings(Section):
    sinks: tuple[str, ...] = ()
    """window, virtualcam, pipewire, null, FILE.mp4, FILE.mkv, jsonl:FILE, jsonl:-, osc://HOST:PORT; unset: a window"""
    hud: bool = True
    """frame rate, latency and confidences in the window"""
    mirror: bool = True
    """the window shows a camera like a mirror"""
    folder: Path | None = None
    """where the keys r and s leave recordings and snapshots; unset is your folder of videos, and that of pictures"""


class PanelSettings(Section):
    enabled: bool = False
    """whether a page in a browser shows and steers the run"""
    port: int = Field(8766, ge=0, le=65535)
    """the port of the page; 0 takes a free one"""
    host: str = "127.0.0.1"
    """the address it listens on; 0.0.0.0 is open to the network, for a phone"""


class CollectSettings(Section):
    enabled: bool | None = None
    """whether hard frames are kept for labelling; unset is yes for a camera, no for files, pictures and the demo"""
    queue: Path | None = None
    """the folder of the sample store; unset is livecam/queue in your data directory"""
    queue_db: str | None = None
    """a PostgreSQL address for what is not pictures; unset is a file in the folder"""
    keep: CropMode = CropMode.FACE
    """how much of the frame is kept: face, eyes or frame"""
    low: float = Field(0.5, ge=0, le=1)
    """an eye found with less confidence than this is unsure and worth keeping; the bar rises while all goes well"""
    disagree: float = Field(0.05, gt=0, le=1)
    """so are eyes whose pupils the two detectors see further apart, in pupil distances"""
    jump: float = Field(0.08, gt=0, le=1)
    """and a pupil that leaps further by itself from one frame to the next, in pupil distances"""
    random_share: float = Field(0.15, ge=0, le=0.5)
    """share of what is kept that is drawn blindly, to test on"""
    gap_seconds: float = Field(0.5, ge=0, le=3600)
    """between two frames of a face that are kept, drawn and flagged ones apart"""
    per_minute: int = Field(40, ge=1, le=600)
    """how many of them are kept in a minute at most"""
    quota_mb: int = Field(500, ge=1)
    """megabytes of pictures; beyond it the least useful that nobody labelled go"""


class LearnSettings(Section):
    enabled: bool = False
    """whether training rounds start by themselves beside a run, at the lowest priority"""
    labels: int = Field(20, ge=1)
    """new labels after which one starts"""
    frames: int = Field(300, ge=1)
    """or new frames that nobody labelled"""
    check_seconds: float = Field(30.0, ge=1, le=3600)
    """between two looks at what the store has"""


class LabelSettings(Section):
    repeats: float = Field(0.07, ge=0, le=1)
    """share of decisions after which something is shown again without telling"""
    overlap: float = Field(0.0, ge=0, le=1)
    """share of samples that two people get, neither seeing what the other said"""
    gold: float = Field(0.0, ge=0, le=0.5)
    """share of decisions after which something comes whose truth is known; livecam-label gold marks such samples"""
    adjudicators: tuple[str, ...] = ()
    """who may settle disputes with livecam-label adjudicate; unset is anybody"""
    feedback: bool = False
    """whether what was said of those is answered with the truth at once"""
    blind: float = Field(0.0, ge=0, le=1)
    """share of samples that are annotated without their prediction: only these measure a detector"""
    carry: float = Field(2.0, ge=0, le=60)
    """seconds of a recording along which a label is carried to samples that look the same; 0 carries none"""
    auto_advance: bool = True
    """a click makes the other eye the next, and the second click accepts and goes on"""


class KeySettings(Section):
    run: Mapping[str, str | tuple[str, ...]] = {}
    """keys of the window of `livecam run`, by what they do: run = { snapshot = "w", quit = ["q", "Escape"] }"""
    label: Mapping[str, str | tuple[str, ...]] = {}
    """keys of livecam-label, in a window and in a browser: label = { accept = ["f", "7"], reject = "9" }"""


class Settings(Section):
    source: SourceSettings = SourceSettings()
    faces: FaceSettings = FaceSettings()
    pupils: PupilSettings = PupilSettings()
    effect: EffectSettings = EffectSettings()
    output: OutputSettings = OutputSettings()
    panel: PanelSettings = PanelSettings()
    collect: CollectSettings = CollectSettings()
    learn: LearnSettings = LearnSettings()
    label: LabelSettings = LabelSettings()
    keys: KeySettings = KeySettings()
