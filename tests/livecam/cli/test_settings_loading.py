"""What is wrong in the settings is told alike by the commands that read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.program import Program


@pytest.mark.parametrize("command", [("run", "--sink", "null"), ("config",), ("config", "new.toml", "--write")])
@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('run = { fly = "w" }', "keys.run.fly"),
        ('run = { snapshot = "e" }', "keys.run"),
        ('run = { numbered = "w" }', "keys.run.numbered"),
    ],
)
def test_keys_that_cannot_be_are_told_by_every_command_that_reads_settings(
    program: Program, tmp_path: Path, command: tuple[str, ...], keys: str, said: str
) -> None:
    (tmp_path / "new.toml" if "--write" in command else tmp_path / "livecam.toml").write_text(f"[keys]\n{keys}\n")
    code, _, err = program(*command, *(["--force"] if "--write" in command else []))

    assert (code, said in err) == (2, True)
