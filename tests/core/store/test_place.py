"""Where a store is when nobody names a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from livecam.core.store.place import default_folder


def test_it_is_in_the_users_data_directory() -> None:
    assert default_folder({"XDG_DATA_HOME": "/data"}) == Path("/data/livecam/queue")


@pytest.mark.parametrize("environment", [{}, {"XDG_DATA_HOME": ""}, {"XDG_DATA_HOME": "data"}])
def test_without_a_proper_one_it_is_in_the_usual_place(environment: dict[str, str]) -> None:
    assert default_folder(environment) == Path.home() / ".local" / "share" / "livecam" / "queue"
