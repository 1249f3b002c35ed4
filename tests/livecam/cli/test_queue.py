"""Collecting in a run, and `livecam queue`, as a person uses them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from livecam.store.store import Store
from tests.fakes import make_sample
from tests.livecam.store.test_disk import mounted
from tests.program import Program

DEMO = ("run", "--source", "demo", "--size", "320x240", "--face", "dlib", "--sink", "null", "--frames", 40)


@pytest.fixture
def program(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return Program(capfd)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "queue") as store:
        for number in range(3):
            store.add(*make_sample(number, priority=number / 10))
    return tmp_path / "queue"


def test_a_run_with_a_queue_says_where_frames_go_and_leaves_a_sound_store_for_its_owner_alone(
    program: Program, tmp_path: Path
) -> None:
    (tmp_path / "livecam.toml").write_text("[collect]\nlow = 1.0\n")
    code, _, err = program(*DEMO, "--queue", "queue", "--keep", "eyes", "--report", "r.json")
    collected = json.loads((tmp_path / "r.json").read_text())["collected"]
    with Store.open(tmp_path / "queue") as store:
        counts = store.counts()
        assert {stored.sample.keep for stored in store.samples()} == {"eyes"}
    assert (code, program("queue", "verify", "--queue", "queue").code) == (0, 0)
    assert stat.S_IMODE((tmp_path / "queue").stat().st_mode) == 0o700
    assert counts.samples == collected["total"] == sum(collected["kept"].values()) >= 1
    assert {"--no-queue", "livecam queue clear --queue queue`", str(tmp_path / "queue")} <= set(_parts(err))
    assert f"{collected['total']} frame" in err


@pytest.mark.parametrize("command", [("queue", "stats"), ("queue", "list"), ("queue", "verify")])
def test_a_store_on_a_read_only_disk_is_told_of(
    program: Program, filled: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    for disk in mounted("-o", "bind,ro", str(filled), at=tmp_path / "disk"):
        assert program(*command, "--queue", disk).code == 0


def _parts(err: str) -> list[str]:
    return [part for part in ("--no-queue", "livecam queue clear --queue queue`") if part in err] + [
        word.strip(",") for word in err.split()
    ]


def test_the_demo_alone_collects_nothing(program: Program, tmp_path: Path) -> None:
    code, _, err = program(*DEMO, "--report", "r.json")
    assert (code, json.loads((tmp_path / "r.json").read_text())["collected"]) == (0, None)
    assert "kept" not in err
    assert not (tmp_path / "data").exists()


def test_stats_tell_what_there_is(program: Program, filled: Path) -> None:
    code, out, _ = program("queue", "stats", "--queue", filled, "--json")
    told = json.loads(out)
    assert (code, told["samples"], told["reasons"]["low"], told["states"]["new"]) == (0, 3, 3, 3)
    assert "3 samples" in program("queue", "stats", "--queue", filled).out


def test_the_list_begins_with_the_most_useful(program: Program, filled: Path) -> None:
    _, out, _ = program("queue", "list", "--queue", filled, "--json", "--most", 2)
    assert [json.loads(line)["priority"] for line in out.splitlines()] == [0.2, 0.1]


def test_the_list_for_people_says_how_many_there_are_in_all(program: Program, filled: Path) -> None:
    assert program("queue", "list", "--queue", filled, "--most", 2).out.endswith("2 of 3\n")


def test_a_damaged_picture_is_found(program: Program, filled: Path) -> None:
    next(path for path in (filled / "pictures").rglob("*.png")).write_bytes(b"no picture")
    code, out, _ = program("queue", "verify", "--queue", filled, "--json")
    assert (code, len(json.loads(out)["problems"])) == (1, 1)


def test_nothing_is_deleted_where_nobody_can_be_asked(
    program: Program, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/null").open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        code, _, err = program("queue", "clear", "--queue", filled)
    assert (code, "pass --yes" in err, str(filled) in err) == (2, True, True)
    assert program("queue", "stats", "--queue", filled, "--json").out.startswith("{")


def test_yes_deletes_everything(program: Program, filled: Path) -> None:
    assert program("queue", "clear", "--queue", filled, "--yes").out == f"3 samples deleted in {filled}\n"
    assert list((filled / "pictures").rglob("*.png")) == []


@pytest.mark.parametrize("command", ["stats", "list", "verify", "clear"])
def test_a_store_that_is_not_there_is_not_made(program: Program, tmp_path: Path, command: str) -> None:
    code, _, err = program("queue", command, "--queue", "absent")
    assert (code, "there is no sample store in 'absent'" in err) == (2, True)
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--queue", "full"), "holds other things and no store"),
        (("--queue", "file"), "file"),
        (("--queue", "queue", "--no-queue"), "--no-queue cannot stand beside"),
        (("--queue-db", "mysql://x/y"), "mysql"),
        (("--queue", "queue", "--keep", "nose"), "nose"),
    ],
)
def test_a_store_that_was_named_and_cannot_be_had_ends_the_run_before_it_begins(
    program: Program, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    (tmp_path / "file").write_text("no folder")
    code, _, err = program(*DEMO, *options)
    assert (code, message in err) == (2, True)
    assert "Traceback" not in err
