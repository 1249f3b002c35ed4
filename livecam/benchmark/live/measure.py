"""Measures whole programs in turns: livecam and MediaPipe's face mesh, a fresh process a turn, on the same stream."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from livecam.benchmark.clip import load
from livecam.benchmark.live.contestant import LIVECAM, MEDIAPIPE, LiveRequest, LiveTurn
from livecam.benchmark.live.results import LiveResults, ProgramCost, latencies
from livecam.benchmark.live.stream import NumberedStream, as_jpegs
from livecam.benchmark.machine import ForeignLoad, machine, versions
from livecam.benchmark.run import BenchmarkConfig
from livecam.benchmark.timing import Percentiles
from livecam.core.errors import SourceError
from livecam.settings import Settings

_TURNS = 3
_PICTURES = 120  # of the stream, which then runs back to its beginning
_PATIENCE_S = 120.0  # for a turn beyond the time of its frames


@dataclass(frozen=True, slots=True)
class LivePlan:
    """livecam as its settings say; the other program follows one face, which is its own default."""

    settings: Settings
    source: str  # a video file or demo
    size: tuple[int, int]
    frames: int  # of each program, in all turns together
    warm_up: int
    fps: float = 30.0
    programs: tuple[str, ...] = (LIVECAM, MEDIAPIPE)


def installed_programs() -> tuple[str, ...]:
    """livecam, and MediaPipe where it is installed."""
    return (LIVECAM, MEDIAPIPE) if find_spec("mediapipe") else (LIVECAM,)


def live_plan(plan: BenchmarkConfig) -> LivePlan:
    """The same settings, source, size and frames, beside what is installed to compare.

    The warm-up is twice as long: for some two seconds a program in real time still arranges its memory.
    """
    return LivePlan(plan.settings, plan.source, plan.size, plan.frames, 2 * plan.warm_up, programs=installed_programs())


def measure_live(plan: LivePlan, say: Callable[[str], None] = lambda doing: None) -> LiveResults:
    """What each program takes of the same stream; SourceError when one of them fails."""
    say("making the stream")
    jpegs = as_jpegs(load(plan.source, plan.size, min(_PICTURES, plan.warm_up + plan.frames)))
    turns: dict[str, list[LiveTurn]] = {name: [] for name in plan.programs}
    ages: dict[str, list[float]] = {name: [] for name in plan.programs}
    order, others = random.Random(1), ForeignLoad()
    for turn in range(_TURNS):
        for name in order.sample(plan.programs, len(plan.programs)):
            say(f"{name}, turn {turn + 1} of {_TURNS}")
            # A stream a turn, so that what was sent to whom is known.
            with NumberedStream(jpegs, plan.fps) as stream:
                taken = _turn(_request(plan, name, stream.url), plan.fps)
                ages[name] += latencies(stream.sent, taken.shown)
            turns[name].append(taken)
    programs = [ProgramCost(name, tuple(turns[name]), Percentiles.of(ages[name])) for name in plan.programs]
    computer = {**machine(), "busy_share": round(others.share(), 3)}
    return LiveResults(computer, versions(), plan.source, plan.size, plan.fps, tuple(programs))


def _request(plan: LivePlan, name: str, url: str) -> LiveRequest:
    settings = plan.settings.model_copy(
        update={
            "source": plan.settings.source.model_copy(update={"source": url}),
            "output": plan.settings.output.model_copy(update={"sinks": ("null",)}),
            # What is collected is not for a benchmark.
            "collect": plan.settings.collect.model_copy(update={"enabled": False}),
        }
    )
    if name == MEDIAPIPE:
        settings = settings.model_copy(update={"faces": settings.faces.model_copy(update={"max_faces": 1})})
    return LiveRequest(
        program="livecam" if name == LIVECAM else "mediapipe",
        settings=settings,
        url=url,
        warm_up=plan.warm_up,
        frames=max(plan.frames // _TURNS, 2),
    )


def _turn(request: LiveRequest, fps: float) -> LiveTurn:
    command: Sequence[str] = [sys.executable, "-m", "livecam.benchmark.live", request.model_dump_json()]
    seconds = (request.warm_up + request.frames) / fps
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=4 * seconds + _PATIENCE_S)
    except subprocess.TimeoutExpired as error:
        raise SourceError(
            f"{request.program} showed too few pictures of the stream in {error.timeout:.0f} s"
        ) from error
    if done.returncode:
        raise SourceError(f"{request.program} failed on the stream: {done.stderr.strip()[-500:]}")
    return LiveTurn.model_validate(json.loads(done.stdout.splitlines()[-1]))
