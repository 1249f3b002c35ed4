"""Lines of tracking data: what is in them, where they go, and what becomes of a reader who leaves or a full disk."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, BinaryIO

import jsonschema
import pytest

from livecam.cli.main import main
from livecam.core.errors import SinkError
from livecam.core.types import Side
from livecam.live.sinks.factory import MultiSink
from livecam.live.sinks.tracking.faces import TrackedFace, tracked_faces
from livecam.live.sinks.tracking.json_lines import JsonLinesSink, line_record
from tests.fakes import FakeSink, make_face, make_frame, make_look, make_scene
from tests.livecam.live.sinks.tracking.tracked import doing, tracked

SCHEMA = json.loads((Path(__file__).parents[5] / "docs/schemas/tracking.json").read_text(encoding="utf-8"))
LINES = jsonschema.Draft202012Validator(SCHEMA)
DEMO = ("run", "--source", "demo", "--size", "320x240", "--no-queue")


def lines_of(text: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        LINES.validate(line)
    return lines


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_key_of_a_line_is_in_the_schema_and_the_other_way_round() -> None:
    (face,) = tracked()
    line = line_record(make_frame(), [face], 0.0)
    said = [line, line["faces"][0], line["faces"][0]["left"], line["faces"][0]["signals"]]
    wanted = [SCHEMA, SCHEMA["$defs"]["face"], SCHEMA["$defs"]["eye"], SCHEMA["$defs"]["face"]["properties"]["signals"]]
    assert [set(part) for part in said] == [set(part["properties"]) for part in wanted]


def test_an_unknown_key_or_a_wrong_value_is_no_line() -> None:
    line = line_record(make_frame(), tracked(), 0.0)
    spoiled = [{**line, "more": 1}, {**line, "frame": -1}, {**line, "faces": [{**line["faces"][0], "box": [1, 2]}]}]
    assert [LINES.is_valid(each) for each in (line, *spoiled)] == [True, False, False, False]


def test_a_line_has_the_times_the_eyes_and_the_signals() -> None:
    face = doing(lids={Side.LEFT: 1.0})
    line = line_record(make_frame(index=30, notice="camera lost"), [face], 1.5e9)
    seen = line["faces"][0]
    assert (line["frame"], line["seconds"], line["captured"], line["status"]) == (30, 1.0, 1.5e9, "camera lost")
    assert (seen["left"]["openness"], seen["right"]["openness"] > 0.9) == (0.0, True)
    assert seen["left"]["x"] == pytest.approx(face.observation.left.centre.x, abs=1e-3)  # type: ignore[union-attr]


def test_an_empty_room_an_eye_without_a_pupil_and_a_tiny_face_are_lines_too() -> None:
    half_seen = make_look()
    tiny = make_look(make_face(pupil_distance=2.0))
    rooms = [[], tracked(type(half_seen)(half_seen.face, None, half_seen.right, None, None)), tracked(tiny)]
    lines = [line_record(make_frame(), faces, 0.0) for faces in rooms]
    for line in lines:
        LINES.validate(line)
    assert [line["faces"][0]["signals"] is None for line in lines[1:]] == [False, True]


def test_a_face_that_only_fades_is_not_told_of() -> None:
    faces = tracked()
    assert tracked_faces(make_scene(looks=()), [face.state for face in faces if face.state]) == []


def test_the_standard_output_gets_the_lines_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*DEMO, "--frames", "5", "--sink", "jsonl:-", "--sink", "null"])
    out, _ = capfd.readouterr()
    assert (ended.value.code, [line["frame"] for line in lines_of(out)]) == (0, [0, 1, 2, 3, 4])


@pytest.mark.kills
def test_a_reader_who_leaves_ends_the_run_quietly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "livecam", *DEMO, "--sink", "jsonl:-", "--report", "r.json"]
    where = {"PYTHONPATH": str(Path(__file__).parents[5])}
    with subprocess.Popen(
        command, cwd=tmp_path, env=where, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout
        assert run.stderr
        lines_of(run.stdout.readline())
        run.stdout.close()
        said = run.stderr.read()
    assert (run.returncode, said) == (1, "")
    assert json.loads((tmp_path / "r.json").read_text())["frames"] > 0


def nobody() -> list[TrackedFace]:
    return []


class Pipe:
    """A named pipe whose reader can leave."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "pipe"
        os.mkfifo(self.path)
        self.reader = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)


def test_where_there_are_other_sinks_they_go_on_without_a_word(tmp_path: Path) -> None:
    pipe, window, said = Pipe(tmp_path), FakeSink(), list[str]()
    with JsonLinesSink(str(pipe.path), nobody) as lines:
        sinks = MultiSink([lines, window], said.append)
        sinks.show(make_frame())
        os.close(pipe.reader)
        frame = make_frame()
        for _ in range(2000):
            sinks.show(frame)
    assert (said, len(window.shown)) == ([], 2001)


def test_a_live_run_leaves_lines_out_for_a_reader_who_stalls(tmp_path: Path) -> None:
    pipe = Pipe(tmp_path)
    lines = JsonLinesSink(str(pipe.path), nobody, keep_all=False)
    frame = make_frame()
    for _ in range(2000):
        lines.show(frame)
    assert lines.dropped > 0
    os.close(pipe.reader)
    with lines:
        pass


def test_a_file_has_its_name_when_all_is_in_it(tmp_path: Path) -> None:
    place = tmp_path / "session.jsonl"
    place.write_text("an older one")
    with JsonLinesSink(str(place), tracked) as lines:
        for index in range(3):
            lines.show(make_frame(index=index))
        assert place.read_text() == "an older one"
    assert [line["frame"] for line in lines_of(place.read_text())] == [0, 1, 2]


class SmallDisk:
    """A file that takes so many bytes, in pieces, and no more."""

    def __init__(self, path: Path, room: int) -> None:
        self._file, self._room = path.open("wb", buffering=0), room

    def write(self, data: bytes) -> int:
        if self._room == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = self._file.write(data[: min(self._room, 700)])
        self._room -= taken
        return taken

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def show_four(lines: JsonLinesSink) -> None:
    with lines:
        for index in range(4):
            lines.show(make_frame(index=index))


@pytest.mark.parametrize(("room", "kept", "words"), [(4000, True, "the lines before"), (100, False, "nothing could")])
def test_a_full_disk_is_one_line_and_keeps_whole_lines(tmp_path: Path, room: int, kept: bool, words: str) -> None:
    place = tmp_path / "session.jsonl"

    def create(path: Path) -> BinaryIO:
        return SmallDisk(path, room)  # type: ignore[return-value]

    lines = JsonLinesSink(str(place), tracked, create=create)
    with pytest.raises(SinkError, match=f"session.jsonl stopped: no space left on device; {words}"):
        show_four(lines)
    left = [line["frame"] for line in lines_of(place.read_text())] if kept else []
    assert (left, len(left) in range(1, 4)) == (list(range(len(left))), kept)
    assert [path.name for path in tmp_path.iterdir()] == ["session.jsonl"] * kept


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_device_that_is_full_is_one_line() -> None:
    with pytest.raises(SinkError, match="tracking data to /dev/full stopped: no space left on device"):
        show_four(JsonLinesSink("/dev/full", tracked))


def test_a_place_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "no" / "session.jsonl"):
        with pytest.raises(SinkError, match=r"folder|no such"):
            JsonLinesSink(str(place), tracked)


def test_a_face_with_a_landmark_that_is_no_number_is_left_out() -> None:
    face = make_face()
    face.landmarks[3] = float("nan")
    assert tracked(make_look(face)) == []
