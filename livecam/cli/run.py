"""`livecam run`: the effect, live."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from livecam.cli import options
from livecam.cli.panel import open_place, print_link
from livecam.cli.progress import ProgressReporter
from livecam.cli.settings_loading import check_model_is_used, load_settings, say
from livecam.core.errors import LivecamError, SinkError
from livecam.core.files import check_writable_path, write_file
from livecam.settings import Settings

if TYPE_CHECKING:
    from livecam.live.session import LiveSession


def run(
    context: typer.Context,
    source: options.Source = None,
    face: options.FaceName = None,
    max_faces: options.MaxFaces = None,
    pupil: options.PupilName = None,
    model: options.Model = None,
    effect: options.Style = None,
    strength: options.Strength = None,
    trigger: options.TriggerName = None,
    sink: options.Sinks = None,
    hud: options.Hud = None,
    size: options.Size = None,
    fps: options.Fps = None,
    rotate: options.Rotate = None,
    flip: options.FlipName = None,
    panel: options.Panel = None,
    panel_port: options.PanelPort = None,
    panel_host: options.PanelHost = None,
    idle: options.Idle = None,
    seconds: options.Seconds = None,
    frames: options.Frames = None,
    queue: options.Queue = None,
    queue_db: options.QueueDb = None,
    no_queue: options.NoQueue = False,
    keep: options.KeepPart = None,
    learn: options.Learn = None,
    config: options.Config = None,
    report: options.Report = None,
) -> None:
    """Run the effect: on the camera, or on the demo when there is none."""
    # Brings the video libraries, which the other commands do without.
    from livecam.live.effects.factory import SPOTLIGHT
    from livecam.live.session import build_session
    from livecam.live.sources.wrappers import RunLimits

    settings = load_settings(
        config,
        options.settings_of(context.params),
    )
    if settings.effect.style != SPOTLIGHT:  # which takes a model of targets
        check_model_is_used(model, settings)
    if report:
        _check_report(report, settings)
    live: LiveSession | None = None
    interrupted = False
    try:
        with ExitStack() as stack:
            place = stack.enter_context(open_place(settings.panel)) if settings.panel.enabled else None
            live = build_session(settings, RunLimits(seconds, frames), stack, say)
            if place:
                from livecam.web.panel.opening import panel as served

                stack.enter_context(served(place, live))
                print_link(place)
            try:
                with ProgressReporter("livecam", live.length) as progress:
                    live.run(progress.update)
            except KeyboardInterrupt:
                interrupted = True
    except LivecamError as error:
        if report and live:
            _report_failure(report, live, error)
        raise
    except BrokenPipeError:
        # The reader of the tracking data has left: that is how such a run ends.
        if report and live:
            _write_report(report, live.report())
        raise
    for line in live.summary():
        say(line)
    if report:
        _write_report(report, live.report())
    if interrupted:
        raise typer.Exit(130)


def _check_report(path: Path, settings: Settings) -> None:
    """Before the run, so that an hour of it is not lost for a wrong name."""
    from livecam.live.sinks.factory import check_not_source, files

    check_not_source(settings.source.source, [*files(settings.output.sinks), path])
    check_writable_path(path)


def _report_failure(path: Path, live: LiveSession, error: LivecamError) -> None:
    """What was done until the error; that is the one that counts, also where there is no room for a report of it."""
    report = live.report()
    if not report["frames"]:
        return
    try:
        _write_report(path, {**report, "error": str(error)})
    except SinkError as second:
        say(str(second))


def _write_report(path: Path, report: Mapping[str, Any]) -> None:
    write_file(path, json.dumps(report, indent=2).encode() + b"\n")
