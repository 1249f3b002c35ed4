"""Results of a benchmark, as values and as JSON for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecam.benchmark.accuracy import AccuracyScore
from livecam.benchmark.startup import ColdStart
from livecam.benchmark.thread_sweep import SweepRow
from livecam.benchmark.timing import FrameTimes, FrameTimings, Percentiles


@dataclass(frozen=True, slots=True, eq=False)
class TimingSummary:
    """What some frames took, and what was found in them."""

    fps: float  # the median over the rounds
    whole: Percentiles  # from taking a frame to being done with it
    perceive: Percentiles  # the part of it until the scene is known
    cpu_ms: float  # CPU time of all threads, whole, mean
    perceive_cpu_ms: float
    found: float
    confidence: float | None
    latencies: NDArray[np.float64]  # whole, sorted
    rounds: NDArray[np.float64]  # whole, mean of each round
    cpu_rounds: NDArray[np.float64]  # CPU time of all threads, mean of each round
    perceive_rounds: NDArray[np.float64]  # CPU time of perception, mean of each round

    @classmethod
    def of(cls, timings: FrameTimings) -> TimingSummary:
        taken = timings.all
        return cls(
            fps=float(np.median([1000 * len(block) / sum(frame.whole for frame in block) for block in timings.rounds])),
            whole=Percentiles.of(frame.whole for frame in taken),
            perceive=Percentiles.of(frame.perceive for frame in taken),
            cpu_ms=_mean(taken, "whole_cpu"),
            perceive_cpu_ms=_mean(taken, "perceive_cpu"),
            found=timings.found,
            confidence=float(np.mean(timings.confidences)) if timings.confidences else None,
            latencies=np.sort([frame.whole for frame in taken]),
            rounds=np.array([_mean(block, "whole") for block in timings.rounds]),
            cpu_rounds=np.array([_mean(block, "whole_cpu") for block in timings.rounds]),
            perceive_rounds=np.array([_mean(block, "perceive_cpu") for block in timings.rounds]),
        )


def _mean(timings: Iterable[FrameTimes], what: str) -> float:
    return float(np.mean([getattr(frame, what) for frame in timings]))


@dataclass(frozen=True, slots=True)
class StageCost:
    """What a stage took in the frames in which it ran, and spread over all frames, milliseconds."""

    taken: Percentiles
    a_frame: float

    def as_json(self) -> dict[str, float]:
        return {**self.taken.as_json(), "mean_a_frame": round(self.a_frame, 4)}


@dataclass(frozen=True, slots=True, eq=False)
class CollectingCost:
    """The same path in the same rounds with the queue on; the ratios are to the path with the queue off."""

    on: TimingSummary
    off: TimingSummary
    collect: Percentiles  # what a frame waits for the collector, milliseconds
    kept: int

    @property
    def ratio(self) -> float:
        """Of the time a frame takes: each round to the same round without, then the median of these."""
        return float(np.median(self.on.rounds / self.off.rounds))

    @property
    def cpu_ratio(self) -> float:
        """Of the CPU time of all threads, writing to the disk included."""
        return self.on.cpu_ms / self.off.cpu_ms


@dataclass(frozen=True, slots=True, eq=False)
class PathResult:
    """One path with one face detector."""

    name: str
    face: str
    with_face: TimingSummary
    without_face: TimingSummary
    stages: Mapping[str, StageCost]
    fresh: ColdStart
    score: AccuracyScore | None
    collecting: CollectingCost


@dataclass(frozen=True, slots=True, eq=False)
class BaselineResult:
    """Another program on the same frames: its perception, nothing is drawn."""

    name: str
    with_face: TimingSummary
    without_face: TimingSummary
    score: AccuracyScore | None

    @property
    def mean_ms(self) -> float:
        return float(self.with_face.latencies.mean())


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    machine: Mapping[str, str | int | float]
    versions: Mapping[str, str]
    source: str
    size: tuple[int, int]
    frames: int
    paths: tuple[PathResult, ...]
    baseline: BaselineResult | None
    sweep: tuple[SweepRow, ...]

    def path(self, name: str) -> PathResult | None:
        """The path of this name, with the mesh where it was measured with several face finders."""
        named = [path for path in self.paths if path.name == name]
        return next((path for path in named if path.face == "mesh"), named[0] if named else None)

    def ratio(self, name: str, figure: str) -> float | None:
        """A path's perception to the baseline's: `median`, of the wall time, or `cpu`; None without one of them."""
        path = self.path(name)
        if path is None or self.baseline is None:
            return None
        ours, theirs = (
            figures.perceive.p50 if figure == "median" else figures.perceive_cpu_ms
            for figures in (path.with_face, self.baseline.with_face)
        )
        return ours / theirs


def as_json(results: Results) -> dict[str, Any]:
    """All figures; times in milliseconds where the key does not say otherwise."""
    return {
        "machine": dict(results.machine),
        "versions": dict(results.versions),
        "source": results.source,
        "size": list(results.size),
        "frames": results.frames,
        "paths": [_path(path) for path in results.paths],
        "ratios": _ratios(results, "median"),
        "ratios_cpu_time": _ratios(results, "cpu"),
        "reference": results.baseline and _baseline(results.baseline),
        "sweep": [row.as_json() for row in results.sweep],
    }


def _ratios(results: Results, figure: str) -> dict[str, float | None]:
    return {f"{name}_to_mediapipe": _rounded(results.ratio(name, figure)) for name in ("tflite", "cpu")}


def _path(path: PathResult) -> dict[str, Any]:
    figures = path.with_face
    return {
        "name": path.name,
        "face": path.face,
        "fps": round(figures.fps, 1),
        "frame": figures.whole.as_json(),
        "perceive": figures.perceive.as_json(),
        "stages": {name: stage.as_json() for name, stage in path.stages.items()},
        "cpu_ms": round(figures.cpu_ms, 3),
        "perceive_cpu_ms": round(figures.perceive_cpu_ms, 3),
        "rounds": _rounds(figures),
        "rss_mb": round(path.fresh.peak_mb, 1),
        "startup_s": round(path.fresh.startup_s, 3),
        "found": round(figures.found, 4),
        "confidence": _rounded(figures.confidence),
        "without_face": _without(path.without_face),
        "accuracy": path.score and path.score.as_json(),
        "collecting": _collecting(path.collecting),
    }


def _rounds(figures: TimingSummary) -> dict[str, list[float]]:
    """Means of each round, by which another run can tell what is noise."""
    means = {"frame": figures.rounds, "cpu": figures.cpu_rounds, "perceive_cpu": figures.perceive_rounds}
    return {name: [round(float(taken), 4) for taken in rounds] for name, rounds in means.items()}


def _collecting(collecting: CollectingCost) -> dict[str, Any]:
    return {
        "fps": round(collecting.on.fps, 1),
        "frame": collecting.on.whole.as_json(),
        "collect": collecting.collect.as_json(),
        "cpu_ms": round(collecting.on.cpu_ms, 3),
        "ratio": round(collecting.ratio, 4),
        "cpu_ratio": round(collecting.cpu_ratio, 4),
        "kept": collecting.kept,
    }


def _baseline(baseline: BaselineResult) -> dict[str, Any]:
    return {
        "name": baseline.name,
        "perceive": baseline.with_face.perceive.as_json(),
        "perceive_cpu_ms": round(baseline.with_face.perceive_cpu_ms, 3),
        "found": round(baseline.with_face.found, 4),
        "without_face": _without(baseline.without_face),
        "accuracy": baseline.score and baseline.score.as_json(),
    }


def _without(figures: TimingSummary) -> dict[str, Any]:
    return {"frame": figures.whole.as_json(), "cpu_ms": round(figures.cpu_ms, 3), "found": round(figures.found, 4)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
