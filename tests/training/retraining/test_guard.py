"""A model that gets worse for everybody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from livecam.core.assets import asset
from livecam.perception.pupils.network.model_card import SHIPPED, read_card
from training.engine.export import write_model
from training.retraining.comparison import Comparison, GuardVerdict
from training.retraining.guard import guard_sets, guarded

SAME = Comparison(800, 0.02, 0.02, 0.0, 0.0)


@pytest.mark.parametrize(
    ("position", "state", "worse"),
    [
        (SAME, SAME, False),
        (Comparison(800, 0.02, 0.0206, 0.0007, 0.0004), SAME, False),
        (Comparison(800, 0.02, 0.0230, 0.0035, 0.0025), SAME, True),
        (SAME, Comparison(800, 0.01, 0.05, 0.06, 0.03), True),
        (Comparison(800, 0.02, 0.0230, 0.0070, -0.0010), SAME, False),
    ],
    ids=["the same", "of no account", "position", "state", "not for sure"],
)
def test_only_what_is_sure_and_of_account_is_worse(position: Comparison, state: Comparison, worse: bool) -> None:
    assert GuardVerdict(position, state, 0.05).worse is worse


def test_a_model_that_calls_every_eye_closed_is_worse_and_the_same_one_is_not(tmp_path: Path) -> None:
    sets = guard_sets(tmp_path, 40, lambda name, parts, count: parts)
    card, content = read_card(asset(SHIPPED))
    shut = tmp_path / "shut.tflite"
    write_model(
        content, card.model_copy(update={"decoding": card.decoding.model_copy(update={"closed_below": 1.0})}), shut
    )

    assert guarded(shut, shut, sets, 0.05).state.new > 0.5
    assert guarded(asset(SHIPPED), shut, sets, 0.05).worse
    assert not guarded(shut, asset(SHIPPED), sets, 0.05).worse
