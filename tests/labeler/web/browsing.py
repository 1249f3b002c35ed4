"""A real Chromium, `livecam-label serve` as a process of its own, and what a person does before the page."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from livecam.cli.system_libraries import loads
from livecam.store.store import Store

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_a_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium; on Debian: apt-get install chromium"),
    pytest.mark.skipif(
        sys.platform == "linux" and not loads("libatomic.so.1"),
        reason="the browser's driver lacks a library; on Debian: apt-get install libatomic1",
    ),
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ROOT = Path(__file__).parents[3]
PATIENCE_MS = 60_000


class Served:
    """`livecam-label serve` as a process of its own, begun in `folder`, where its settings would be."""

    def __init__(self, store: Path, port: int = 0, *options: str, folder: Path = ROOT) -> None:
        command = "from labeler.cli import main; main()"
        words = ("serve", str(store), "--port", str(port), "--as", "ann", "--repeats", "0", *options)
        self.process = subprocess.Popen(
            [sys.executable, "-c", command, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self.process.stdout
        self.address = self.process.stdout.readline().strip()

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def served(store: Path, port: int = 0, *options: str, folder: Path = ROOT) -> Iterator[Served]:
    running = Served(store, port, *options, folder=folder)
    try:
        yield running
    finally:
        running.process.terminate()
        running.process.wait(20)
        assert running.process.stdout
        running.process.stdout.close()


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def wait_for(page: Any, said: int) -> None:
    """Until the page shows that so many decisions were acknowledged, and what comes next is painted."""
    page.wait_for_selector(f'body[data-said="{said}"]')


def decided(store: Path, by: str | None = None) -> list[str]:
    """What was decided, in that order."""
    with Store.open(store) as opened:
        return [event.action.value for event in opened.events(annotator=by)]


def press(page: Any, keys: str, *, before: int) -> int:
    for number, key in enumerate(keys, start=before + 1):
        page.keyboard.press(key)
        wait_for(page, number)
    return before + len(keys)


def sample(page: Any) -> str:
    return str(page.evaluate("document.body.dataset.sample"))


def settled(page: Any) -> None:
    """Two frames later."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
