"""Which face detectors there are to choose from here."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from livecam.perception.faces import factory
from livecam.settings import FaceDetectorName


def test_what_ships_is_there_without_any_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "find_spec", lambda _: None)

    assert factory.installed() == (FaceDetectorName.MESH,)


def test_an_extra_that_is_installed_is_offered() -> None:
    assert (FaceDetectorName.DLIB in factory.installed()) == (find_spec("dlib") is not None)
