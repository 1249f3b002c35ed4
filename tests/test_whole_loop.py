"""The loop closes: clips are collected from, chosen from and labelled; a round makes a model that the program loads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from livecam.cli.main import main
from livecam.core.types import EyeState, Frame, Image, Pupil, Side
from livecam.live import loop
from livecam.live.session import LiveSession, build_session
from livecam.live.sinks.video_file import VideoFileSink
from livecam.live.sources.demo import DemoSource
from livecam.live.sources.wrappers import RunLimits
from livecam.perception.pupils.factory import model_places
from livecam.perception.pupils.model_library import use_model
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.perception.pupils.network.hot_reload import POLL_SECONDS, HotReloadingDetector
from livecam.settings import CollectSettings, OutputSettings, PupilSettings, Settings, SourceSettings
from livecam.store.judging import round_readiness
from livecam.store.samples import Sample, SampleState, SamplingReason
from livecam.store.store import Store
from tests.labelling_person import BELOW, label_low
from training.cli.main import app
from training.retraining.comparison import errors

pytestmark = pytest.mark.tensorflow

SIZE = (640, 360)
PATIENCE = 60.0  # seconds until a run must have taken up a model
STEP = 0.4  # seconds between two frames of a clip
EAGER = """[collect]
low = 1.0
gap_seconds = 0.0
per_minute = 600
random_share = 0.5
"""


@dataclass(frozen=True)
class Scenery:
    """A part of the demo in a light of its own, as a clip of few frames; what is to be seen in it is known."""

    path: Path
    begin: float  # seconds of the demo
    gamma: float

    def shoot(self, demo: DemoSource, frames: int) -> None:
        with VideoFileSink(self.path) as clip:
            for index in range(frames):
                frame = demo.frame(round(self.seconds_of(index) * demo.fps))
                clip.show(Frame(self._lit(frame.image), index, index * STEP))

    def _lit(self, image: Image) -> Image:
        table = np.round(255 * (np.arange(256) / 255) ** self.gamma).astype(np.uint8)
        return cv2.LUT(image, table).astype(np.uint8, copy=False)

    def seconds_of(self, index: int) -> float:
        """Of the demo."""
        return self.begin + index * STEP


def label_everything(store: Store, demo: DemoSource, clips: Iterable[Scenery]) -> int:
    """How many samples were labelled."""
    scenery = {str(clip.path): clip for clip in clips}

    def eye(sample: Sample, side: Side) -> Pupil:
        left, right = demo.truth(scenery[sample.source].seconds_of(sample.frame_index))
        pupil = left if side is Side.LEFT else right
        assert pupil is not None
        return pupil

    return label_low(store, eye)


def collect(clip: Path, queue: Path, config: Path) -> None:
    options = ["--face", "dlib", "--sink", "null", "--config", config, "--queue", queue]
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in ("run", "--source", clip, *options)])
    assert ended.value.code in {0, None}


def train(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Walk:
    """What came of the whole way, once."""

    queue: Path
    chosen: str  # what select said
    labelled: int
    lacking: str  # what the store said of a round
    planned: str  # what round --dry-run said
    round: str
    before: float  # mean error on what judges
    after: float
    said: list[str]  # by a program that had the old model open
    version: str  # of the model it has then


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    folder, demo = tmp_path_factory.mktemp("walk"), DemoSource(*SIZE)
    queue, config = folder / "queue", folder / "livecam.toml"
    config.write_text(EAGER)
    clips = [
        Scenery(folder / "one.mp4", 0.0, 1.0),
        Scenery(folder / "other.mp4", 40.0, 0.8),
    ]
    for clip in clips:
        clip.shoot(demo, 160)
        collect(clip.path, queue, config)
    clock, said = Clock(), list[str]()
    live = HotReloadingDetector(
        model_places(PupilSettings(), queue),
        lambda path: NetworkPupilDetector.open(PupilSettings(model=path)),
        say=said.append,
        clock=clock,
        in_background=lambda work: work(),
    )
    with Store.open(queue) as store:
        chosen = train("select", queue, "--budget", 12, "--workers", 1)
        labelled = label_everything(store, demo, clips)
        judging = list(store.samples(states=[SampleState.LABELLED], reasons=[SamplingReason.RANDOM]))
        before = np.nanmean(errors(live, judging, store.picture).position)
        lacking = round_readiness(store, least=1).told()
    planned = train("round", queue, "--least", 1, "--dry-run")
    round_ = train("round", queue, "--steps", 60, "--replay", 300, "--least", 1)
    for _ in range(3):
        clock.now += POLL_SECONDS
        _ = live.cropper
    with Store.open(queue) as store:
        after = np.nanmean(errors(live, judging, store.picture).position)
    return Walk(queue, chosen, labelled, lacking, planned, round_, float(before), float(after), said, live.version)


@pytest.mark.timeout(600)
def test_from_a_clip_to_a_better_model_that_the_live_program_loads(walk: Walk) -> None:
    assert "come first now" in walk.chosen
    assert walk.labelled >= 10
    assert walk.planned.startswith(walk.lacking)
    assert "a round can run" in walk.lacking
    assert "the new model is in use" in walk.round
    assert walk.said == [f"a new model is in use, {walk.version}"]
    assert walk.after < 0.7 * walk.before


@dataclass
class Viewer:
    """Looks at a run: has another model chosen after some frames, and notes how far below the truth pupils are."""

    run: LiveSession
    choose: Callable[[], None]
    said: list[str]
    demo: DemoSource = field(default_factory=lambda: DemoSource(*SIZE))
    below: dict[bool, list[float]] = field(default_factory=lambda: {False: [], True: []})  # after the change or before
    deadline: float = field(default_factory=lambda: time.monotonic() + PATIENCE)

    def show(self, frame: Frame) -> None:
        assert self.run.telemetry.scene is not None
        changed = any("a new model is in use" in line for line in self.said)
        truth = self.demo.truth(frame.timestamp)
        for seen in self.run.telemetry.scene.faces:
            for found, true in zip((seen.left, seen.right), truth, strict=True):
                if found is not None and true is not None and found.state is true.state is EyeState.OPEN:
                    self.below[changed].append((found.centre.y - true.centre.y) / seen.face.pupil_distance)
        if frame.index == 20:
            self.choose()

    def enough(self) -> bool:
        assert time.monotonic() < self.deadline, self.said
        return len(self.below[True]) >= 60


@pytest.mark.timeout(600)
def test_a_model_that_is_put_to_use_during_a_run_changes_the_picture_that_is_running(walk: Walk) -> None:
    said: list[str] = []
    use_model(walk.queue, "shipped", "to begin with")
    source = SourceSettings(source="demo", width=SIZE[0], height=SIZE[1])
    settings = Settings(
        source=source, output=OutputSettings(sinks=("null",)), collect=CollectSettings(enabled=False, queue=walk.queue)
    )
    with ExitStack() as stack:
        live = build_session(settings, RunLimits(None, None), stack, said.append)
        viewer = Viewer(live, lambda: use_model(walk.queue, "round-1", "in the middle"), said)
        loop.run(
            live.source, live.perception, live.effect, [viewer], live.collector,
            observer=live.telemetry, finished=viewer.enough,
        )  # fmt: skip
    before, after = (float(np.median(viewer.below[changed])) for changed in (False, True))

    assert abs(before) < 0.02
    assert after - before > 0.4 * BELOW
