"""What is remembered of faces, and for how long."""

from __future__ import annotations

import pytest

from livecam.core.filters import PerFaceState


def test_a_face_that_stays_keeps_its_memory() -> None:
    memories = PerFaceState(list)
    memories.get(1, 0.0).append("seen")
    assert memories.get(1, 0.9) == ["seen"]


@pytest.mark.parametrize(("identity", "seconds"), [(2, 0.1), (1, 1.1), (1, -0.1)], ids=["other", "gone", "replayed"])
def test_another_face_a_long_absence_and_a_time_before_start_afresh(identity: int, seconds: float) -> None:
    memories = PerFaceState(list)
    memories.get(1, 0.0).append("seen")
    assert memories.get(identity, seconds) == []


def test_nothing_is_kept_of_the_many_who_left() -> None:
    memories = PerFaceState(list)
    for identity in range(100):
        memories.get(identity, identity * 0.5)
    assert len(memories) <= 3
