"""Several people in a picture are several samples, in every format, and no label is made of two people's eyes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.exchange import importing
from labeler.exchange.export import default_faces
from labeler.exchange.importing import ImportOptions
from labeler.exchange.pairing import pair_eyes
from labeler.formats.elements.interfaces import Format
from labeler.formats.elements.report import ImportReport
from livecam.core.assets import asset
from livecam.core.errors import SourceError
from livecam.core.placeholder_landmarks import is_placeholder
from livecam.core.types import Frame, Point, Side
from livecam.store.samples import CropMode
from tests.fakes import FakeFaceDetector, make_face, make_noise
from tests.labeler.formats.foreign import NOW, put

# The pupils of two people in a picture of 400x200 pixels, from its corner: right and left of one, then of the other.
A = ((80.0, 80.0), (120.0, 82.0))
B = ((280.0, 90.0), (330.0, 88.0))
WIDTH, HEIGHT = 400, 200
FACES = tuple(
    make_face(centre=((right[0] + left[0]) / 2, (right[1] + left[1]) / 2), pupil_distance=left[0] - right[0])
    for right, left in (A, B)
)


def put_people(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(folder / "two.png"), make_noise(7, WIDTH, HEIGHT))


def coco(folder: Path) -> Path:
    annotations = [
        {"id": place, "image_id": 1, "category_id": 1, "keypoints": [*left, 2, *right, 2]}
        for place, (right, left) in enumerate((A, B))
    ]
    images = [{"id": 1, "file_name": "two.png", "width": WIDTH, "height": HEIGHT}]
    categories = [{"id": 1, "name": "person", "keypoints": ["left_eye", "right_eye"]}]
    return put(folder / "a.json", {"images": images, "annotations": annotations, "categories": categories})


def labelme(folder: Path) -> Path:
    shapes = [
        {"label": name, "points": [list(place)], "shape_type": "point", "group_id": None}
        for right, left in (A, B)
        for name, place in (("right_pupil", right), ("left_pupil", left))
    ]
    return put(folder / "two.json", {"shapes": shapes, "flags": {}, "imagePath": "two.png"})


def labelme_numbered(folder: Path) -> Path:
    shapes = [
        {"label": f"{name}_{place}", "points": [list(point)], "shape_type": "point"}
        for place, (right, left) in enumerate((A, B))
        for name, point in (("right_eye", right), ("left_eye", left))
    ]
    return put(folder / "two.json", {"shapes": shapes, "flags": {}, "imagePath": "two.png"})


def cvat(folder: Path) -> Path:
    points = "".join(
        f'<points label="{name}" points="{place[0]},{place[1]}" occluded="0" group_id="{group}"/>'
        for group, (right, left) in enumerate((A, B), start=1)
        for name, place in (("right_pupil", right), ("left_pupil", left))
    )
    image = f'<image id="0" name="two.png" width="{WIDTH}" height="{HEIGHT}">{points}</image>'
    return put(folder / "a.xml", f"<annotations>{image}</annotations>")


def labelstudio(folder: Path) -> Path:
    about = {"from_name": "pupil", "to_name": "image", "type": "keypointlabels"}
    size = {"original_width": WIDTH, "original_height": HEIGHT}
    regions = [
        {
            **about,
            **size,
            "id": f"{name}{place}",
            "value": {"x": x / WIDTH * 100, "y": y / HEIGHT * 100, "keypointlabels": [name]},
        }
        for place, (right, left) in enumerate((A, B))
        for name, (x, y) in (("right_pupil", right), ("left_pupil", left))
    ]
    return put(folder / "a.json", [{"id": 1, "data": {"image": "two.png"}, "annotations": [{"result": regions}]}])


def datumaro(folder: Path) -> Path:
    annotations = [
        {"type": "points", "label_id": label, "points": list(place), "group": group}
        for group, (right, left) in enumerate((A, B), start=1)
        for label, place in ((1, right), (0, left))
    ]
    categories = {"label": {"labels": [{"name": "leftPupil"}, {"name": "rightPupil"}]}}
    item = {"id": "two", "image": {"path": "two.png", "size": [HEIGHT, WIDTH]}, "annotations": annotations}
    return put(folder / "a.json", {"categories": categories, "items": [item]})


def csv_table(folder: Path) -> Path:
    rows = [
        f"two.png;{person};{side};{x - 0.5};{y - 0.5}".replace(".", ",").replace("two,png", "two.png")
        for person, (right, left) in enumerate((A, B))
        for side, (x, y) in (("right", right), ("left", left))
    ]
    return put(folder / "a.csv", "\n".join(["Picture;Person;Side;X;Y", *rows]) + "\n")


def csv_wide(folder: Path) -> Path:
    rows = ["\t".join(str(part - 0.5) for part in (*left, *right)) + "\ttwo.png" for right, left in (A, B)]
    header = "left_eye_center_x\tleft_eye_center_y\tright_eye_center_x\tright_eye_center_y\tImage"
    return put(folder / "a.csv", "\n".join([header, *rows]) + "\n")


def dlib(folder: Path) -> Path:
    boxes = "".join(
        f'<box top="60" left="{int(right[0]) - 20}" width="90" height="90">'
        + "".join(
            f'<part name="{name}" x="{x - 0.5}" y="{y - 0.5}"/>'
            for name, (x, y) in (("lefteye", left), ("righteye", right))
        )
        + "</box>"
        for right, left in (A, B)
    )
    text = f"<dataset><images><image file='two.png'>{boxes}</image></images></dataset>"
    return put(folder / "a.xml", text)


def pts(folder: Path) -> Path:
    for place, face in enumerate(((A[0], A[1]), (B[0], B[1])), start=1):
        # 20 points, as BioID has them: the right pupil, the left one, and 18 others.
        points = [*((x + 0.5, y + 0.5) for x, y in face), *[(1.0, 1.0)] * 18]
        lines = "\n".join(f"{x} {y}" for x, y in points)
        put(folder / f"two_{place}.pts", f"version: 1\nn_points: 20\n{{\n{lines}\n}}\n")
    return folder


def yolo(folder: Path) -> Path:
    put(folder / "data.yaml", "kpt_shape: [2, 3]\nnames: [face]\nkpt_names:\n  0: [left_pupil, right_pupil]\n")
    lines = [
        f"0 0.5 0.5 0.1 0.1 {left[0] / WIDTH} {left[1] / HEIGHT} 2 {right[0] / WIDTH} {right[1] / HEIGHT} 2"
        for right, left in (A, B)
    ]
    put(folder / "labels" / "train" / "two.txt", "\n".join(lines))
    put_people(folder / "images" / "train")
    return folder


def via(folder: Path) -> Path:
    regions = [
        {
            "shape_attributes": {"name": "circle", "cx": x, "cy": y, "r": 4},
            "region_attributes": {"part": name, "face": f"{place}"},
        }
        for place, (right, left) in enumerate((A, B))
        for name, (x, y) in (("right_pupil", right), ("left_pupil", left))
    ]
    return put(folder / "a.json", {"two.png99": {"filename": "two.png", "size": 99, "regions": regions}})


def supervisely(folder: Path) -> Path:
    nodes = {"a": {"label": "left pupil", "loc": [0, 0]}, "b": {"label": "right pupil", "loc": [0, 0]}}
    put(folder / "meta.json", {"classes": [{"title": "face", "shape": "graph", "geometry_config": {"nodes": nodes}}]})
    objects = [
        {
            "classTitle": "face",
            "geometryType": "graph",
            "nodes": {
                key: {"loc": [x - 0.5, y - 0.5], "disabled": False} for key, (x, y) in (("a", left), ("b", right))
            },
        }
        for right, left in (A, B)
    ]
    put_people(folder / "set" / "img")
    put(folder / "set" / "ann" / "two.png.json", {"size": {"width": WIDTH, "height": HEIGHT}, "objects": objects})
    return folder


EVERY: list[tuple[Format, Callable[[Path], Path]]] = [
    (Format.COCO, coco),
    (Format.LABELME, labelme),
    (Format.LABELME, labelme_numbered),
    (Format.CVAT, cvat),
    (Format.LABELSTUDIO, labelstudio),
    (Format.DATUMARO, datumaro),
    (Format.CSV, csv_table),
    (Format.CSV_WIDE, csv_wide),
    (Format.DLIB, dlib),
    (Format.PTS, pts),
    (Format.YOLO_POSE, yolo),
    (Format.VIA, via),
    (Format.SUPERVISELY, supervisely),
]


@pytest.mark.parametrize("faces", [(), FACES], ids=["nobody found", "both found"])
@pytest.mark.parametrize(("kind", "make"), EVERY, ids=[make.__name__ for _, make in EVERY])
def test_two_people_are_two_samples(kind: Format, make: Any, faces: tuple[Any, ...], tmp_path: Path) -> None:
    put_people(tmp_path)

    read = importing.read(kind, make(tmp_path), now=NOW, faces=FakeFaceDetector(*faces))

    # In the pixels of the picture, from its corner.
    found = sorted(
        [
            (round(item.sample.to_frame(label.centre).x + 0.5, 3), round(item.sample.to_frame(label.centre).y + 0.5, 3))
            for label in reversed(item.found.labels)
            if label.centre is not None
        ]
        for item in read
    )
    assert found == [list(A), list(B)]
    assert {item.sample.keep for item in read} == {CropMode.FACE}
    assert [is_placeholder(item.sample.landmarks) for item in read] == [not faces, not faces]


def test_one_eye_each_of_two_people_is_no_face(tmp_path: Path) -> None:
    put_people(tmp_path)
    shapes = [
        {"label": "right_pupil", "points": [list(A[0])], "shape_type": "point"},
        {"label": "left_pupil", "points": [list(B[1])], "shape_type": "point"},
    ]
    path = put(tmp_path / "two.json", {"shapes": shapes, "flags": {}, "imagePath": "two.png"})

    read = importing.read(Format.LABELME, path, now=NOW, faces=FakeFaceDetector(*FACES))

    assert sorted(tuple(label.side for label in item.found.labels) for item in read) == [(Side.LEFT,), (Side.RIGHT,)]


def test_a_face_whose_eyes_are_on_two_faces_is_left_out(tmp_path: Path) -> None:
    put_people(tmp_path)
    path = coco(tmp_path)
    content = json.loads(path.read_text())
    content["annotations"] = [{**content["annotations"][0], "keypoints": [*B[1], 2, *A[0], 2]}]

    with pytest.raises(SourceError, match="one of its faces has its eyes on two faces of the picture"):
        importing.read(Format.COCO, put(path, content), now=NOW, faces=FakeFaceDetector(*FACES))


def test_a_closed_eye_of_one_of_two_people_is_left_out(tmp_path: Path) -> None:
    put_people(tmp_path)
    path = labelme(tmp_path)
    content = json.loads(path.read_text())
    content["shapes"] = content["shapes"][1:]
    content["flags"] = {"right_closed": True}

    with pytest.raises(SourceError, match="right eye"):
        importing.read(Format.LABELME, put(path, content), now=NOW, faces=FakeFaceDetector(*FACES))


def test_a_point_without_a_side_has_that_of_the_eye_it_lies_on(tmp_path: Path) -> None:
    put_people(tmp_path)
    shapes = [{"label": "pupil", "points": [list(place)], "shape_type": "point"} for place in A]
    path = put(tmp_path / "two.json", {"shapes": shapes, "flags": {}, "imagePath": "two.png"})
    report = ImportReport()

    (item,) = importing.read(Format.LABELME, path, now=NOW, faces=FakeFaceDetector(*FACES), report=report)

    assert [(label.side, label.centre) for label in item.found.labels] == [
        (Side.LEFT, Point(A[1][0] - 0.5, A[1][1] - 0.5)),
        (Side.RIGHT, Point(A[0][0] - 0.5, A[0][1] - 0.5)),
    ]
    assert "the point 'pupil' does not say which eye it is" in report.lines()[0]


def test_a_point_without_a_side_where_nobody_is_found_is_told(tmp_path: Path) -> None:
    put_people(tmp_path)
    shapes = [{"label": "pupil", "points": [list(A[0])], "shape_type": "point"}]
    path = put(tmp_path / "two.json", {"shapes": shapes, "flags": {}, "imagePath": "two.png"})
    report = ImportReport()
    importing.read(Format.LABELME, path, now=NOW, report=report)

    assert report.lines() == [
        "not understood: the point 'pupil': it does not say which eye it is, and no eye was found there"
    ]
    with pytest.raises(SourceError, match="the point 'pupil'"):
        importing.read(Format.LABELME, path, now=NOW, options=ImportOptions(strict=True))


def test_sides_as_the_viewer_sees_them_are_noted_and_can_be_exchanged(tmp_path: Path) -> None:
    put_people(tmp_path)
    shapes = [
        {"label": "left_eye", "points": [list(A[0])], "shape_type": "point"},
        {"label": "right_eye", "points": [list(A[1])], "shape_type": "point"},
    ]
    path = put(tmp_path / "two.json", {"shapes": shapes, "flags": {}, "imagePath": "two.png"})
    faces, report = FakeFaceDetector(*FACES), ImportReport()
    importing.read(Format.LABELME, path, now=NOW, faces=faces, report=report)
    told = ImportOptions(viewer_sides=True)
    (item,) = importing.read(Format.LABELME, path, now=NOW, faces=faces, options=told)

    assert "--viewer-sides" in report.lines()[0]
    assert [label.centre and label.centre.x for label in item.found.labels] == [A[1][0] - 0.5, A[0][0] - 0.5]


@given(st.integers(1, 4), st.floats(10, 40), st.floats(2.5, 6), st.randoms(use_true_random=False))
def test_people_in_a_row_are_told_apart(count: int, unit: float, step: float, random: Any) -> None:
    """As long as the next person's eye is further away than the own one."""
    rights = [Point(place * unit * step, random.uniform(-5, 5)) for place in range(count)]
    lefts = [Point(right.x + unit, right.y) for right in rights]
    order = random.sample(range(count), count)

    pairs = pair_eyes([lefts[place] for place in order], rights)

    assert all(order[left] == right for left, right in pairs if left is not None and right is not None)
    assert len(pairs) == count


