"""Runs a benchmark: all contenders on the same frames in turns, with a face and without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from pathlib import Path as Folder
from tempfile import TemporaryDirectory

from livecam.benchmark.accuracy import AccuracyScore, score_baseline, score_path
from livecam.benchmark.clip import faceless, load, onwards
from livecam.benchmark.contenders import (
    STAGES,
    Baseline,
    CollectingPath,
    Pipeline,
    encode,
    interleave,
    open_collecting_path,
    open_path,
)
from livecam.benchmark.labelled_photographs import LabelledPhotograph, read_labelled_photographs
from livecam.benchmark.machine import ForeignLoad, machine, versions
from livecam.benchmark.results import (
    BaselineResult,
    CollectingCost,
    PathResult,
    Results,
    StageCost,
    TimingSummary,
)
from livecam.benchmark.startup import ColdStartRequest, measure_cold_start
from livecam.benchmark.thread_sweep import Eyes, SweepRow, sweep
from livecam.benchmark.timing import FrameTimings, Percentiles
from livecam.core.errors import SourceError
from livecam.core.tflite import Runtime
from livecam.core.types import Frame
from livecam.settings import FaceDetectorName, PupilDetectorName, Settings


@dataclass(frozen=True, slots=True)
class BenchmarkConfig:
    settings: Settings
    source: str  # a video file or demo
    size: tuple[int, int]
    frames: int
    warm_up: int
    paths: tuple[PupilDetectorName, ...]
    faces: tuple[FaceDetectorName, ...]
    baseline: bool
    photographs: Path | None
    runtimes: tuple[Runtime, ...]
    threads: tuple[int, ...]  # of the interpreter; none for no sweep

    @property
    def entries(self) -> list[Settings]:
        """The settings of every path with every face detector."""
        return [settings_for(self.settings, path, face) for path in self.paths for face in self.faces]


def settings_for(base: Settings, path: PupilDetectorName, face: FaceDetectorName) -> Settings:
    """The settings of one path with one face detector."""
    pupils = base.pupils.model_copy(update={"finder": path})
    return base.model_copy(update={"pupils": pupils, "faces": base.faces.model_copy(update={"finder": face})})


_FRESH_FRAMES = 60
_ENCODED_FRAMES = 60
_FACELESS_FRAMES = 150
_FACELESS_WARM_UP = 60  # two seconds: the effect has faded and the detector has slowed down

Say = Callable[[str], None]


def benchmark(plan: BenchmarkConfig, say: Say = lambda doing: None) -> Results:
    """Every figure of the plan; `say` hears what is being done. LivecamError for what cannot be measured."""
    labels = read_labelled_photographs(plan.photographs) if plan.photographs else []
    say("loading the models")
    with ExitStack() as stack:
        return _benchmark(plan, labels, stack, say)


def _benchmark(plan: BenchmarkConfig, labels: Sequence[LabelledPhotograph], stack: ExitStack, say: Say) -> Results:
    paths = [open_path(entry) for entry in plan.entries]
    folder = Folder(stack.enter_context(TemporaryDirectory(prefix="livecam-bench-")))
    collecting = [open_collecting_path(entry, folder / str(place), stack) for place, entry in enumerate(plan.entries)]
    baselines = [_open_baseline(plan)] if plan.baseline else []
    say("reading the frames")
    frames = load(plan.source, plan.size, plan.warm_up + plan.frames)
    others = ForeignLoad()
    race = _race(paths, collecting, baselines, frames, plan.warm_up, say)
    return Results(
        machine={**machine(), "busy_share": round(others.share(), 3)},
        versions=versions(),
        source=plan.source,
        size=plan.size,
        frames=plan.frames,
        paths=tuple(
            _path(plan, entry, outcome, labels, say) for entry, outcome in zip(plan.entries, race, strict=False)
        ),
        baseline=_baseline(plan, race[-1], labels, say) if baselines else None,
        sweep=_sweep(plan, frames, say),
    )


def _open_baseline(plan: BenchmarkConfig) -> Baseline:
    from livecam.benchmark.mediapipe_baseline import FaceMesh

    return Baseline("mediapipe", FaceMesh.for_video(plan.settings.faces.max_faces))


@dataclass(frozen=True, slots=True, eq=False)
class _Outcome:
    with_face: TimingSummary
    without_face: TimingSummary
    stages: dict[str, StageCost]
    collecting: CollectingCost | None  # None for a baseline


def _race(
    paths: Sequence[Pipeline],
    collecting: Sequence[CollectingPath],
    baselines: Sequence[Baseline],
    frames: Sequence[Frame],
    warm_up: int,
    say: Say,
) -> list[_Outcome]:
    """What each path, then each baseline, took; they go through the same frames in the same turns."""
    everybody: list[Pipeline | Baseline] = [*paths, *baselines]
    say("taking turns on a face")
    interleave([*everybody, *collecting], frames, warm_up=warm_up)
    with_face = [TimingSummary.of(runner.timings) for runner in everybody]
    say("encoding")
    again = onwards(frames[::-1], frames, _ENCODED_FRAMES)
    stages = [_stages(path, encode(path, again), len(path.timings.all)) for path in paths]
    for runner in everybody:
        runner.timings = FrameTimings()
    say("taking turns on an empty room")
    empty = onwards(faceless(frames), again, _FACELESS_WARM_UP + _FACELESS_FRAMES)
    interleave(everybody, empty, warm_up=_FACELESS_WARM_UP)
    without_face = [TimingSummary.of(runner.timings) for runner in everybody]
    stages = [_with_detection(known, path) for known, path in zip(stages, paths, strict=True)] + [{} for _ in baselines]
    kept = [_collected(runner, off) for runner, off in zip(collecting, with_face, strict=False)]
    kept += [None for _ in baselines]
    return [_Outcome(*outcome) for outcome in zip(with_face, without_face, stages, kept, strict=True)]


def _collected(runner: CollectingPath, off: TimingSummary) -> CollectingCost | None:
    taken = runner.path.timer.stages["collect"]
    return CollectingCost(
        TimingSummary.of(runner.timings), off, Percentiles.of(taken.latest(len(taken))), runner.collector.collected
    )


def _stages(path: Pipeline, encoded: list[float], frames: int) -> dict[str, StageCost]:
    taken = {
        "track" if name == "faces" else name: durations.latest(len(durations)).tolist()
        for name, durations in path.timer.stages.items()
    }
    stages = {
        name: StageCost(Percentiles.of(taken[name]), sum(taken[name]) / frames) for name in STAGES if name in taken
    }
    # The encoder has its own thread, and not every run records: no part of what a frame takes.
    return {**stages, "encode": StageCost(Percentiles.of(encoded), 0.0)}


def _with_detection(stages: dict[str, StageCost], path: Pipeline) -> dict[str, StageCost]:
    """Also how long a look at the whole picture takes, which a followed face spares: the empty room asks for it."""
    taken = path.timer.stages["detect"]
    beside = stages["detect"].a_frame if "detect" in stages else 0.0
    return {"detect": StageCost(Percentiles.of(taken.latest(len(taken)).tolist()), beside), **stages}


def _path(
    plan: BenchmarkConfig, entry: Settings, outcome: _Outcome, labels: Sequence[LabelledPhotograph], say: Say
) -> PathResult:
    name, face = entry.pupils.finder.value, entry.faces.finder.value
    say(f"starting {name} with {face} afresh")
    started = measure_cold_start(
        ColdStartRequest(settings=entry, source=plan.source, size=plan.size, frames=_FRESH_FRAMES)
    )
    score: AccuracyScore | None = None
    if plan.photographs:
        say(f"scoring {name} with {face}")
        score = score_path(entry, plan.photographs, labels)
    assert outcome.collecting
    return PathResult(
        name, face, outcome.with_face, outcome.without_face, outcome.stages, started, score, outcome.collecting
    )


def _baseline(
    plan: BenchmarkConfig, outcome: _Outcome, labels: Sequence[LabelledPhotograph], say: Say
) -> BaselineResult:
    from livecam.benchmark.mediapipe_baseline import FaceMesh

    score: AccuracyScore | None = None
    if plan.photographs:
        say("scoring mediapipe")
        score = score_baseline(FaceMesh.for_photographs(), plan.photographs, labels)
    return BaselineResult("mediapipe", outcome.with_face, outcome.without_face, score)


def _sweep(plan: BenchmarkConfig, frames: Sequence[Frame], say: Say) -> tuple[SweepRow, ...]:
    if not plan.threads:
        return ()
    say("sweeping runtimes and threads")
    path = open_path(settings_for(plan.settings, PupilDetectorName.TUTORIAL, plan.faces[0]))
    faces: list[Eyes] = []
    for frame in frames:
        faces += [(frame, face) for face in path.perception.faces.detect(frame)[:1]]
        path.detector.catch_up()
    if not faces:
        raise SourceError(f"no face was found in '{plan.source}', so there are no eyes to compare runtimes on")
    return sweep(plan.settings.pupils, faces, runtimes=plan.runtimes, threads=plan.threads, warm_up=plan.warm_up)
