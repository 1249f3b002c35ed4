"""Accuracy on a clip whose truth is known: faces, pupils, blinks and gaze, for each pupil and face detector."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from livecam.benchmark.accuracy import THRESHOLDS
from livecam.benchmark.clips.blinks import IN_TIME_MS, BlinkCounter, BlinkScore
from livecam.benchmark.clips.clip_truth import LabelledClip
from livecam.benchmark.clips.gaze_score import GazeCounter, GazeScore
from livecam.benchmark.clips.pupil_score import PupilCounter, PupilScore
from livecam.benchmark.clips.tracking_score import TrackingCounter, TrackingScore
from livecam.perception.faces.factory import follow_recorded, open_model
from livecam.perception.pipeline import EyeHistory, Perception, Smoothing
from livecam.perception.pupils.factory import open_pupils
from livecam.settings import Settings


@dataclass(frozen=True, slots=True)
class ClipScore:
    """What one pupil detector made of a clip, with one face detector."""

    name: str
    face: str
    faces_found: float  # share of the true faces
    blinks: BlinkScore
    gaze: GazeScore
    tracking: TrackingScore
    pupils: PupilScore

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.name,
            "face": self.face,
            "faces_found": round(self.faces_found, 4),
            "blinks": self.blinks.as_json(),
            "gaze": self.gaze.as_json(),
            "tracking": self.tracking.as_json(),
            "pupils": self.pupils.as_json(),
        }


def score_clip(clip: Path, entries: Iterable[Settings], say: Callable[[str], None]) -> list[ClipScore]:
    """The scores of every one of the settings, as a run on the clip sees it; SourceError for what cannot be read."""
    labelled = LabelledClip.open(clip)
    return [_score(labelled, settings, say) for settings in entries]


def _score(clip: LabelledClip, settings: Settings, say: Callable[[str], None]) -> ClipScore:
    name, face = settings.pupils.finder.value, settings.faces.finder.value
    say(f"scoring {name} with {face}")
    faces = follow_recorded(open_model(settings.faces.finder), max(settings.faces.max_faces, clip.most_faces))
    smoothing = Smoothing() if settings.pupils.smoothing else None
    perception = Perception(faces, open_pupils(settings.pupils), smoothing, EyeHistory())
    blinks, gazes = BlinkCounter(clip.truth), GazeCounter(clip.truth)
    tracking, pupils = TrackingCounter(clip.truth, clip.most_faces), PupilCounter(clip.truth)
    true, found = 0, 0
    for frame in clip.frames:
        scene = perception.see(frame)
        for counter in (blinks, gazes, tracking, pupils):
            counter.add(scene)
        here = clip.truth.get(frame.index, ())
        true += len(here)
        found += sum(each.found_in(scene.faces) is not None for each in here)
    return ClipScore(name, face, found / max(true, 1), blinks.score(), gazes.score(), tracking.score(), pupils.score())


def as_json(clip: Path, scores: Sequence[ClipScore]) -> dict[str, Any]:
    return {"clip": str(clip), "paths": [score.as_json() for score in scores]}


def clip_tables(clip: Path, scores: Sequence[ClipScore]) -> Iterator[Table]:
    """Faces and pupils; blinks found, false ones and how soon; how well gaze follows the truth."""
    from livecam.benchmark.tables import plain_table

    yield _faces_and_pupils(clip, scores)

    heads = (
        "faces",
        "blinks",
        "found",
        f"< {IN_TIME_MS:.0f} ms",
        "median ms",
        "false",
        "a minute",
        "→ r",
        "↓ r",
        "rest",
    )
    shown = plain_table(
        f"{clip.name}: blinks, and the correlation r of gaze with the truth, to the side and down", heads
    )
    for score in scores:
        blinks, found = score.blinks, score.blinks.as_json()
        shown.add_row(
            f"{score.name} {score.face}",
            f"{score.faces_found:.1%}",
            str(blinks.blinks),
            str(blinks.found),
            str(blinks.in_time),
            "" if found["latency_ms"] is None else f"{found['latency_ms']:.0f}",
            str(blinks.false),
            f"{blinks.false_a_minute:.1f}",
            *("" if value is None else f"{value:.3f}" for value in score.gaze[:2]),
            "" if score.gaze.rest is None else " ".join(f"{value:+.2f}" for value in score.gaze.rest),
        )
    yield shown


def _faces_and_pupils(clip: Path, scores: Sequence[ClipScore]) -> Table:
    from livecam.benchmark.tables import plain_table

    heads = ("largest", "all", "stray s", "switches", "eyes", *(f"≤{limit:g}" for limit in THRESHOLDS), "ECE/chance")
    shown = plain_table(f"{clip.name}: faces followed, strays, exchanged ids; pupils of open eyes within", heads)
    for score in scores:
        tracking, pupils = score.tracking, score.pupils
        shown.add_row(
            f"{score.name} {score.face}",
            f"{tracking.followed:.1%}",
            f"{score.faces_found:.1%}",
            f"{tracking.stray_s:.1f}",
            str(tracking.switches),
            str(pupils.eyes),
            *(f"{share:.0%}" for share in pupils.within),
            str(pupils.calibration_error or ""),
        )
    return shown
