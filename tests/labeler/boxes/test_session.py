"""Boxes that a person draws: kept at once, taken back one by one, refused where they cannot be."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from starlette.testclient import TestClient

from labeler.boxes.exchange import export_boxes, import_boxes
from labeler.boxes.server import BoxRoutes
from labeler.boxes.session import BoxSession, NoSuchInputError
from labeler.web.links import Links
from livecam.core.types import Box
from livecam.perception.targets.boxes.candidates import Guess, add
from livecam.perception.targets.boxes.folder import BoxFormat
from livecam.perception.targets.boxes.page_boxes import BoxFileError, read_table
from livecam.web.access_control import AccessControl


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(pictures / name), np.full((700, 900, 3), 90, np.uint8))
    return pictures


def act(session: BoxSession, name: str, **action: object) -> str:
    return session.act(name, session.show(name)["revision"], action)


def kept(folder: Path) -> dict[str, list[tuple[float, ...]]]:
    return {page.file: [tuple(each.box) for each in page.boxes] for page in read_table(folder / "boxes.csv")}


def test_every_answer_is_in_the_table_and_can_be_taken_back(folder: Path) -> None:
    session = BoxSession(folder)
    steps: list[Callable[[], str]] = [
        lambda: act(session, "a.png", do="add", box=[10, 20, 30, 40]),
        lambda: act(session, "a.png", do="add", box=[880, 690, 100, 100], lookalike=True),
        lambda: act(session, "a.png", do="change", number=0, box=[12, 20, 30, 40]),
        lambda: act(session, "b.png", do="none"),
        lambda: act(session, "a.png", do="kind", number=0),
        lambda: act(session, "a.png", do="remove", number=1),
    ]
    before = []
    for step in steps:
        before.append((folder / "boxes.csv").read_text() if (folder / "boxes.csv").exists() else None)
        step()
    assert kept(folder) == {"a.png": [(12, 20, 30, 40)], "b.png": []}
    for expected in reversed(before[1:]):
        act(session, "a.png", do="undo")
        assert (folder / "boxes.csv").read_text() == expected
    assert kept(BoxSession(folder).folder) == {"a.png": [(10, 20, 30, 40)]}


def test_a_box_ends_at_the_edge_of_the_picture(folder: Path) -> None:
    act(BoxSession(folder), "a.png", do="add", box=[880, 690, 100, 100])
    assert kept(folder) == {"a.png": [(880, 690, 20, 10)]}


def test_what_was_meant_for_an_older_state_does_nothing(folder: Path) -> None:
    session = BoxSession(folder)
    act(session, "a.png", do="add", box=[10, 20, 30, 40])
    session.act("a.png", 0, {"do": "remove", "number": 0})
    assert kept(folder) == {"a.png": [(10, 20, 30, 40)]}


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ({"do": "add", "box": [1, 1, 1, 1]}, "zoom in"),
        ({"do": "add", "box": [1, 1, "x", 1]}, "not a box"),
        ({"do": "add", "box": [1, 1, float("nan"), 1]}, "not a box"),
        ({"do": "remove", "number": 3}, "no such box"),
        ({"do": "fly"}, "not an input"),
        ({"do": "yes"}, "no candidate"),
        ({"do": "undo"}, "nothing to undo"),
    ],
)
def test_what_cannot_be_is_refused_in_words(folder: Path, action: dict[str, object], said: str) -> None:
    session = BoxSession(folder)
    with pytest.raises(NoSuchInputError, match=said):
        act(session, "a.png", **action)


def test_one_key_says_yes_or_no_to_a_candidate(tmp_path: Path) -> None:
    page = np.random.default_rng(0).integers(0, 256, (800, 900, 3)).astype(np.uint8)
    guesses = [Guess(Box(300, 300, 20, 20), 0.6), Guess(Box(600, 500, 20, 20), 0.4), Guess(Box(9, 9, 20, 20), 0.999)]
    assert add(tmp_path / "queue", page, "page.png", guesses, factor=1.0, model="m") == 3
    session = BoxSession(tmp_path / "queue")
    names = [each["name"] for each in session.overview()["pages"]]
    proposals = {name: session.show(name)["proposal"] for name in names}
    for name, do in zip([name for name in names if proposals[name]], ("yes", "no"), strict=True):
        act(session, name, do=do)
    said = [each.is_lookalike for known in read_table(tmp_path / "queue" / "boxes.csv") for each in known.boxes]
    assert sorted(said) == [False, True]


@pytest.mark.parametrize("format", [BoxFormat.COCO, BoxFormat.VOC])
def test_boxes_go_to_another_tool_and_come_back(folder: Path, format: BoxFormat, tmp_path: Path) -> None:
    act(BoxSession(folder), "a.png", do="add", box=[10, 20, 30, 40])
    assert export_boxes(folder, format, tmp_path / "out") == 1
    (folder / "boxes.csv").unlink()
    assert import_boxes(folder, tmp_path / "out") == 1
    assert kept(folder) == {"a.png": [(10, 20, 30, 40)]}


def test_nothing_is_taken_in_when_a_box_is_wrong(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    wrong = tmp_path / "other" / "boxes.csv"
    wrong.write_text("file,xmin,ymin,xmax,ymax\na.png,1,1,9,9\nb.png,1,1,9999,9\n")
    with pytest.raises(BoxFileError, match="not inside its page"):
        import_boxes(folder, wrong)
    assert not (folder / "boxes.csv").exists()


def test_tiles_cover_the_picture_at_every_level(folder: Path) -> None:
    session = BoxSession(folder)
    pyramid = session.pyramid("a.png")
    sizes = [level.shape[:2] for level in pyramid.levels]
    shown = cv2.imdecode(np.frombuffer(pyramid.tile(0, 1, 1) or b"", np.uint8), cv2.IMREAD_COLOR)
    assert (sizes, shown.shape) == ([(700, 900), (350, 450)], (188, 388, 3))
    assert (pyramid.tile(2, 0, 0), pyramid.tile(0, 2, 0)) == (None, None)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_tiles_are_left_on_the_disk_by_a_session_that_a_signal_ends(
    folder: Path, tmp_path: Path, ending: signal.Signals
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    code = (
        "import sys, time; from pathlib import Path; from labeler.boxes.session import BoxSession\n"
        "shown = BoxSession(Path(sys.argv[1])).pyramid('a.png').tile(1, 0, 0)\n"
        "print(len(shown), flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen([sys.executable, "-c", code, folder], stdout=subprocess.PIPE, env=environment) as session:
        assert session.stdout is not None
        assert int(session.stdout.readline()) > 0
        session.send_signal(ending)
    assert list(temporary.iterdir()) == []


def test_the_page_and_its_answers_are_only_for_who_has_the_link(folder: Path) -> None:
    session = BoxSession(folder)
    links = Links(folder)
    client = TestClient(AccessControl(BoxRoutes(session).application(), links), base_url="http://127.0.0.1")
    token = {"X-Token": links.owner}
    assert client.get("/api/pages").status_code == 403
    assert client.get("/api/pages", headers=token).json()["next"] == "a.png"
    body = {"do": "add", "box": [1, 2, 30, 40], "page": "a.png", "revision": 0}
    assert client.post("/api/act", json=body, headers=token).json()["boxes"][0]["box"] == [1, 2, 30, 40]
    assert client.post("/api/act", json={**body, "box": 3, "revision": 1}, headers=token).status_code == 400
    assert client.get("/tile/0/0/0?page=a.png", headers=token).headers["content-type"] == "image/jpeg"
    assert client.get("/tile/0/0/0?page=../a.png", headers=token).status_code == 400
    assert client.get("/static/boxes.js").status_code == 200
    assert kept(folder) == {"a.png": [(1, 2, 30, 40)]}


def test_every_script_that_the_page_imports_is_served(folder: Path) -> None:
    links = Links(folder)
    client = TestClient(AccessControl(BoxRoutes(BoxSession(folder)).application(), links), base_url="http://127.0.0.1")
    page = client.get("/", headers={"X-Token": links.owner}).text
    waiting, seen = set(re.findall(r"static/([\w.]+)", page)), set()
    while waiting:
        seen.add(name := waiting.pop())
        answer = client.get(f"/static/{name}")
        assert answer.status_code == 200, name
        waiting |= set(re.findall(r'from "\./([\w.]+)"', answer.text)) - seen
    assert {"boxes.js", "boxes_view.js", "connection.js"} <= seen
