"""The real models, opened once for all tests: dlib's file has 100 MB."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

import pytest

from livecam.faces.choose import open_model
from livecam.faces.model import FaceModel
from livecam.settings import FaceFinderName

needs_mediapipe = pytest.mark.skipif(find_spec("mediapipe") is None, reason="the extra 'mediapipe' is not installed")
BOTH = [FaceFinderName.DLIB, pytest.param(FaceFinderName.MEDIAPIPE, marks=needs_mediapipe)]


@cache
def opened(name: FaceFinderName) -> FaceModel:
    return open_model(name)
