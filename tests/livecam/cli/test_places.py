"""The user's data folder may be one in which nothing can be made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.program import Program


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        (("calibrate", "--source", "clip.mp4"), "name a file in a folder you may write to"),
        (("effects", "install", "./love"), "make its folder writable"),
    ],
    ids=["calibrate", "install"],
)
def test_what_would_be_kept_in_it_is_told_with_a_way_out(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], advice: str
) -> None:
    (tmp_path / "data").write_text("a file where the folder would be")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    program("effects", "new", "love")
    code, _, err = program(*command)

    assert (code, len(err.splitlines())) == (2, 1)
    assert advice in err
