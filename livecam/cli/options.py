"""Command-line options that commands share, each with its help, and how their texts become values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from livecam.core.errors import SettingsError
from livecam.settings import FaceDetectorName, Flip, PupilDetectorName, Settings, Trigger
from livecam.store.samples import CropMode

_DEFAULTS = Settings()

Source = Annotated[
    str | None,
    typer.Option(
        help="auto | N | /dev/videoN | a camera's name | URL | video | picture, folder or glob | screen: | screen:N"
        " | demo",
        show_default=_DEFAULTS.source.source,
    ),
]
FaceName = Annotated[
    FaceDetectorName | None,
    typer.Option(
        help="The detector of faces; auto is mesh, which ships; the others are extras.",
        show_default=str(_DEFAULTS.faces.finder),
    ),
]
PupilName = Annotated[
    PupilDetectorName | None,
    typer.Option(
        help="The exported model, the handcrafted detector, or the baseline.", show_default=str(_DEFAULTS.pupils.finder)
    ),
]
PupilModel = Annotated[
    Path | None,
    typer.Option(
        "--model", help="Another .tflite model for --pupil tflite, its card beside it.", show_default="what ships"
    ),
]
Model = Annotated[
    Path | None,
    typer.Option(
        help="Another .tflite model for --pupil tflite, its card beside it; with the spotlight also one of targets.",
        show_default="what ships",
    ),
]
MaxFaces = Annotated[
    int | None,
    typer.Option(help="How many faces are followed at most.", show_default=str(_DEFAULTS.faces.max_faces)),
]
Style = Annotated[
    str | None,
    typer.Option(
        "--effect",
        metavar="NAME|FOLDER[,NAME...]",
        help="tremble | saucer | swirl | spotlight | … (livecam effects list), a folder, several from back to front.",
        show_default=_DEFAULTS.effect.style,
    ),
]
Strength = Annotated[
    float | None,
    typer.Option(help="0 changes nothing, 1 is the full effect.", show_default=str(_DEFAULTS.effect.strength)),
]
TriggerName = Annotated[
    Trigger | None,
    typer.Option(
        help="When the effect shows; auto grows with restless eyes, key waits for the space bar, the others are signals"
        " of the face.",
        show_default="what the effect says, else always",
    ),
]
Sinks = Annotated[
    list[str] | None,
    typer.Option(
        "--sink",
        help="window | virtualcam | pipewire | null | a .mp4 or .mkv path | jsonl:FILE | jsonl:- | osc://HOST:PORT;"
        " may be repeated.",
        show_default="window, where there is a display",
    ),
]
Hud = Annotated[
    bool | None,
    typer.Option("--hud/--no-hud", help="Figures in the window; never in recordings.", show_default="hud"),
]
Panel = Annotated[
    bool | None,
    typer.Option("--panel/--no-panel", help="A page in a browser that shows and steers the run.", show_default=False),
]
PanelPort = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="Of the panel; 0 takes a free one.", show_default=str(_DEFAULTS.panel.port)),
]
PanelHost = Annotated[
    str | None,
    typer.Option(
        help="The address the panel listens on; 0.0.0.0 is open to the network.", show_default=_DEFAULTS.panel.host
    ),
]
Idle = Annotated[
    bool | None,
    typer.Option(
        "--idle-when-unwatched/--never-idle",
        help="Let the camera go while nobody looks at window, panel or virtual camera.",
        show_default=False,
    ),
]
Size = Annotated[
    str | None,
    typer.Option(
        metavar="WxH",
        help="Size asked of a camera, and of the demo.",
        show_default=f"{_DEFAULTS.source.width}x{_DEFAULTS.source.height}",
    ),
]
Fps = Annotated[
    float | None,
    typer.Option(help="Frames a second asked of a camera, and of the demo.", show_default=f"{_DEFAULTS.source.fps:g}"),
]
Rotate = Annotated[
    int | None,
    typer.Option(
        metavar="0|90|180|270",
        help="Turn every picture clockwise, for a camera mounted otherwise.",
        show_default=str(_DEFAULTS.source.rotate),
    ),
]
FlipName = Annotated[
    Flip | None,
    typer.Option("--flip", help="Mirror every picture, after the turn.", show_default=str(_DEFAULTS.source.flip)),
]
Seconds = Annotated[float | None, typer.Option(min=0, help="Stop after so many seconds of the source.")]
Frames = Annotated[int | None, typer.Option(min=1, help="Stop after so many frames.")]
Queue = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="The sample store; hard frames are kept there.",
        show_default="livecam/queue in your data folder",
    ),
]
QueueDb = Annotated[
    str | None, typer.Option("--queue-db", metavar="URL", help="PostgreSQL for all but the pictures of the store.")
]
NoQueue = Annotated[bool, typer.Option("--no-queue", help="Keep no frames, also not of a camera.")]
Learn = Annotated[
    bool | None,
    typer.Option(
        "--learn/--no-learn",
        help="Start training rounds on the store by themselves, at the lowest priority.",
        show_default="no-learn",
    ),
]
KeepPart = Annotated[
    CropMode | None,
    typer.Option("--keep", help="How much of a hard frame is kept.", show_default=str(_DEFAULTS.collect.keep)),
]
Config = Annotated[Path | None, typer.Option(help="A settings file.", show_default="livecam.toml, if there is one")]
Report = Annotated[
    Path | None,
    typer.Option(metavar="FILE.json", help="Write frame rate, latency and stage times, also when it ends by an error."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def parse_size(text: str | None) -> tuple[int | None, int | None]:
    """Width and height of `1280x720`; two Nones when nothing was given."""
    if text is None:
        return None, None
    match = re.fullmatch(r"(\d{1,5})[xX](\d{1,5})", text.strip())
    if not match:
        raise SettingsError(f"--size cannot be '{text}'; write width and height in pixels, such as 1280x720")
    return int(match[1]), int(match[2])


# The flags that override a setting, by the names of their parameters: the section and the key.
_SETTING_OF = {
    "source": ("source", "source"),
    "fps": ("source", "fps"),
    "rotate": ("source", "rotate"),
    "flip": ("source", "flip"),
    "face": ("faces", "finder"),
    "max_faces": ("faces", "max_faces"),
    "pupil": ("pupils", "finder"),
    "model": ("pupils", "model"),
    "effect": ("effect", "style"),
    "strength": ("effect", "strength"),
    "trigger": ("effect", "trigger"),
    "sink": ("output", "sinks"),
    "hud": ("output", "hud"),
    "panel": ("panel", "enabled"),
    "panel_port": ("panel", "port"),
    "panel_host": ("panel", "host"),
    "idle": ("source", "idle_when_unwatched"),
    "queue": ("collect", "queue"),
    "queue_db": ("collect", "queue_db"),
    "keep": ("collect", "keep"),
    "learn": ("learn", "enabled"),
}


def settings_of(flags: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What flags say about settings, by section and key, as `livecam.settings_file.load` takes it; None is not given.

    `flags` are the parameters of a command by name (`typer.Context.params`); what is no setting is passed over.
    """
    sections: dict[str, dict[str, Any]] = {"source": {}, "collect": {}}
    for flag, value in flags.items():
        if flag in _SETTING_OF:
            section, key = _SETTING_OF[flag]
            sections.setdefault(section, {})[key] = None if value in ([], ()) else value
    width, height = parse_size(flags.get("size"))
    named = flags.get("queue") is not None or flags.get("queue_db") is not None
    refused = flags.get("no_queue", False)
    if named and refused:
        raise SettingsError("--no-queue cannot stand beside --queue or --queue-db; leave one of them out")
    sections["source"].update(width=width, height=height)
    sections["collect"]["enabled"] = False if refused else named or None
    return sections
