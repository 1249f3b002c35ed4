"""The README's way on a clip of a real person: collected, labelled, learnt from; the running picture changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from time import sleep

import numpy as np
import pytest

from livecam.benchmark.clips.clip_truth import TrueFace, Truth, read_clip_truth
from livecam.cli.main import main
from livecam.core.types import EyeState, Frame, Side
from livecam.live import loop
from livecam.live.session import LiveSession, build_session
from livecam.live.sinks.video_file import VideoFileSink
from livecam.live.sources.video import VideoSource
from livecam.live.sources.wrappers import RunLimits
from livecam.perception.pupils.model_library import use_model
from livecam.settings import CollectSettings, OutputSettings, Settings, SourceSettings
from livecam.store.samples import Sample
from livecam.store.store import Store
from tests.labelling_person import BELOW, label_low
from tests.test_whole_loop import train

# A man at his webcam, MIT licence; not part of the project. 28 seconds, 30 frames a second.
CLIP = Path(__file__).resolve().parents[2] / "shared/data/webcam/clips/webcam_man_purple_light.mp4"
SWAP_AT = 45  # frames
PATIENCE = 300  # frames of the run in which a chosen model must be seen

pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not CLIP.exists(), reason="needs shared/data/webcam beside the repository"),
]


def test_the_first_labels_of_a_real_person_change_the_running_picture(tmp_path: Path) -> None:
    """Of the first nine seconds."""
    clip, queue = tmp_path / "first.mp4", tmp_path / "hard"
    cut(clip, frames=270, slower=1)

    labelled = collect_and_label(clip, queue, budget=4)
    told = train("round", queue)

    assert labelled >= 1
    assert "random labels to judge by" in told
    assert "the network stays; the picture follows where labels put pupils" in told
    assert_changes_the_running_picture(queue)


@pytest.mark.tensorflow
@pytest.mark.slow
def test_two_minutes_of_a_real_person_lead_to_a_judged_round_and_a_better_model(tmp_path: Path) -> None:
    """No clip is as long: this one is shown at a quarter of its speed."""
    clip, queue = tmp_path / "slow.mp4", tmp_path / "hard"
    cut(clip, frames=851, slower=4)

    labelled = collect_and_label(clip, queue, budget=40)
    told = train("round", queue)

    assert 30 <= labelled <= 40
    assert re.search(r"round 1: better; .* on 2\d samples", told), told
    assert "the new model is in use" in told
    assert_changes_the_running_picture(queue)


def cut(to: Path, *, frames: int, slower: int) -> None:
    """So many frames, from the first one on."""
    with VideoFileSink(to) as clip:
        for frame in islice(VideoSource(CLIP), frames):
            clip.show(replace(frame, timestamp=slower * frame.timestamp))


def collect_and_label(clip: Path, queue: Path, budget: int) -> int:
    """By the commands of the README, and the labeler's own session; how many samples were labelled."""
    livecam("run", "--source", clip, "--sink", clip.with_name("out.mp4"), "--queue", queue)
    assert "come first now" in train("select", queue, "--budget", budget, "--workers", 1)
    with Store.open(queue) as store:
        truth = read_clip_truth(CLIP)
        return label_low(store, lambda sample, side: face_of(sample, truth).eye(side), budget)


def assert_changes_the_running_picture(queue: Path) -> None:
    before, after = below_before_and_after(queue, read_clip_truth(CLIP))
    assert abs(before) < 0.02
    assert after - before > 0.6 * BELOW


def livecam(*words: object) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert ended.value.code in {0, None}


def face_of(sample: Sample, truth: Truth) -> TrueFace:
    (face,) = truth[sample.frame_index]
    return face


@dataclass
class Viewer:
    """Looks at a run, has the round's model chosen in the middle, and notes how far below the truth pupils are."""

    run: LiveSession
    truth: Truth
    choose: Callable[[], None]
    said: list[str]
    below: dict[bool, list[float]] = field(default_factory=lambda: {False: [], True: []})  # after the change or before
    frames: int = 0

    def show(self, frame: Frame) -> None:
        assert self.run.telemetry.scene is not None
        self.frames += 1
        changed = any("a new model is in use" in line for line in self.said)
        for true in self.truth.get(frame.index, ()):
            seen = true.found_in(self.run.telemetry.scene.faces)
            if seen is None:
                continue
            for side in Side:
                pupil, eye = seen.pupil(side), true.eye(side)
                if pupil is not None and pupil.state is eye.state is EyeState.OPEN:
                    self.below[changed].append((pupil.centre.y - eye.centre.y) / true.pupil_distance)
        if self.frames == SWAP_AT:
            self.choose()
        if self.frames >= SWAP_AT and not changed:
            sleep(0.05)  # a file is read as quickly as can be; the model is opened in a thread of its own

    def enough(self) -> bool:
        return len(self.below[True]) >= 60 or self.frames >= PATIENCE


def below_before_and_after(queue: Path, truth: Truth) -> tuple[float, float]:
    said: list[str] = []
    use_model(queue, "shipped", "to begin with")
    settings = Settings(
        source=SourceSettings(source=str(CLIP)),
        output=OutputSettings(sinks=("null",)),
        collect=CollectSettings(enabled=False, queue=queue),
    )
    with ExitStack() as stack:
        live = build_session(settings, RunLimits(None, None), stack, said.append)
        viewer = Viewer(live, truth, lambda: use_model(queue, "round-1", "in the middle"), said)
        loop.run(
            live.source, live.perception, live.effect, [viewer], live.collector,
            observer=live.telemetry, finished=viewer.enough,
        )  # fmt: skip
    before, after = (float(np.median(viewer.below[changed])) for changed in (False, True))
    return before, after
