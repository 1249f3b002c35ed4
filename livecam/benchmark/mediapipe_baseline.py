"""The baseline: MediaPipe's own face mesh with iris, called as its users call it."""

from __future__ import annotations

from typing import Self

import cv2
import numpy as np

from livecam.benchmark.labelled_photographs import Pupils
from livecam.core.assets import asset
from livecam.core.image_files.images import read_image
from livecam.core.runtime import silence_native_logs
from livecam.core.types import Image
from livecam.perception.faces.mediapipe import import_mediapipe

_IRISES = (468, 473)  # the centres, the eye on the image's left first


class FaceMesh:
    """FaceMesh(refine_landmarks=True) on BGR pictures; the conversion to RGB is part of the price."""

    def __init__(self, *, video: bool, max_faces: int) -> None:
        """Raises MissingExtraError when MediaPipe is not installed. Videos are tracked, photographs are not."""
        solutions, _ = import_mediapipe()
        with silence_native_logs():
            self._mesh = solutions.face_mesh.FaceMesh(
                static_image_mode=not video, max_num_faces=max_faces, refine_landmarks=True
            )
            self._warm_up()

    def _warm_up(self) -> None:
        # Its landmarks have something to say too, when they first see a face; the empty picture makes it forget that.
        self.detect(read_image(asset("demo/portrait.png")))
        self.detect(np.zeros((64, 64, 3), np.uint8))

    @classmethod
    def for_video(cls, max_faces: int) -> Self:
        return cls(video=True, max_faces=max_faces)

    @classmethod
    def for_photographs(cls) -> Self:
        return cls(video=False, max_faces=1)

    def detect(self, image: Image) -> Pupils | None:
        """Both iris centres of the first face, pixels; None without a face."""
        height, width = image.shape[:2]
        faces = self._mesh.process(cv2.cvtColor(image, cv2.COLOR_BGR2RGB)).multi_face_landmarks
        if not faces:
            return None
        points = faces[0].landmark
        # Its pixel centres are at halves, ours at whole numbers.
        left, right = ((points[k].x * width - 0.5, points[k].y * height - 0.5) for k in _IRISES)
        return left, right
