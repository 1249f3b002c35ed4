"""What every test may ask for."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests.golden import assert_golden
from tests.screen import Screen, private_screen

if TYPE_CHECKING:
    from tests.program import Program


# How long an example takes says more about who else is at work on the machine than about the code.
settings.register_profile("patient", deadline=None, max_examples=50)
# Many more examples of every property, for a quiet hour: --hypothesis-profile=thorough
settings.register_profile("thorough", deadline=None, max_examples=500)
settings.load_profile("patient")

# Files with such tests take longest, so they begin first: no process is left alone with one at the end.
_LONG = ("tensorflow", "kills", "browser", "x11")
# An X server and a browser may lose a key on a busy machine: what fails there counts when it fails three times.
_OTHER_PROGRAMS = ("browser", "x11")


def pytest_configure() -> None:
    # Begun in the background, a shell's child ignores Ctrl-C, and so would every program that a test starts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and current_thread() is main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whatever asks for a screen needs an X server; slow tests are asked for; files that take longest come first."""
    if "slow" not in config.option.markexpr:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("slow")])
        items[:] = [item for item in items if not item.get_closest_marker("slow")]
    for item in items:
        if "screen" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.x11)
        if item.get_closest_marker("tensorflow") and find_spec("tensorflow") is None:
            item.add_marker(pytest.mark.skip(reason="needs the extra 'training'"))
        if any(item.get_closest_marker(mark) for mark in _OTHER_PROGRAMS):
            item.add_marker(pytest.mark.flaky(reruns=2))
    long = {item.path for item in items if any(item.get_closest_marker(mark) for mark in _LONG)}
    items.sort(key=lambda item: item.path not in long)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-renew", action="store_true", help="keep what is drawn now as the golden pictures")


@pytest.fixture(scope="session", autouse=True)
def _surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever a test runs finds, and leaves, nothing in the data directory of the person who runs it."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_VIDEOS_DIR", "XDG_PICTURES_DIR"):
            patch.setenv(variable, str(tmp_path_factory.mktemp(variable)))
        # As with most people: a third of a start is compiling, where what was compiled is not kept.
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield


@pytest.fixture(scope="module", autouse=True)
def _quick_garbage_collection() -> None:
    """What earlier files left for good, TensorFlow's graphs above all, is not looked through again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def program(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """The command line, in an empty folder and without a display."""
    # The readers of other tools are tested where the libraries of the command line are not installed.
    from tests.program import Program

    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Program(capfd)


@pytest.fixture
def screen() -> Iterator[Screen]:
    """A private X server; each test has its own, for a key that is down when a window goes stays down."""
    with private_screen() as opened:
        yield opened


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """What opens browsers: it can be begun only once in a process."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with sync_api.sync_playwright() as begun:
        yield begun


@pytest.fixture
def golden(pytestconfig: pytest.Config) -> Callable[..., None]:
    """`golden(picture, name)`: the picture looks as it did when somebody looked at it."""
    return partial(assert_golden, renew=bool(pytestconfig.getoption("--golden-renew")))
