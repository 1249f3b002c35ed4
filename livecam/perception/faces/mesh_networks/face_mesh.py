"""Faces from three small networks that ship with livecam: two BlazeFace detectors and the 468-point face mesh."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image, PupilRest
from livecam.perception.faces.face_model import FaceLandmarks, FaceRegion, distinct
from livecam.perception.faces.mesh_networks.blazeface import BlazeFaceDetector
from livecam.perception.faces.mesh_networks.face_networks import FaceNetwork, open_face_network
from livecam.perception.faces.mesh_networks.mesh_topology import MESH_OF_IBUG, MIRRORED
from livecam.perception.faces.mesh_networks.tiled_detection import (
    detect_in_mirror,
    detect_in_quarter_turn,
    detect_in_tiles,
    plainly,
)
from livecam.perception.faces.patch import CutPatch, live_patch, turned_patch

# The face's outline, and the outer corners of the eyes, image-left first.
_OUTLINE = [10, 152, 234, 454, 127, 356, 109, 338, 67, 297, 58, 288, 172, 397, 136, 365, 148, 377, 4]
_RIGHT_CORNER, _LEFT_CORNER = 33, 263
# A region's side, in longer sides of the outline's box. MediaPipe's is 1.5 of an upright box; of a levelled one 1.4 was
# best.
_ROOM = 1.4
# Of 2090 random squares of photographs beside faces one in a hundred reads more than 0.1; a girl behind her hair 0.4.
_PRESENT = 0.3
_SURE = 0.7
# Beside a sure face what is less sure than this is none: of 278 faces of photographs, 9 to 140 px between the eyes, the
# least sure one reads 0.73, a sleeve 0.57.
_DOUBTED = 0.65
_STRAYED = 0.1
# On stills the mean of these views, in region sides, plain and mirrored, is nearer to the truth than one view.
_STILL_SIZES = (0.9, 1.0, 1.1)
_QUARTERS = (1, 3, 2)
_TILE_SHARES, _LAST_TILE_SHARE = (1, 2), 4
# Of a live picture: the longer side on which faces are looked for, at least. The detectors see 192 pixels at most, of a
# tile a little more than half of it; to reduce a picture of 720p or 4K once is cheaper than for each of them.
_SEARCHED_SIDE = 480
# A tile smaller than what the detector sees shows it nothing new.
_SMALLEST_TILE = 192

_Mesh = NDArray[np.float64]  # (468, 3), frame pixels; the depth is 0 in the middle of the head and grows away from us


# Why these networks: docs/decisions/faces-that-ship.md
class MeshFaceModel:
    """BlazeFace (Bazarevsky et al. 2019) and the face mesh (Kartynnik et al. 2019), also as 68 iBUG points."""

    # Measured on 140 eyes of the London and Canada portraits, whose people look into the camera; test people left out.
    pupil_rest = PupilRest(outward=0.006, above=0.07)

    def __init__(self) -> None:
        """Raises AssetError when a network's file is missing or damaged."""
        self._near, self._far = map(BlazeFaceDetector.open, (FaceNetwork.SHORT_RANGE, FaceNetwork.FULL_RANGE))
        # What detects runs in another thread, and an interpreter is for one only.
        self._verifying = BlazeFaceDetector.open(FaceNetwork.SHORT_RANGE)
        self._network = open_face_network(FaceNetwork.LANDMARKS)
        self._side = self._network.input.shape[1]
        self._searches, self._turns = cycle((plainly, detect_in_mirror)), cycle(_QUARTERS)

    def detect(self, image: Image) -> Sequence[FaceRegion]:
        """Faces within some five metres of a webcam; while there is no sure one, also farther and lying ones."""
        image, factor = reduced(image)
        # A face that falls between two cells is seen in one of two different looks.
        found = self._upright(image, next(self._searches)(self._at_once, image), enough=_SURE)
        if not any(region.confidence >= _SURE for region in found):
            turned = detect_in_quarter_turn(self._near.detect, image, next(self._turns))
            found += self._upright(image, [*self._in_tiles(image, 1), *turned])
        return [_enlarged(region, factor) for region in distinct(found)]

    def detect_thorough(self, image: Image) -> Sequence[FaceRegion]:
        """Faces of any size and turn, each settled on by the mesh and confirmed by the detector."""
        found = [*self._at_once(image)]
        for turns in _QUARTERS:
            found += detect_in_quarter_turn(self._at_once, image, turns)
        found += [region for share in _TILE_SHARES for region in self._in_tiles(image, share)]
        found = found or list(self._in_tiles(image, _LAST_TILE_SHARE))
        judged = [self._judged(image, region) for region in self._upright(image, found)]
        faces = distinct([region for region in judged if region is not None])
        sure = any(region.confidence >= _SURE for region in faces)
        return [region for region in faces if not sure or region.confidence >= _DOUBTED]

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        """The landmarks of the face in the region, as sure as the region; None when the mesh sees no face there."""
        return self._landmarks(image, region, live_patch)

    def landmarks_thorough(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        """The mean of what the mesh says of several views of a settled region; None when it sees no face there."""
        views = [region._replace(size=size * region.size) for size in _STILL_SIZES]
        plain = [self._read(image, view) for view in views]
        if min(presence for _, presence in plain) < _PRESENT:
            return None
        meshes = [mesh for mesh, _ in plain] + [self._read_mirrored(image, view) for view in views]
        return _to_face_landmarks(np.mean(meshes, axis=0), region.confidence)

    def verify(self, image: Image, face: FaceLandmarks) -> float | None:
        """What the detector says of the levelled face alone, apart from the mesh."""
        seen = self._verifying.look_again(image, face.region, live_patch)
        return seen and seen.confidence

    def _at_once(self, image: Image) -> list[FaceRegion]:
        return [*self._near.detect(image), *self._far.detect(image)]

    def _in_tiles(self, image: Image, share: int) -> Iterator[FaceRegion]:
        return detect_in_tiles(self._far.detect, image, max(min(image.shape[:2]) // share, _SMALLEST_TILE))

    def _upright(self, image: Image, found: Iterable[FaceRegion], *, enough: float = 1.0) -> list[FaceRegion]:
        """Each turned as the detector sees its face best: what finds faces takes many a chin for a forehead.

        A turn that it is `enough` sure of is taken without looking at the others.
        """
        return [self._turned(image, region, enough) for region in distinct(list(found))]

    def _turned(self, image: Image, region: FaceRegion, enough: float) -> FaceRegion:
        best: FaceRegion | None = None
        for quarters in range(4):
            turned = region._replace(angle=region.angle + quarters * math.pi / 2)
            again = self._near.look_again(image, turned)
            if again is not None and (best is None or again.confidence > best.confidence):
                best = again
            if best is not None and best.confidence >= enough:
                break
        return best or region

    def _judged(self, image: Image, region: FaceRegion) -> FaceRegion | None:
        """The region as the mesh settles on it in two looks, as sure as the detector is of what is in it then."""
        found = self._landmarks(image, region, turned_patch)
        found = found and self._landmarks(image, found.region, turned_patch)
        confidence = found and self.verify(image, found)
        return found.region._replace(confidence=confidence) if found and confidence else None

    def _landmarks(self, image: Image, region: FaceRegion, cut: CutPatch) -> FaceLandmarks | None:
        found = self._run_mesh(image, region, cut)
        # A face that was off the middle of its square, or of another size, is read anew from its own.
        return self._run_mesh(image, found.region, cut) if found and region.leap(found.region) > _STRAYED else found

    def _run_mesh(self, image: Image, region: FaceRegion, cut: CutPatch) -> FaceLandmarks | None:
        mesh, presence = self._read(image, region, cut)
        return _to_face_landmarks(mesh, region.confidence) if presence >= _PRESENT else None

    def _read(self, image: Image, region: FaceRegion, cut: CutPatch = turned_patch) -> tuple[_Mesh, float]:
        """The mesh of a region, and the probability that it shows a face."""
        patch = cut(image, region, self._side)
        points, presence = self._run(patch.image)
        return patch.to_frame3(points), presence

    def _read_mirrored(self, image: Image, region: FaceRegion) -> _Mesh:
        """The mesh as seen in a mirror, and brought back from there."""
        patch = turned_patch(image, region, self._side)
        points, _ = self._run(cv2.flip(patch.image, 1).astype(np.uint8, copy=False))
        points[:, 0] = self._side - 1 - points[:, 0]
        return patch.to_frame3(points[MIRRORED])

    def _run(self, patch: Image) -> tuple[NDArray[np.float32], float]:
        """The 468 points of a BGR patch, (468, 3) patch pixels, and the probability that it shows a face."""
        shown = np.multiply(cv2.cvtColor(patch, cv2.COLOR_BGR2RGB), np.float32(1 / 255), dtype=np.float32)
        points, flag = sorted(self._network.run(shown[None]), key=np.size, reverse=True)
        mesh = points.reshape(-1, 3)
        # Its pixel centres are at halves, ours at whole numbers.
        mesh[:, :2] -= 0.5
        return mesh, 1 / (1 + math.exp(-float(flag.item())))


def reduced(image: Image) -> tuple[Image, int]:
    """The picture as small as detectors need it, and how many of its pixels to a side are one of the small picture: a
    whole number, which OpenCV averages four times as quickly as 2.7 of them."""
    factor = max(image.shape[:2]) // _SEARCHED_SIDE
    if factor < 2:
        return image, 1
    width, height = (max(1, round(length / factor)) for length in image.shape[1::-1])
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False), factor


def _enlarged(region: FaceRegion, scale: int) -> FaceRegion:
    # Pixel centres are whole numbers.
    x, y = ((at + 0.5) * scale - 0.5 for at in (region.x, region.y))
    return region._replace(x=x, y=y, size=region.size * scale)


def _to_face_landmarks(mesh: _Mesh, confidence: float) -> FaceLandmarks:
    points = mesh.astype(np.float32)
    return FaceLandmarks(points[MESH_OF_IBUG, :2], _region(mesh, confidence), points)


def _region(mesh: _Mesh, confidence: float) -> FaceRegion:
    """The square around the outline, both levelled by the outer corners of the eyes.

    After MediaPipe's face_landmark_landmarks_to_roi.pbtxt, whose outline's box is upright: there a tilted head looks
    smaller in its square than a level one, and what the mesh says of it is worse.
    """
    (right_x, right_y, _), (left_x, left_y, _) = mesh[_RIGHT_CORNER].tolist(), mesh[_LEFT_CORNER].tolist()
    angle = math.atan2(left_y - right_y, left_x - right_x)
    cos, sin = math.cos(angle), math.sin(angle)
    outline = mesh[_OUTLINE, :2]
    along, below = outline @ (cos, sin), outline @ (-sin, cos)
    x, y = (along.min() + along.max()) / 2, (below.min() + below.max()) / 2
    size = _ROOM * max(np.ptp(along), np.ptp(below))
    return FaceRegion(float(x * cos - y * sin), float(x * sin + y * cos), float(size), angle, confidence)
