"""The real models, opened once for all tests: dlib's file has 100 MB."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

import pytest

from livecam.perception.faces.face_model import FaceModel
from livecam.perception.faces.factory import open_model
from livecam.settings import FaceDetectorName

needs_mediapipe = pytest.mark.skipif(find_spec("mediapipe") is None, reason="the extra 'mediapipe' is not installed")
needs_dlib = pytest.mark.skipif(find_spec("dlib") is None, reason="the extra 'dlib' is not installed")
EVERY_NAME = [
    FaceDetectorName.MESH,
    pytest.param(FaceDetectorName.DLIB, marks=needs_dlib),
    pytest.param(FaceDetectorName.MEDIAPIPE, marks=needs_mediapipe),
]


@cache
def opened(name: FaceDetectorName) -> FaceModel:
    return open_model(name)
