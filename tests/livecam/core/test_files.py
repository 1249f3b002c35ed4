"""A file is written whole or not at all."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from livecam.core.errors import SinkError
from livecam.core.files import (
    atomic_file,
    check_writable,
    damaged_zip_errors,
    read_table_rows,
    write_atomically,
    write_file,
)


def test_the_content_arrives_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.txt", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.txt", b"new")]


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"old")
    with pytest.raises(TypeError):
        write_atomically(tmp_path / "a.txt", "not bytes")  # type: ignore[arg-type]
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.txt", b"old")]


def test_a_missing_folder_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "no" / "a.txt", b"x")


def test_nothing_is_seen_under_the_name_before_all_of_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with atomic_file(path, suffix=".part") as file:
        file.write(b"half")
        before = [found.suffix for found in tmp_path.iterdir()]
    assert (before, path.read_bytes()) == ([".part"], b"half")


@pytest.mark.skipif(os.name == "nt", reason="has no such pipes")
def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    """As /dev/stdout is, and /dev/null, which root could replace."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    check_writable(pipe)
    write_atomically(pipe, b"x")

    assert (os.read(reading, 9), pipe.is_fifo()) == (b"x", True)
    os.close(reading)


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.toml").symlink_to(tmp_path / "real/settings.toml")

    write_atomically(tmp_path / "link.toml", b"new")

    assert ((tmp_path / "link.toml").is_symlink(), (tmp_path / "real/settings.toml").read_bytes()) == (True, b"new")


@pytest.mark.parametrize(("private", "mode"), [(True, 0o600), (False, 0o640)])
def test_a_private_file_is_only_for_its_owner(tmp_path: Path, private: bool, mode: int) -> None:
    before = os.umask(0o027)
    try:
        with atomic_file(tmp_path / "a.txt", private=private) as file:
            file.write(b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == mode


TABLE = "File;XMin;YMin;XMax;YMax\r\na.png;1,5;2;30,25;40\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_table_is_read_as_spreadsheets_save_it(tmp_path: Path, encoding: str) -> None:
    for number, text in enumerate(
        (TABLE, "\r\n" + TABLE, TABLE.replace(";", "\t"), TABLE.replace(",", ".").replace(";", ", "))
    ):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(text.encode(encoding))
        row = {"file": "a.png", "xmin": "1.5", "ymin": "2", "xmax": "30.25", "ymax": "40"}
        assert read_table_rows(path) == [row]


def test_a_comma_in_a_name_stays_and_a_cell_that_a_row_has_not_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('file,kind,note\n"a, b.png",page\n"3,5",lamp,"1,2"\n')
    assert read_table_rows(tmp_path / "a.csv") == [
        {"file": "a, b.png", "kind": "page", "note": ""},
        {"file": "3,5", "kind": "lamp", "note": "1,2"},
    ]


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_whatever_a_spoiled_zip_raises_is_known(packing: int) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packing) as archive:
        archive.writestr("a.txt", bytes(range(256)) * 8)
    whole, refused = written.getvalue(), 0
    for place in range(len(whole)):
        spoiled = bytearray(whole)
        spoiled[place] ^= 0xFF
        try:
            with zipfile.ZipFile(io.BytesIO(bytes(spoiled))) as archive:
                archive.read(archive.namelist()[0])
        except (OSError, *damaged_zip_errors()):
            refused += 1
    assert refused > len(whole) // 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no disk that is always full")
def test_of_a_full_disk_it_is_said_that_room_helps() -> None:
    with pytest.raises(SinkError, match="no space left on device; make room"):
        write_file(Path("/dev/full"), b"x")
