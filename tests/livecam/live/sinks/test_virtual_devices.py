"""Whether a browser will list the virtual camera: trees as the kernel has them, with one gap each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from livecam.live.sinks.virtual_camera import LOAD_COMMAND, device_advice
from livecam.live.sinks.virtual_devices import (
    OBS_REGISTRY_KEY,
    RELOAD_COMMAND,
    VirtualDevice,
    loopback_devices,
    obs_camera_on_macos,
    obs_camera_on_windows,
)

ROOT = Path(__file__).parents[4]


class Kernel:
    """A computer's /sys, /dev and /proc below a folder, with a device as it should be."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("sys/module/v4l2loopback/parameters/exclusive_caps", "Y" + ",N" * 7)
        self.add(9, "livecam")

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")

    def add(self, number: int, name: str) -> None:
        """Makes another device."""
        self.write(f"dev/video{number}", "")
        for key, value in {"name": name, "state": "idle", "format": ""}.items():
            self.tell(number, key, value)

    def tell(self, number: int, key: str, value: str) -> None:
        self.write(f"sys/devices/virtual/video4linux/video{number}/{key}", value)

    def run(self, process: int, name: str, *words: str, opened: str = "/dev/video9") -> None:
        """A program that has a device open."""
        self.write(f"proc/{process}/comm", name)
        self.write(f"proc/{process}/cmdline", "\0".join(words or (name,)))
        (self.root / f"proc/{process}/fd").mkdir()
        (self.root / f"proc/{process}/fd/3").symlink_to(opened)

    def devices(self, may_open: Callable[[Path], bool] = lambda path: True) -> list[VirtualDevice]:
        return loopback_devices(self.root, may_open=may_open, kernel="6.1")

    def device(self) -> VirtualDevice:
        (found,) = self.devices()
        return found


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path)


def test_a_device_as_it_should_be_has_no_gap(kernel: Kernel) -> None:
    assert kernel.device() == VirtualDevice("/dev/video9", "browsers list it as 'livecam' while livecam runs")


def test_without_the_module_it_is_installed_loaded_or_reloaded(tmp_path: Path) -> None:
    empty = [loopback_devices(tmp_path, kernel="6.1")]
    (tmp_path / "lib/modules/6.1/updates/dkms").mkdir(parents=True)
    (tmp_path / "lib/modules/6.1/updates/dkms/v4l2loopback.ko.xz").touch()
    empty.append(loopback_devices(tmp_path, kernel="6.1"))
    (tmp_path / "sys/module/v4l2loopback").mkdir(parents=True)
    empty.append(loopback_devices(tmp_path, kernel="6.1"))
    assert [(each.found.partition(":")[0], each.advice) for (each,) in empty] == [
        ("no loopback device", device_advice("linux")),
        ("v4l2loopback is installed but not loaded", LOAD_COMMAND),
        ("v4l2loopback is loaded without a device", RELOAD_COMMAND),
    ]


def test_without_exclusive_caps_no_browser_lists_it(kernel: Kernel) -> None:
    kernel.write("sys/module/v4l2loopback/parameters/exclusive_caps", "N,N")
    found = kernel.device()
    assert (found.found, found.advice) == (
        "browsers will not list 'livecam': exclusive_caps is not set",
        RELOAD_COMMAND,
    )


def test_each_device_has_its_own_exclusive_caps(kernel: Kernel) -> None:
    kernel.add(10, "second")
    assert [bool(device.advice) for device in kernel.devices()] == [False, True]


def test_a_device_that_may_not_be_opened_names_the_group(kernel: Kernel) -> None:
    (found,) = kernel.devices(may_open=lambda path: path != kernel.root / "dev/video9")
    assert (found.found, "usermod -aG video" in found.advice) == ("you may not open 'livecam'", True)


def test_a_container_without_the_device_is_told_to_pass_it_on(kernel: Kernel) -> None:
    (kernel.root / "dev/video9").unlink()
    assert "--device /dev/video9" in kernel.device().advice


@pytest.mark.parametrize("state", ["capture", ""], ids=["of 0.13 and newer", "of older ones"])
def test_another_program_that_writes_to_it_is_named(kernel: Kernel, state: str) -> None:
    kernel.tell(9, "state", state)
    kernel.tell(9, "format", "YUYV:640x480@30")
    kernel.run(41, "ffmpeg")
    kernel.run(42, "firefox", opened="/dev/video0")
    found = kernel.device()
    assert (found.found, "devices=2" in found.advice) == ("ffmpeg (41) writes to 'livecam'", True)


def test_livecam_itself_is_no_other_program_and_neither_is_who_reads(kernel: Kernel) -> None:
    kernel.tell(9, "state", "capture")
    kernel.run(41, "python3", "/usr/bin/python3", "-m", "livecam", "run")
    kernel.run(42, "firefox")
    assert kernel.device() == VirtualDevice("/dev/video9", "browsers list it as 'livecam' now")


def test_who_waits_for_the_first_picture_is_not_in_the_way(kernel: Kernel) -> None:
    kernel.run(42, "firefox")
    assert kernel.device().advice == ""


def test_a_format_that_browsers_do_not_read_is_named(kernel: Kernel) -> None:
    kernel.tell(9, "format", "BGR3:640x480@30")
    found = kernel.device()
    assert (found.found, RELOAD_COMMAND in found.advice) == ("browsers cannot read 'livecam': its format is BGR3", True)


def test_on_windows_the_camera_of_obs_is_looked_for() -> None:
    found = [obs_camera_on_windows(keys.__contains__) for keys in ({OBS_REGISTRY_KEY}, set[str]())]
    assert [bool(device.advice) for device in found] == [False, True]
    assert found[1].advice.startswith("winget install OBSProject.OBSStudio; ")


def test_on_macos_obs_is_installed_then_started_once(tmp_path: Path) -> None:
    found = [obs_camera_on_macos(tmp_path)]
    (tmp_path / "Applications/OBS.app").mkdir(parents=True)
    found.append(obs_camera_on_macos(tmp_path))
    extension = "Library/SystemExtensions/1F2E/com.obsproject.obs-studio.mac-camera-extension.systemextension"
    (tmp_path / extension).mkdir(parents=True)
    found.append(obs_camera_on_macos(tmp_path))
    assert [device.advice.split(";")[0].split(",")[0] for device in found] == [
        "brew install --cask obs",
        "open -a OBS",
        "",
    ]


@pytest.mark.parametrize("page", ["README.md", "docs/how-to/video-calls.md"])
def test_the_pages_give_the_very_command(page: str) -> None:
    assert f"$ {LOAD_COMMAND}" in (ROOT / page).read_text(encoding="utf-8")
