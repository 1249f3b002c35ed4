"""The set-up names exactly the packages that are missing."""

from __future__ import annotations

from livecam.cli.system_libraries import loads, missing_packages


def test_nothing_is_missing_where_every_library_loads() -> None:
    assert missing_packages(lambda library: True) == ()


def test_a_package_is_named_once_for_all_its_libraries() -> None:
    assert missing_packages(lambda library: not library.startswith("libg")) == ("libglib2.0-0",)


def test_a_bare_machine_is_told_every_package() -> None:
    assert set(missing_packages(lambda library: False)) >= {
        "libgl1",
        "libglib2.0-0",
        "libsm6",
        "libice6",
        "libxext6",
        "libxrender1",
    }


def test_a_library_that_does_not_exist_does_not_load() -> None:
    assert not loads("libflustered.so.7")
