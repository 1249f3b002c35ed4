"""What keeps a zip from being unpacked is told as what it is."""

from __future__ import annotations

import errno
import zipfile
from pathlib import Path

import pytest

from livecam.core.errors import LivecamError
from livecam.live.effects.library import install


def test_a_full_disk_is_not_a_damaged_zip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "love.zip", "w") as archive:
        archive.writestr("love/effect.toml", "name = 'love'\n")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(install, "_extract", full)
    with (
        pytest.raises(LivecamError, match=r"love.zip' cannot be unpacked: No space left on device"),
        install.unpacked(tmp_path / "love.zip"),
    ):
        pass
