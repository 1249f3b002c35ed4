"""What a run can be asked for, by its own thread and by others."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from livecam.core.errors import SettingsError
from livecam.live.collection.collector import ToggleableCollector
from livecam.live.control.command_queue import BusyError, CommandQueue
from livecam.live.control.run_control import RunControl
from livecam.live.control.status_messages import StatusMessages
from livecam.live.effects.controls import EffectControls
from livecam.live.sinks.recorder import Recorder, Snapshots
from livecam.perception.pupils.factory import SwitchableDetector
from livecam.settings import EffectSettings, Settings, Trigger
from tests.fakes import FakeCollector, FakePupilDetector


def make_control(folder: Path) -> RunControl:
    return RunControl(
        EffectControls("saucer", 1.0, True),
        SwitchableDetector({"cpu": FakePupilDetector, "tflite": FakePupilDetector}, "cpu"),
        Recorder(folder, say=print),
        Snapshots(folder),
        ToggleableCollector(FakeCollector()),
        StatusMessages(),
    )


@pytest.mark.parametrize(("armed", "clean"), [(("wink_left",), True), (("auto",), False), ((), False)])
def test_a_virtual_camera_starts_clean_while_something_is_armed(
    tmp_path: Path, armed: tuple[str, ...], clean: bool
) -> None:
    control, source = make_control(tmp_path), object()
    control.begin(source, Settings(), armed=armed)  # type: ignore[arg-type]

    assert control.effect.clean is clean


def test_a_stack_that_is_clean_is_shown_whole_when_it_is_switched_on(tmp_path: Path) -> None:
    control = make_control(tmp_path)
    control.effect.clean = True
    control.toggle_effect(on=True)

    assert (control.effect.enabled, control.effect.clean) == (True, False)


def test_a_trigger_that_is_set_after_panic_switches_nothing_on(tmp_path: Path) -> None:
    control = make_control(tmp_path)
    control.panic()
    control.arm(EffectSettings(trigger=Trigger.ALWAYS))

    assert not control.effect.enabled


def test_the_demo_is_not_collected_from_when_it_takes_over_from_a_camera(tmp_path: Path) -> None:
    control = make_control(tmp_path)
    control.source_changed(Settings(), object())  # type: ignore[arg-type]

    assert not control.collecting.on


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_outside_of_0_to_1_is_refused(tmp_path: Path, strength: float) -> None:
    with pytest.raises(SettingsError, match="between 0"):
        make_control(tmp_path).set_strength(strength)


def asked(queue: CommandQueue, work: Any) -> tuple[threading.Thread, list[object]]:
    """Another thread that asks, and what it gets."""
    answers: list[object] = []

    def ask() -> None:
        try:
            answers.append(queue.ask(work))
        except Exception as error:
            answers.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, answers


def test_work_is_done_by_the_thread_of_the_run_and_answered_to_the_one_that_asked() -> None:
    queue = CommandQueue()
    thread, answers = asked(queue, lambda: threading.current_thread().name)
    while thread.is_alive():
        queue.carry_out(0.05)

    assert answers == [threading.current_thread().name]


def test_what_goes_wrong_is_told_to_the_one_that_asked() -> None:
    def broken() -> str:
        raise SettingsError("there is no effect 'x'")

    queue = CommandQueue()
    thread, answers = asked(queue, broken)
    while thread.is_alive():
        queue.carry_out(0.05)

    assert [str(answer) for answer in answers] == ["there is no effect 'x'"]


def test_what_nobody_comes_to_is_not_done_later() -> None:
    queue, done = CommandQueue(patience=0.01), []
    with pytest.raises(BusyError, match="stands still"):
        queue.ask(lambda: done.append(1) or "")
    queue.carry_out()

    assert not done


def test_more_than_can_wait_is_refused() -> None:
    queue = CommandQueue(waiting=6, patience=0.01)
    threads = [asked(queue, str)[0] for _ in range(6)]
    for thread in threads:
        thread.join(30)
    with pytest.raises(BusyError, match="too many"):
        queue.ask(str)
