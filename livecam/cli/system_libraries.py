"""System libraries that OpenCV's wheel leaves out and that are missing here; the set-up asks, so nothing but the
standard library is imported."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

# What `objdump -p` names in the wheels of opencv-python 4.11 and its Qt, less what they bring, by Debian package.
DEBIAN_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
    "libXext.so.6": "libxext6",
    "libXrender.so.1": "libxrender1",
    "libX11.so.6": "libx11-6",
    "libxcb.so.1": "libxcb1",
}


def loads(library: str) -> bool:
    """Whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(loads: Callable[[str], bool] = loads) -> tuple[str, ...]:
    """The Debian packages of the libraries that are not there, each once; none on anything but Linux.

    Debian 13 calls one of them libglib2.0-0t64 and takes the old name for it.
    """
    if not sys.platform.startswith("linux"):
        return ()
    return tuple(dict.fromkeys(package for library, package in DEBIAN_PACKAGES.items() if not loads(library)))
