"""What a message says to type can be typed."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from livecam.core.shell import typed


@pytest.mark.parametrize("name", ["store", "my store", "it's", "$HOME", "a;b"])
def test_a_command_that_is_copied_says_the_same_words(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.name", "posix")
    assert shlex.split(typed("livecam", "queue", "clear", "--queue", Path("folder") / name))[-1] == f"folder/{name}"


def test_windows_has_quotes_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.name", "nt")
    assert typed("livecam", "my store") == 'livecam "my store"'
