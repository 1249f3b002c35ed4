"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import settings

from tests.golden import assert_golden

# How long an example takes says more about who else is at work on the machine than about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-renew", action="store_true", help="keep what is drawn now as the golden pictures")


@pytest.fixture(scope="session", autouse=True)
def _no_data_of_the_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever a test runs finds, and leaves, nothing in the data directory of the person who runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture
def golden(pytestconfig: pytest.Config) -> Callable[..., None]:
    """`golden(picture, name)`: the picture looks as it did when somebody looked at it."""
    return partial(assert_golden, renew=bool(pytestconfig.getoption("--golden-renew")))
