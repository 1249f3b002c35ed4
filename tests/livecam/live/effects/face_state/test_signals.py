"""Signals: what a face does, against what is usual for this person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from livecam.core.types import EyeState, FaceObservation, Gaze, Points, Scene, Side
from livecam.live.effects.face_state.signals import SIGNAL_NAMES, Signals, SignalSummary
from livecam.live.effects.face_state.tracker import FaceStateTracker
from tests.fakes import make_face, make_frame, make_landmarks, make_look

REST = make_look()
FPS = 30


def deformed(change: Callable[[Points], None], **where: object) -> FaceObservation:
    """A face whose landmarks, in pupil distances from the middle of the eyes, are changed."""
    points = make_landmarks(centre=(0, 0), pupil_distance=1.0)
    change(points)
    face = make_face(**where)
    landmarks = (points * 70 + (320, 240)).astype(np.float32)
    return make_look(replace(face, landmarks=landmarks))


def opened(points: Points) -> None:
    points[55:60, 1] += 0.4
    points[65:68, 1] += 0.4


def smiling(points: Points) -> None:
    points[[48, 54, 60, 64]] += [[-0.1, -0.1], [0.1, -0.1], [-0.1, -0.1], [0.1, -0.1]]


def raised(points: Points) -> None:
    points[17:27, 1] -= 0.15


def frowning(points: Points) -> None:
    points[21] += [0.06, 0.05]
    points[22] += [-0.06, 0.05]


def turned(points: Points) -> None:
    points[27:36, 0] += 0.35
    points[30, 0] += 0.05


def bowed(points: Points) -> None:
    points[30, 1] += 0.6


def with_states(left: EyeState, right: EyeState) -> FaceObservation:
    assert REST.left is not None
    assert REST.right is not None
    return replace(REST, left=replace(REST.left, state=left), right=replace(REST.right, state=right))


def played(*parts: tuple[FaceObservation, float], fps: int = FPS) -> list[Signals]:
    """The signals of every frame while each observation lasts so many seconds."""
    tracker, found = FaceStateTracker(0.25, 0.25), []
    looks = [look for look, seconds in parts for _ in range(round(seconds * fps))]
    for index, look in enumerate(looks):
        frame = replace(make_frame(), timestamp=index / fps)
        found.append(tracker.update(Scene(frame, (look,)), 1 / fps if index else 0.0)[0].signals)
    return found


def events(signals: Iterable[Signals]) -> list[str]:
    return [name for each in signals for name in sorted(each.events)]


ACTIONS: Mapping[str, tuple[FaceObservation, set[str]]] = {
    "mouth_open": (deformed(opened), {"mouth_open"}),
    "smile": (deformed(smiling), {"smile"}),
    "brows": (deformed(raised), {"brows"}),
    "frown": (deformed(frowning), {"frown"}),
    "yaw": (deformed(turned), {"yaw", "looking_away"}),
    "pitch": (deformed(bowed), {"pitch"}),
    "roll": (make_look(make_face(roll=0.6)), {"roll"}),
    "wink_left": (with_states(EyeState.CLOSED, EyeState.OPEN), {"wink_left"}),
    "wink_right": (with_states(EyeState.HALF, EyeState.CLOSED), {"wink_right"}),
    "looking_away": (make_look(gaze=Gaze(0.95, 0.1)), {"looking_away"}),
    "leaning_in": (make_look(make_face(pupil_distance=105)), {"leaning_in"}),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_each_thing_a_face_does_raises_its_own_signal_and_no_other(name: str) -> None:
    look, expected = ACTIONS[name]
    signals = played((REST, 3.0), (look, 0.8), (REST, 1.0))
    assert set(events(signals)) == expected
    assert abs(getattr(signals[3 * FPS + 20], name)) > 0.7
    assert all(abs(getattr(signals[-1], each)) < 0.15 for each in SIGNAL_NAMES)


def test_a_face_at_rest_raises_nothing_whatever_it_is_like() -> None:
    wide = deformed(lambda points: points.__setitem__((slice(48, 68), 0), points[48:68, 0] * 1.1))
    assert events(played((wide, 4.0))) == []


def test_one_who_starts_with_an_open_mouth_has_it_open_all_the_same() -> None:
    signals = played((deformed(opened), 4.0))
    assert signals[-1].mouth_open > 0.6


def test_a_blink_is_told_when_the_eyes_open_again_and_sleep_is_none() -> None:
    shut = with_states(EyeState.CLOSED, EyeState.CLOSED)
    assert events(played((REST, 2.0), (shut, 0.2), (REST, 0.3))) == ["blink"]
    assert "blink" not in events(played((REST, 2.0), (shut, 1.5), (REST, 0.3)))


def test_a_single_doubtful_frame_is_no_wink() -> None:
    assert events(played((REST, 2.0), (with_states(EyeState.CLOSED, EyeState.OPEN), 0.07), (REST, 1.0))) == []


def test_hidden_eyes_neither_wink_nor_blink() -> None:
    hidden = with_states(EyeState.HIDDEN, EyeState.HIDDEN)
    assert events(played((REST, 2.0), (hidden, 0.2), (REST, 0.3))) == []


def test_eyes_that_cross_look_nowhere_else() -> None:
    crossed = replace(REST, left_gaze=Gaze(-0.9, 0), right_gaze=Gaze(0.9, 0))
    assert events(played((REST, 2.0), (crossed, 1.0))) == []


def test_a_value_about_the_threshold_does_not_flicker() -> None:
    def between(share: float) -> FaceObservation:
        def change(points: Points) -> None:
            points[55:60, 1] += share
            points[65:68, 1] += share

        return deformed(change)

    parts = [(between(0.21 if index % 2 else 0.19), 0.2) for index in range(20)]
    assert len(events(played((REST, 3.0), *parts))) <= 1


def test_signals_do_not_depend_on_the_frame_rate() -> None:
    look = deformed(opened)
    slow, fast = (played((REST, 3.0), (look, 0.2), fps=fps)[-1] for fps in (15, 60))
    assert slow.mouth_open == pytest.approx(fast.mouth_open, abs=0.12)


def test_a_run_is_summed_up_by_means_largest_values_and_events() -> None:
    summary = SignalSummary()
    assert summary.report() == {}
    for signals in played((REST, 3.0), (deformed(smiling), 0.8), (REST, 1.0), (deformed(smiling), 0.8)):
        summary.add(signals)
    smile = summary.report()["smile"]
    assert (smile["events"], smile["max"] > 0.7, 0.1 < smile["mean"] < 0.6) == (2, True, True)
    assert list(summary.report()) == list(SIGNAL_NAMES)


def test_sides_are_the_subjects_own() -> None:
    left = ACTIONS["wink_left"][0]
    assert left.state(Side.LEFT) is EyeState.CLOSED
