"""Triggers: when a signal brings an effect out, when it goes, and that nothing comes by surprise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livecam.core.errors import PackError
from livecam.core.types import EyeState, Scene
from livecam.live.effects.controls import TriggerBinding
from livecam.live.effects.face_state.signals import SIGNAL_NAMES, Signals
from livecam.live.effects.packs.manifest import read_manifest
from livecam.live.effects.stack import SelectableEffect
from livecam.live.effects.triggers import FaceTrigger
from livecam.settings import EffectSettings, Trigger, TriggerMode
from tests.livecam.live.effects.drawn_face import drawn_scene

HOLD = TriggerBinding(Trigger.SMILE, TriggerMode.HOLD, cooldown=1.0, level=0.6)
TOGGLE = replace(HOLD, mode=TriggerMode.TOGGLE)
STEP = 0.5  # seconds, longer than an effect takes to come and go
SCENE = drawn_scene(pupil_distance=72)


def shares(binding: TriggerBinding, smiles: Sequence[float], *, calibrated: bool = True) -> list[float]:
    """How much of the effect there is at the end of each half second with so much of a smile."""
    trigger = FaceTrigger()
    return [
        trigger.update(binding, Signals(smile=smile, calibrated=calibrated), index * STEP, STEP)
        for index, smile in enumerate(smiles)
    ]


def test_a_held_signal_brings_the_effect_out_while_it_lasts() -> None:
    assert shares(HOLD, [0, 0.7, 0.7, 0]) == [0, 1, 1, 0]


def test_a_signal_that_wavers_goes_only_well_below_where_it_came() -> None:
    assert shares(HOLD, [0, 0.5, 0.65, 0.5, 0.41, 0.39]) == [0, 0, 1, 1, 1, 0]


def test_a_toggled_effect_stays_until_the_signal_comes_again() -> None:
    assert shares(TOGGLE, [0, 1, 0, 0, 1, 0]) == [0, 1, 1, 1, 0, 0]


def test_it_does_not_come_again_before_it_has_cooled_down() -> None:
    assert shares(HOLD, [0, 1, 0, 1, 0, 0, 1]) == [0, 1, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("binding", [HOLD, TOGGLE], ids=["hold", "toggle"])
def test_nothing_comes_out_because_somebody_smiles_already(binding: TriggerBinding) -> None:
    assert shares(binding, [1, 1, 1]) == [0, 0, 0]


def test_nothing_comes_out_before_it_is_known_what_is_usual() -> None:
    assert shares(HOLD, [0, 1, 1], calibrated=False) == [0, 0, 0]


def test_a_turn_of_the_head_counts_to_either_side() -> None:
    trigger, binding = FaceTrigger(), replace(HOLD, signal=Trigger.YAW)
    said = [
        trigger.update(binding, Signals(yaw=yaw, calibrated=True), i * STEP, STEP) for i, yaw in enumerate([0, -0.8])
    ]

    assert said == [0, 1]


def test_the_triggers_are_the_signals_there_are() -> None:
    assert {trigger.value for trigger in Trigger if trigger.is_signal} == set(SIGNAL_NAMES)


def winking(scene: Scene) -> Scene:
    (look,) = scene.faces
    assert look.left is not None
    return replace(scene, faces=(replace(look, left=replace(look.left, state=EyeState.CLOSED)),))


def drawn(effect: SelectableEffect, scene: Callable[[float], Scene], seconds: float, *, since: float = 0.0) -> bool:
    """Whether anything is drawn at the end of so many seconds."""
    image = SCENE.frame.image
    for index in range(round(since * 20), round((since + seconds) * 20)):
        moment = scene(index / 20)
        image = effect.draw(replace(moment, frame=replace(moment.frame, timestamp=index / 20)))
    return not np.array_equal(image, SCENE.frame.image)


def still(seconds: float) -> Scene:
    return SCENE


def wink(seconds: float) -> Scene:
    return winking(SCENE)


def test_a_wink_brings_the_effect_out_and_an_open_eye_takes_it_back() -> None:
    effect = SelectableEffect(EffectSettings(style="heart-eyes", trigger=Trigger.WINK_LEFT))

    assert [drawn(effect, still, 3), drawn(effect, wink, 1, since=3), drawn(effect, still, 1, since=4)] == [
        False,
        True,
        False,
    ]


def test_an_armed_trigger_is_told_and_gone_with_panic() -> None:
    effect = SelectableEffect(EffectSettings(style="heart-eyes", trigger=Trigger.WINK_LEFT))
    before = effect.armed
    drawn(effect, still, 3)
    effect.controls.panic()

    assert (before, effect.armed) == (("wink_left",), ())
    assert not drawn(effect, wink, 1, since=3)


@pytest.mark.parametrize("style", ["saucer", "spotlight"])
def test_panic_takes_everything_off_with_the_next_frame(style: str) -> None:
    effect = SelectableEffect(EffectSettings(style=style))
    assert drawn(effect, still, 1)
    effect.controls.panic()

    assert not drawn(effect, still, 0.05, since=1)


def test_an_effect_says_its_own_trigger_and_the_settings_go_before(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    layer = '[[layer]]\npack = "heart-eyes"\n'
    (folder / "effect.toml").write_text(f'trigger = "smile"\ntrigger_mode = "toggle"\n{layer}')
    own = SelectableEffect(EffectSettings(style=f"saucer,{folder}"))
    always = SelectableEffect(EffectSettings(style=str(folder), trigger=Trigger.ALWAYS))

    assert (own.armed, always.armed) == (("smile",), ())
    assert drawn(always, still, 1)


def test_a_stack_that_begins_clean_waits_until_somebody_switches(tmp_path: Path) -> None:
    effect = SelectableEffect(EffectSettings(style="saucer"))
    effect.controls.clean = True
    before = drawn(effect, still, 1)
    effect.controls.toggle()

    assert (before, drawn(effect, still, 1, since=1)) == (False, True)


def test_a_trigger_that_is_no_signal_is_told_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "effect.toml").write_text('name = "mine"\ntrigger = "always"\n')
    with pytest.raises(PackError, match=r"effect.toml:2.*brought out by a signal: mouth_open"):
        read_manifest(tmp_path)
