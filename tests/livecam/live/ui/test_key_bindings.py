"""What the keys do, pressed without a window."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from livecam.core.errors import AssetError, SettingsError
from livecam.live.collection.collector import ToggleableCollector
from livecam.live.control.run_control import RunControl
from livecam.live.control.status_messages import StatusMessages
from livecam.live.effects.controls import EffectControls
from livecam.live.ui.key_bindings import Action, KeyBindings, changed_keys, help_lines
from tests.fakes import FakeCollector, make_scene


@dataclass
class Recording:
    """Stands for everything that a key switches: remembers what it was asked."""

    asked: list[str] = field(default_factory=list)
    seconds: float | None = None
    names = ("cpu", "tflite")

    def choose(self, name: str) -> None:
        self.asked.append(name)

    def toggle(self) -> str:
        self.asked.append("toggle")
        return "recording to clip.mp4"

    def next(self) -> str:
        self.asked.append("next")
        return "tflite"

    def take(self) -> str:
        self.asked.append("take")
        return "snapshot clip.png"


class Broken(Recording):
    def next(self) -> str:
        raise AssetError("the file assets/models/pupil.tflite is missing")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def make_controls(
    pupils: Recording | None = None, clock: Clock | None = None, queue: FakeCollector | None = None
) -> KeyBindings:
    control = RunControl(
        effect=EffectControls("saucer", 0.5, True),
        pupils=pupils or Recording(),
        recorder=Recording(),
        snapshots=Recording(),
        collecting=ToggleableCollector(queue),
        notices=StatusMessages(clock or Clock()),
    )
    return KeyBindings(control, clock=clock or Clock())


def pressed(*keys: str | int, controls: KeyBindings | None = None) -> KeyBindings:
    controls = controls or make_controls()
    for key in keys:
        controls.press(key if isinstance(key, int) else ord(key))
    return controls


@pytest.mark.parametrize("key", ["q", 27, "Q"])
def test_q_and_escape_quit(key: str | int) -> None:
    assert pressed(key).control.finished


def test_the_space_bar_switches_the_effect() -> None:
    assert [pressed(*" " * times).control.effect.enabled for times in (0, 1, 2)] == [True, False, True]


def test_e_takes_the_next_style_and_says_which() -> None:
    controls = pressed("e")
    assert controls.control.effect.style != "saucer"
    assert controls.notices.current == controls.control.effect.style


@pytest.mark.parametrize(("key", "style"), [("1", "tremble"), ("3", "swirl"), ("4", "spotlight")])
def test_a_number_takes_the_style_of_that_number_and_says_which(key: str, style: str) -> None:
    controls = pressed(key)
    assert [controls.control.effect.style, controls.notices.current] == [style, style]


@pytest.mark.parametrize(("key", "strength"), [("+", 0.6), ("=", 0.6), (0xFFAB, 0.6), ("-", 0.4), (0xFFAD, 0.4)])
def test_plus_and_minus_change_the_strength(key: str | int, strength: float) -> None:
    controls = pressed(key)
    assert controls.control.effect.strength == strength
    assert controls.notices.current == f"strength {strength}"


@pytest.mark.parametrize(("key", "switch"), [("m", "mirrored"), ("d", "debugging"), ("h", "helping")])
def test_what_a_key_switches_on_it_switches_off(key: str, switch: str) -> None:
    assert [getattr(pressed(*key * times), switch) for times in (0, 1, 2)] == [False, True, False]


@pytest.mark.parametrize(
    ("key", "part", "asked", "said"),
    [
        ("p", "pupils", "next", "pupils by the network (tflite)"),
        ("r", "recorder", "toggle", "recording to clip.mp4"),
        ("s", "snapshots", "take", "snapshot clip.png"),
    ],
)
def test_a_key_asks_its_part_and_shows_what_it_says(key: str, part: str, asked: str, said: str) -> None:
    controls = pressed(key)
    assert getattr(controls.control, part).asked == [asked]
    assert controls.notices.current == said


def test_without_a_queue_collecting_says_so() -> None:
    assert pressed("c").notices.current == "collecting is off: no queue is open; --queue DIR opens one"


def test_a_part_that_cannot_says_why_and_the_program_goes_on() -> None:
    controls = pressed("p", controls=make_controls(Broken()))
    assert "pupil.tflite is missing" in controls.notices.current
    assert not controls.control.finished


@pytest.mark.parametrize("code", [0xFF51, 0xFF71, 0xFFE1, ord("z"), ord("0"), ord(":"), 0, 0x100000 | 0xFF1B + 1])
def test_other_keys_do_nothing(code: int) -> None:
    controls, plain = pressed(code), pressed()
    assert (controls.notices.current, controls.control.effect) == ("", plain.control.effect)
    assert not any((controls.control.finished, controls.mirrored, controls.debugging, controls.helping))


def test_locked_numbers_and_capitals_do_not_matter() -> None:
    assert pressed(0x100000 | ord("q")).control.finished
    assert pressed(0x20000 | ord("M")).mirrored


def test_a_notice_is_shown_for_two_seconds() -> None:
    clock = Clock()
    controls = pressed("m", controls=make_controls(clock=clock))
    shown = []
    for clock.now in (0.0, 1.9, 2.0):
        shown.append(controls.notices.current)
    assert shown == ["mirror on", "mirror on", ""]


def test_the_help_tells_every_action_once() -> None:
    assert sorted(does for _, does in help_lines()) == sorted(action.value for action in Action)


def test_a_key_that_a_person_changed_does_it_and_stands_in_the_help() -> None:
    controls = make_controls()
    controls.keys = changed_keys({"mirror": ["x", "Enter"], "quit": "Escape"})

    assert pressed("x", controls=controls).mirrored
    assert not pressed("m", "q", controls=controls).control.finished
    assert ("x  enter", "mirror") in help_lines(controls.keys)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mirrors": "x"}, "no action; known: quit, effect"),
        ({"mirror": "ф"}, "cannot be 'ф'"),
        ({"mirror": "x", "debug": "x"}, "cannot be both mirror and debug"),
        ({"mirror": "d"}, "leaves no key for debug"),
        ({"numbered": "x"}, "cannot be changed"),
    ],
)
def test_a_key_that_cannot_be_changed_so_is_an_error(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        changed_keys(given)


def test_a_switched_collector_passes_scenes_on_only_while_it_is_on() -> None:
    queue = FakeCollector()
    switch = ToggleableCollector(queue)
    for _ in range(3):
        switch.offer(make_scene())
        switch.toggle()
    assert switch.collected == 2


def test_k_flags_the_frame() -> None:
    queue = FakeCollector()
    assert pressed("k", controls=make_controls(queue=queue)).notices.current == "flagged for labelling"
    assert queue.flags == 1


def test_c_hit_twice_flags_the_frame_and_leaves_collecting_as_it_was() -> None:
    queue = FakeCollector()
    controls = make_controls(queue=queue)
    switch = controls.control.collecting
    assert isinstance(switch, ToggleableCollector)
    pressed("c", "c", controls=controls)
    assert (queue.flags, switch.on) == (1, True)


def test_c_hit_again_later_switches_collecting_on_again() -> None:
    queue, clock = FakeCollector(), Clock()
    controls = make_controls(queue=queue, clock=clock)
    pressed("c", controls=controls)
    clock.now = 1.0
    pressed("c", controls=controls)
    assert (queue.flags, controls.notices.current) == (0, "collecting on")


def test_three_quick_presses_are_a_flag_and_a_switch() -> None:
    queue = FakeCollector()
    controls = make_controls(queue=queue)
    assert (pressed("c", "c", "c", controls=controls).notices.current, queue.flags) == ("collecting off", 1)


def test_x_takes_everything_off_and_says_so() -> None:
    controls = pressed("x")

    assert (controls.control.effect.enabled, controls.notices.current) == (False, "everything is off")


def test_the_help_speaks_of_effects_as_the_flags_and_the_panel_do() -> None:
    assert not [action for action in Action if "style" in action.value]
