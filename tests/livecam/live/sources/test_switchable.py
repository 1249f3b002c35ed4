"""A source that becomes another one, and that rests while nobody looks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from livecam.core.errors import CameraError
from livecam.core.types import Frame
from livecam.live.sources.switchable import IdlePolicy, SwitchableSource
from tests.fakes import grey, make_frame


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Frames:
    """Stands for a source that never ends."""

    width: int = 32

    def __iter__(self) -> Iterator[Frame]:
        for index in itertools.count():
            yield make_frame(grey(self.width, 32), index=index, fps=8)


def taken(frames: Iterator[Frame], clock: Clock, count: int) -> list[Frame]:
    found = []
    for _ in range(count):
        found.append(next(frames))
        clock.now += 0.125
    return found


def test_one_source_is_passed_on_as_it_is() -> None:
    clock = Clock()
    frames = iter(SwitchableSource(Frames(), "demo", lambda name: Frames(), clock=clock))

    assert [(frame.index, frame.scene_cut) for frame in taken(frames, clock, 3)] == [(0, False), (1, False), (2, False)]


def test_numbers_and_times_go_on_over_a_change_which_is_a_scene_cut() -> None:
    clock = Clock()
    switchable = SwitchableSource(Frames(), "demo", lambda name: Frames(64), clock=clock)
    frames = iter(switchable)
    taken(frames, clock, 3)
    switchable.open("wide")
    after = taken(frames, clock, 3)

    assert [(frame.index, frame.scene_cut, frame.size[0]) for frame in after] == [
        (3, True, 64),
        (4, False, 64),
        (5, False, 64),
    ]
    assert [frame.timestamp for frame in after] == pytest.approx([0.375, 0.5, 0.625])
    assert switchable.name == "wide"


def test_a_source_that_cannot_be_opened_leaves_the_present_one() -> None:
    clock = Clock()

    def refused(name: str) -> Any:
        raise CameraError(f"there is no camera {name}")

    switchable = SwitchableSource(Frames(), "demo", refused, clock=clock)
    frames = iter(switchable)
    taken(frames, clock, 1)
    with pytest.raises(CameraError, match="no camera 7"):
        switchable.open("7")

    assert (taken(frames, clock, 1)[0].index, switchable.name) == (1, "demo")


@dataclass
class Room:
    """Who looks, on a clock that goes on by an eighth of a second whenever the run waits."""

    clock: Clock
    looks: bool = True
    comes_at: float = 1e9
    ends_at: float = 1e9
    said: list[str] = field(default_factory=list)
    waits: int = 0

    def policy(self) -> IdlePolicy:
        return IdlePolicy(
            lambda: self.looks, self.wait, lambda seconds: self.clock.now >= self.ends_at, self.said.append
        )

    def wait(self) -> None:
        self.waits += 1
        self.clock.now += 0.125
        self.looks = self.clock.now >= self.comes_at


def test_nobody_looks_and_the_source_rests_until_somebody_does() -> None:
    clock = Clock()
    room, opened = Room(clock, looks=False, comes_at=130.0), []

    def again(name: str) -> Any:
        opened.append((name, clock.now))
        return Frames()

    frames = iter(SwitchableSource(Frames(), "demo", again, idle=room.policy(), clock=clock))
    before = taken(frames, clock, 41)  # five seconds of grace
    after = taken(frames, clock, 1)[0]

    assert (opened, len(room.said)) == ([("demo", 130.0)], 1)
    assert (after.index, after.scene_cut) == (before[-1].index + 1, True)
    assert after.timestamp == pytest.approx(30.0)


def test_a_run_that_ends_while_it_rests_ends() -> None:
    clock = Clock()
    room = Room(clock, looks=False, ends_at=120.0)
    switchable = SwitchableSource(Frames(), "demo", lambda name: Frames(), idle=room.policy(), clock=clock)
    frames = iter(switchable)
    taken(frames, clock, 41)

    assert next(frames, None) is None
    assert (clock.now, switchable.is_idle) == (120.0, False)


def test_a_camera_that_somebody_else_has_meanwhile_is_tried_again_and_told_once() -> None:
    clock = Clock()
    room, tries = Room(clock, looks=False, comes_at=110.0), []

    def busy(name: str) -> Any:
        tries.append(name)
        if len(tries) < 4:
            raise CameraError("camera 0 is busy")
        return Frames()

    frames = iter(SwitchableSource(Frames(), "0", busy, idle=room.policy(), clock=clock))
    taken(frames, clock, 42)

    assert (len(tries), room.said[1:]) == (4, ["camera 0 is busy"])
