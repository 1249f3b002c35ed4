"""How this copy of livecam was installed, and the commands that add an extra to it or install it again."""

from __future__ import annotations

import json
import sys
import sysconfig
import tomllib
from dataclasses import dataclass
from enum import Enum
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from livecam.core.shell import typed

# The last Python, and the systems, that the libraries of an extra are made for; for all where nothing is said.
LAST_PYTHON = {"mediapipe": (3, 12), "tflite-runtime": (3, 11), "training": (3, 13)}
_NO_INTEL_MAC = ("Linux", "Windows", "Darwin arm64")
SYSTEMS = {
    "dlib": _NO_INTEL_MAC,
    "training": _NO_INTEL_MAC,
    "scale": _NO_INTEL_MAC,
    "mediapipe": ("Linux x86_64", "Windows", "Darwin"),
    "tflite-runtime": ("Linux",),
}


class Installer(Enum):
    """The program that made the environment, and so the one that changes it."""

    PIP = "pip"
    PIPX = "pipx"
    UV_TOOL = "uv tool"
    UV = "uv"  # an environment without pip


@dataclass(frozen=True, slots=True)
class Installation:
    """Where livecam is, and what put it there."""

    python: str  # the interpreter as it is called from the working folder
    installer: Installer
    checkout: str = ""  # the folder of its source as seen from the working folder; empty for a copy
    origin: str = ""  # the file or address that it was installed from; empty when by its name alone
    extras: tuple[str, ...] = ()  # that uv installed along and would take away again
    externally_managed: bool = False  # by the system, whose pip then refuses (PEP 668)

    def adding(self, extra: str) -> str:
        """The command that adds an extra, such as `.venv/bin/python -m pip install -e '.[dlib]'`."""
        if self.checkout:
            return self._pip("-e", f"{self.checkout}[{extra}]")
        if self.installer is Installer.PIPX:
            return typed("pipx", "inject", "livecam", f"livecam[{extra}]")
        if self.installer is Installer.UV_TOOL:
            wanted = f"livecam[{','.join(sorted({*self.extras, extra}))}]"
            return typed("uv", "tool", "install", "--force", f"{wanted} @ {self.origin}" if self.origin else wanted)
        return self._pip(f"livecam[{extra}]")

    def again(self) -> str:
        """The command that installs livecam once more, whatever became of its files."""
        if self.checkout:
            return self._pip("--force-reinstall", "-e", self.checkout)
        if self.installer is Installer.PIPX:
            return "pipx reinstall livecam"
        if self.installer is Installer.UV_TOOL:
            return "uv tool upgrade --reinstall livecam"
        return self._pip("--force-reinstall", self.origin or "livecam")

    def packages(self, *packages: str) -> str:
        """The command that installs other packages beside livecam, over what is there of them."""
        if self.installer is Installer.PIPX:
            return typed("pipx", "runpip", "livecam", "install", "--force-reinstall", *packages)
        return self._pip("--force-reinstall", *packages)

    def _pip(self, *arguments: str) -> str:
        if self.installer in (Installer.UV, Installer.UV_TOOL):
            return typed("uv", "pip", "install", "--python", self.python, *arguments)
        allowed = ("--break-system-packages",) if self.externally_managed else ()
        return typed(self.python, "-m", "pip", "install", *allowed, *arguments)


def this_installation() -> Installation:
    """That of the livecam which is running."""
    environment = Path(sys.prefix)
    origin, editable = _origin()
    checkout = _folder_of_the_source() if editable or not origin else None
    return Installation(
        python=_from_here(Path(sys.executable)),
        installer=_installer(environment),
        checkout=_from_here(checkout) if checkout else "",
        origin=origin,
        extras=_extras_of_tool(environment / "uv-receipt.toml"),
        externally_managed=sys.prefix == sys.base_prefix
        and Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED").exists(),
    )


def extra_advice(extra: str, python: tuple[int, int] = sys.version_info[:2], system: str = "") -> str:
    """How to come by an extra, or that this Python or this system (as "Linux x86_64") cannot have it."""
    import platform

    last, system = LAST_PYTHON.get(extra), system or f"{platform.system()} {platform.machine()}"
    if last is not None and python > last:
        here, there = (".".join(map(str, version)) for version in (python, last))
        return f"Python {here} cannot have it: its last version is made for Python {there}"
    if not system.startswith(SYSTEMS.get(extra, "")):
        return f"{system} cannot have it: it is made for {', '.join(SYSTEMS[extra])}"
    return f"install it with: {this_installation().adding(extra)}"


def _installer(environment: Path) -> Installer:
    if (environment / "pipx_metadata.json").exists():
        return Installer.PIPX
    if (environment / "uv-receipt.toml").exists():
        return Installer.UV_TOOL
    return Installer.PIP if find_spec("pip") else Installer.UV


def _origin() -> tuple[str, bool]:
    """What livecam was installed from (PEP 610), empty when by its name; and whether its source is what runs."""
    try:
        text = metadata.distribution("livecam").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return "", True
    if not text:
        return "", False
    direct = json.loads(text)
    return str(direct["url"]), bool(direct.get("dir_info", {}).get("editable"))


def _folder_of_the_source() -> Path | None:
    folder = Path(__file__).resolve().parents[2]
    return folder if (folder / "pyproject.toml").is_file() else None


def _extras_of_tool(receipt: Path) -> tuple[str, ...]:
    if not receipt.is_file():
        return ()
    requirements = tomllib.loads(receipt.read_text(encoding="utf-8")).get("tool", {}).get("requirements", [])
    ours = [wanted for wanted in requirements if wanted.get("name") == "livecam"]
    return tuple(extra for wanted in ours for extra in wanted.get("extras", ()))


def _from_here(path: Path) -> str:
    """Relative to the working folder where it lies below that; links are not followed, or an environment would be
    its base."""
    try:
        here = Path.cwd()
    except OSError:  # it was removed meanwhile
        return str(path)
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
