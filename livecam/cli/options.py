"""Command-line options that commands share, each with its help, and how their texts become values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from livecam.core.errors import SettingsError
from livecam.settings import FaceDetectorName, Flip, PupilDetectorName, Trigger
from livecam.store.samples import CropMode

Source = Annotated[
    str | None,
    typer.Option(help="auto | N | /dev/videoN | URL | video file | picture, folder or glob | demo"),
]
FaceName = Annotated[
    FaceDetectorName | None, typer.Option(help="The face detector; auto is mesh, which ships; the others are extras.")
]
PupilName = Annotated[
    PupilDetectorName | None,
    typer.Option(help="The exported model, the handcrafted detector, or the baseline."),
]
PupilModel = Annotated[
    Path | None,
    typer.Option("--model", help="Another .tflite model for --pupil tflite, its card beside it."),
]
Model = Annotated[
    Path | None,
    typer.Option(
        help="Another .tflite model for --pupil tflite, its card beside it; with the spotlight also one of targets."
    ),
]
MaxFaces = Annotated[int | None, typer.Option(help="How many faces are followed at most.")]
Style = Annotated[str | None, typer.Option("--effect", help="tremble | saucer | swirl | spotlight")]
Strength = Annotated[float | None, typer.Option(help="0 changes nothing, 1 is the full effect.")]
TriggerName = Annotated[Trigger | None, typer.Option(help="When the effect shows; auto grows with restless eyes.")]
Sinks = Annotated[
    list[str] | None,
    typer.Option("--sink", help="window | virtualcam | null | a .mp4 or .mkv path; may be repeated."),
]
Hud = Annotated[bool | None, typer.Option("--hud/--no-hud", help="Figures in the window; never in recordings.")]
Size = Annotated[str | None, typer.Option(metavar="WxH", help="Size asked of a camera, and of the demo.")]
Fps = Annotated[float | None, typer.Option(help="Frames a second asked of a camera, and of the demo.")]
Rotate = Annotated[
    int | None,
    typer.Option(metavar="0|90|180|270", help="Turn every picture clockwise, for a camera mounted otherwise."),
]
FlipName = Annotated[Flip | None, typer.Option("--flip", help="Mirror every picture, after the turn.")]
Seconds = Annotated[float | None, typer.Option(min=0, help="Stop after so many seconds of the source.")]
Frames = Annotated[int | None, typer.Option(min=1, help="Stop after so many frames.")]
Queue = Annotated[Path | None, typer.Option(metavar="DIR", help="The sample store; hard frames are kept there.")]
QueueDb = Annotated[
    str | None, typer.Option("--queue-db", metavar="URL", help="PostgreSQL for all but the pictures of the store.")
]
NoQueue = Annotated[bool, typer.Option("--no-queue", help="Keep no frames, also not of a camera.")]
KeepPart = Annotated[CropMode | None, typer.Option("--keep", help="How much of a hard frame is kept.")]
Config = Annotated[Path | None, typer.Option(help="A settings file; livecam.toml is read when it is there.")]
Report = Annotated[
    Path | None,
    typer.Option(metavar="FILE.json", help="Write frame rate, latency and stage times, also when it ends by an error."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def size(text: str | None) -> tuple[int | None, int | None]:
    """Width and height of `1280x720`; two Nones when nothing was given."""
    if text is None:
        return None, None
    match = re.fullmatch(r"(\d{1,5})[xX](\d{1,5})", text.strip())
    if not match:
        raise SettingsError(f"--size cannot be '{text}'; write width and height in pixels, such as 1280x720")
    return int(match[1]), int(match[2])
