"""Carries a benchmark out: everybody on the same frames in turns, with a face and without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path as Folder
from tempfile import TemporaryDirectory

from livecam.benchmark.clip import faceless, load, onwards
from livecam.benchmark.collecting import CollectingPath, open_collecting_path
from livecam.benchmark.contestants import Path, Peer
from livecam.benchmark.encoding import encode
from livecam.benchmark.fresh import Start, fresh
from livecam.benchmark.laps import Laps
from livecam.benchmark.machine import machine, versions
from livecam.benchmark.parts import STAGES, open_path
from livecam.benchmark.photographs import score_path, score_peer
from livecam.benchmark.plan import Plan, settings_for
from livecam.benchmark.results import Collecting, Figures, PathResult, PeerResult, Results, Stage
from livecam.benchmark.rounds import take_turns
from livecam.benchmark.score import Labelled, Score, read_labels
from livecam.benchmark.spread import Spread
from livecam.benchmark.sweep import Eyes, SweepRow, sweep
from livecam.core.errors import SourceError
from livecam.core.scene import Frame
from livecam.settings import PupilFinderName, Settings

_FRESH_FRAMES = 60
_ENCODED_FRAMES = 60
_FACELESS_FRAMES = 150
_FACELESS_WARM_UP = 60  # two seconds: the effect has faded and the detector has slowed down

Say = Callable[[str], None]


def benchmark(plan: Plan, say: Say = lambda doing: None) -> Results:
    """Every figure of the plan; `say` hears what is being done. LivecamError for what cannot be measured."""
    labels = read_labels(plan.photographs) if plan.photographs else []
    say("loading the models")
    with ExitStack() as stack:
        return _benchmark(plan, labels, stack, say)


def _benchmark(plan: Plan, labels: Sequence[Labelled], stack: ExitStack, say: Say) -> Results:
    paths = [open_path(entry) for entry in plan.entries]
    folder = Folder(stack.enter_context(TemporaryDirectory(prefix="livecam-bench-")))
    collecting = [open_collecting_path(entry, folder / str(place), stack) for place, entry in enumerate(plan.entries)]
    peers = [_open_peer(plan)] if plan.peer else []
    say("reading the frames")
    frames = load(plan.source, plan.size, plan.warm_up + plan.frames)
    race = _race(paths, collecting, peers, frames, plan.warm_up, say)
    return Results(
        machine=machine(),
        versions=versions(),
        source=plan.source,
        size=plan.size,
        frames=plan.frames,
        paths=tuple(
            _path(plan, entry, outcome, labels, say) for entry, outcome in zip(plan.entries, race, strict=False)
        ),
        peer=_peer(plan, race[-1], labels, say) if peers else None,
        sweep=_sweep(plan, frames, say),
    )


def _open_peer(plan: Plan) -> Peer:
    from livecam.benchmark.peer import FaceMesh  # noqa: PLC0415

    return Peer("mediapipe", FaceMesh.for_video(plan.settings.faces.max_faces))


@dataclass(frozen=True, slots=True, eq=False)
class _Outcome:
    with_face: Figures
    without_face: Figures
    stages: dict[str, Stage]
    collecting: Collecting | None  # None for a peer


def _race(
    paths: Sequence[Path],
    collecting: Sequence[CollectingPath],
    peers: Sequence[Peer],
    frames: Sequence[Frame],
    warm_up: int,
    say: Say,
) -> list[_Outcome]:
    """What each path, then each peer, took; they go through the same frames in the same turns."""
    everybody: list[Path | Peer] = [*paths, *peers]
    say("taking turns on a face")
    take_turns([*everybody, *collecting], frames, warm_up=warm_up)
    with_face = [Figures.of(runner.laps) for runner in everybody]
    say("encoding")
    again = onwards(frames[::-1], frames, _ENCODED_FRAMES)
    stages = [_stages(path, encode(path, again), len(path.laps.all)) for path in paths]
    for runner in everybody:
        runner.laps = Laps()
    say("taking turns on an empty room")
    empty = onwards(faceless(frames), again, _FACELESS_WARM_UP + _FACELESS_FRAMES)
    take_turns(everybody, empty, warm_up=_FACELESS_WARM_UP)
    without_face = [Figures.of(runner.laps) for runner in everybody]
    stages = [_with_detection(known, path) for known, path in zip(stages, paths, strict=True)] + [{} for _ in peers]
    kept = [_collected(runner, off) for runner, off in zip(collecting, with_face, strict=False)]
    kept += [None for _ in peers]
    return [_Outcome(*outcome) for outcome in zip(with_face, without_face, stages, kept, strict=True)]


def _collected(runner: CollectingPath, off: Figures) -> Collecting | None:
    taken = runner.path.stopwatch.stages["collect"]
    return Collecting(Figures.of(runner.laps), off, Spread.of(taken.latest(len(taken))), runner.collector.collected)


def _stages(path: Path, encoded: list[float], frames: int) -> dict[str, Stage]:
    taken = {name: durations.latest(len(durations)).tolist() for name, durations in path.stopwatch.stages.items()}
    stages = {name: Stage(Spread.of(taken[name]), sum(taken[name]) / frames) for name in STAGES if name in taken}
    # The encoder has its own thread, and not every run records: no part of what a frame takes.
    return {**stages, "encode": Stage(Spread.of(encoded), 0.0)}


def _with_detection(stages: dict[str, Stage], path: Path) -> dict[str, Stage]:
    """Also how long a look at the whole picture takes, which a followed face spares: the empty room asks for it."""
    taken = path.stopwatch.stages["detect"]
    beside = stages["detect"].a_frame if "detect" in stages else 0.0
    return {"detect": Stage(Spread.of(taken.latest(len(taken)).tolist()), beside), **stages}


def _path(plan: Plan, entry: Settings, outcome: _Outcome, labels: Sequence[Labelled], say: Say) -> PathResult:
    name, face = entry.pupils.finder.value, entry.faces.finder.value
    say(f"starting {name} with {face} afresh")
    started = fresh(Start(settings=entry, source=plan.source, size=plan.size, frames=_FRESH_FRAMES))
    score: Score | None = None
    if plan.photographs:
        say(f"scoring {name} with {face}")
        score = score_path(entry, plan.photographs, labels)
    assert outcome.collecting
    return PathResult(
        name, face, outcome.with_face, outcome.without_face, outcome.stages, started, score, outcome.collecting
    )


def _peer(plan: Plan, outcome: _Outcome, labels: Sequence[Labelled], say: Say) -> PeerResult:
    from livecam.benchmark.peer import FaceMesh  # noqa: PLC0415

    score: Score | None = None
    if plan.photographs:
        say("scoring mediapipe")
        score = score_peer(FaceMesh.for_photographs(), plan.photographs, labels)
    return PeerResult("mediapipe", outcome.with_face, outcome.without_face, score)


def _sweep(plan: Plan, frames: Sequence[Frame], say: Say) -> tuple[SweepRow, ...]:
    if not plan.threads:
        return ()
    say("sweeping runtimes and threads")
    path = open_path(settings_for(plan.settings, PupilFinderName.TUTORIAL, plan.faces[0]))
    faces: list[Eyes] = []
    for frame in frames:
        faces += [(frame, face) for face in path.perception.faces.find(frame)[:1]]
        path.detector.catch_up()
    if not faces:
        raise SourceError(f"no face was found in '{plan.source}', so there are no eyes to compare runtimes on")
    return sweep(plan.settings.pupils, faces, runtimes=plan.runtimes, threads=plan.threads, warm_up=plan.warm_up)
