"""Whether browsers and call programs will list the virtual camera, and what to do about each thing in the way.

On Linux it is read from what the module v4l2loopback tells in /sys; on Windows and macOS the camera is that of OBS.
"""

from __future__ import annotations

import os
import platform as system_facts
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from livecam.live.sinks.virtual_camera import LOAD_COMMAND, device_advice

# What Chromium and Firefox read from a camera, as Video4Linux names it; livecam sends the first.
BROWSER_FORMATS = ("YU12", "YV12", "YUYV", "UYVY", "NV12", "MJPG", "RGB3")
RELOAD_COMMAND = f"close whatever uses it, then: sudo modprobe -r v4l2loopback; {LOAD_COMMAND}"
SECOND_COMMAND = (
    "sudo modprobe -r v4l2loopback; sudo modprobe v4l2loopback devices=2 exclusive_caps=1,1 card_label=livecam,second"
)
# Under HKEY_CLASSES_ROOT, as OBS registers its camera and pyvirtualcam looks for it.
OBS_REGISTRY_KEY = r"CLSID\{A3FCE0F5-3493-419F-958A-ABA1250EC20B}"
_MAC_PLACES = (
    "Library/SystemExtensions/*/com.obsproject.obs-studio.mac-camera-extension.systemextension",
    "Library/CoreMediaIO/Plug-Ins/DAL/obs-mac-virtualcam.plugin",
)


@dataclass(frozen=True, slots=True)
class VirtualDevice:
    """A virtual camera, or that there is none; `advice` is empty when browsers will list it."""

    device: str  # /dev/videoN; empty where it has no path, or does not exist
    found: str
    advice: str = ""


def virtual_devices(platform: str = sys.platform) -> list[VirtualDevice]:
    """Those of this computer."""
    if platform == "win32":
        return [obs_camera_on_windows(_is_registered)]
    if platform == "darwin":
        return [obs_camera_on_macos()]
    return loopback_devices()


def obs_camera_on_windows(is_registered: Callable[[str], bool]) -> VirtualDevice:
    """`is_registered` says whether a key is below HKEY_CLASSES_ROOT."""
    if is_registered(OBS_REGISTRY_KEY):
        return VirtualDevice("", "OBS Virtual Camera is installed; browsers list it")
    return VirtualDevice(
        "", "OBS's virtual camera is not installed", "winget install OBSProject.OBSStudio; " + device_advice("win32")
    )


def obs_camera_on_macos(root: Path = Path("/")) -> VirtualDevice:
    """OBS 30 and newer bring a system extension that is installed when its camera is first started; older a plug-in."""
    if any(True for place in _MAC_PLACES for _ in root.glob(place)):
        return VirtualDevice("", "OBS Virtual Camera is installed; browsers list it")
    if (root / "Applications/OBS.app").exists():
        return VirtualDevice(
            "",
            "OBS is there, its virtual camera is not installed yet",
            "open -a OBS, start its virtual camera once, allow it in System Settings (Login Items & Extensions),"
            " and stop it again",
        )
    return VirtualDevice(
        "", "OBS's virtual camera is not installed", "brew install --cask obs; " + device_advice("darwin")
    )


def _is_registered(key: str) -> bool:
    import winreg

    try:
        winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, key).Close()  # type: ignore[attr-defined]
    except OSError:
        return False
    return True


def loopback_devices(
    root: Path = Path("/"), *, may_open: Callable[[Path], bool] | None = None, kernel: str = ""
) -> list[VirtualDevice]:
    """Those of v4l2loopback, in the order in which it made them; one entry that says why, where there is none."""
    module = root / "sys/module/v4l2loopback"
    nodes = sorted((root / "sys/devices/virtual/video4linux").glob("video*"), key=lambda node: int(node.name[5:] or 0))
    if nodes:
        exclusive = _text(module / "parameters/exclusive_caps").split(",")
        return [
            _loopback_device(root, node, exclusive[index : index + 1] == ["Y"], may_open or _may_open)
            for index, node in enumerate(nodes)
        ]
    if module.exists():
        return [VirtualDevice("", "v4l2loopback is loaded without a device", RELOAD_COMMAND)]
    modules = root / "lib/modules" / (kernel or system_facts.release())
    if any(True for _ in modules.rglob("v4l2loopback.ko*")):
        return [VirtualDevice("", "v4l2loopback is installed but not loaded", LOAD_COMMAND)]
    return [VirtualDevice("", "no loopback device: v4l2loopback is not installed", device_advice("linux"))]


def _loopback_device(root: Path, node: Path, exclusive: bool, may_open: Callable[[Path], bool]) -> VirtualDevice:
    path, device, name = root / "dev" / node.name, f"/dev/{node.name}", _text(node / "name")
    pixels = _text(node / "format").partition(":")[0]
    if not path.exists():
        advice = f"pass it on to this container or virtual machine: docker run --device {device}"
        return VirtualDevice(device, f"'{name}' is there, {device} is not", advice)
    if not may_open(path):
        advice = 'add yourself to its group and log in again: sudo usermod -aG video "$USER"'
        return VirtualDevice(device, f"you may not open '{name}'", advice)
    if not exclusive:
        return VirtualDevice(device, f"browsers will not list '{name}': exclusive_caps is not set", RELOAD_COMMAND)
    programs = _programs(root, device) if _has_writer(node, pixels) else {}
    others = [f"{program} ({number})" for number, program in programs.items() if "livecam" not in program]
    if others and len(others) == len(programs):
        return VirtualDevice(device, f"{' or '.join(others)} writes to '{name}'", f"close it, or: {SECOND_COMMAND}")
    if pixels and pixels not in BROWSER_FORMATS:
        advice = f"a program has left it in this format: {RELOAD_COMMAND}"
        return VirtualDevice(device, f"browsers cannot read '{name}': its format is {pixels}", advice)
    return VirtualDevice(device, f"browsers list it as '{name}' {'now' if programs else 'while livecam runs'}")


def _has_writer(node: Path, pixels: str) -> bool:
    """Version 0.13 and newer of the module tell; before, only a device that is written to had a format."""
    state = _text(node / "state")
    return state == "capture" if state else bool(pixels)


def _programs(root: Path, device: str) -> dict[int, str]:
    """Who has a device open, by the numbers of the processes; those of other users only root sees."""
    found = {}
    for handles in (root / "proc").glob("[0-9]*/fd"):
        with suppress(OSError):
            if any(str(handle.readlink()) == device for handle in handles.iterdir()):
                words = _text(handles.parent / "cmdline").split("\0")
                is_ours = any("livecam" in Path(word).name for word in words[:4])
                found[int(handles.parent.name)] = "livecam" if is_ours else _text(handles.parent / "comm")
    return found


def _may_open(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK)


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""
