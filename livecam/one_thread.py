"""Pictures as small as a camera's are worked on where they are."""

from __future__ import annotations

import cv2


def work_in_one_thread() -> None:
    """OpenCV shares nothing out from now on: its threads spin while they wait for their part, a third of a frame's
    processor time, and the frame is done no sooner."""
    cv2.setNumThreads(1)