def test_landmarks_are_those_of_the_faces_in_the_picture(tmp_path: Path) -> None:
    """The portrait of the demo twice, side by side, by the detector that the program uses; labels do not move them."""
    pytest.importorskip("mediapipe")
    picture = cv2.resize(cv2.imread(str(asset("demo/portrait.png"))), (480, 480))
    assert cv2.imwrite(str(tmp_path / "two.png"), np.hstack([picture, picture[:, ::-1]]))
    report = ImportReport()
    detector = default_faces(report)
    assert detector is not None
    seen = detector.detect(Frame(cv2.imread(str(tmp_path / "two.png")), 0, 0.0))
    annotations = []
    for place, face in enumerate(seen):
        # Labels some pixels beside the middle of the eyes, as an iris that looks aside.
        middles = [face.lids(side)[[0, 3]].mean(axis=0) + (4.5, 1.5) for side in Side]
        keypoints = [value for middle in middles for value in (*middle.tolist(), 2)]
        annotations.append({"id": place, "image_id": 1, "category_id": 1, "keypoints": keypoints})
    images = [{"id": 1, "file_name": "two.png", "width": 960, "height": 480}]
    categories = [{"id": 1, "name": "person", "keypoints": ["left_eye", "right_eye"]}]
    path = put(tmp_path / "a.json", {"images": images, "annotations": annotations, "categories": categories})

    read = importing.read(Format.COCO, path, now=NOW, faces=detector, report=report)

    assert (len(seen), len(read), report.lines()) == (2, 2, [])
    for item, face in zip(read, seen, strict=True):
        assert np.allclose(item.sample.landmarks + np.array(item.sample.origin), face.landmarks, atol=1e-2)
