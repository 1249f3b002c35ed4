"""What `--learn` refuses before a camera is opened, and when the store is looked at."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from livecam.core.errors import LivecamError
from livecam.live.learning.background import NoLearning
from livecam.live.learning.factory import check_learning, open_learning
from livecam.settings import Settings


def learning(**sections: Any) -> Settings:
    return Settings.model_validate({"learn": {"enabled": True}, **sections})


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"collect": {"enabled": False}}, "--no-queue"),
        ({"pupils": {"model": "other.tflite"}}, "this run uses other.tflite"),
        ({"pupils": {"finder": "cpu"}}, "use --pupil tflite"),
    ],
)
def test_what_could_never_come_to_a_model_in_use_is_refused(sections: dict[str, Any], said: str) -> None:
    with pytest.raises(LivecamError, match=said):
        check_learning(learning(**sections))


def test_without_the_libraries_of_training_it_is_told_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livecam.live.learning.factory.find_spec", lambda name: None)

    with pytest.raises(LivecamError, match="needs the extra 'training'"):
        check_learning(learning())


def test_a_run_that_neither_collects_nor_learns_looks_at_no_store(tmp_path: Path) -> None:
    with ExitStack() as stack:
        opened = open_learning(Settings(), stack, collecting=False, say=print, key="l")

    assert isinstance(opened, NoLearning)
