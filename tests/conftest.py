"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.golden import assert_golden


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-renew", action="store_true", help="keep what is drawn now as the golden pictures")


@pytest.fixture
def golden(pytestconfig: pytest.Config) -> Callable[..., None]:
    """`golden(picture, name)`: the picture looks as it did when somebody looked at it."""
    return partial(assert_golden, renew=bool(pytestconfig.getoption("--golden-renew")))
