"""What a person can ask for, and the keys that ask for it wherever labels are judged."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Action(StrEnum):
    """What a key can ask for; judging folders of pictures knows those of EVERYWHERE and JUDGING."""

    ACCEPT = "accept"
    REJECT = "reject"
    SKIP = "skip"
    UNDO = "undo"
    NEXT = "next"
    PREVIOUS = "previous"
    OTHER_EYE = "other eye"
    CLOSED = "closed"
    OCCLUDED = "occluded"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    LEFT_A_LITTLE = "left a little"
    RIGHT_A_LITTLE = "right a little"
    UP_A_LITTLE = "up a little"
    DOWN_A_LITTLE = "down a little"
    WIDER = "wider"
    NARROWER = "narrower"
    CONTRAST = "contrast"
    PIXELS = "pixels or smooth"
    LANDMARKS = "landmarks"
    BARE = "hide what is drawn"
    MAP = "class activation map"
    LABELS = "show the labels"
    EXPORT = "export"
    HELP = "help"
    ZOOM_IN = "zoom in"
    ZOOM_OUT = "zoom out"
    ZOOM_RESET = "zoom reset"
    QUIT = "quit"


# By the names that browsers give to keys, with Shift+ before those whose name does not change.
EVERYWHERE: Mapping[str, Action] = {
    "Escape": Action.QUIT,
    "q": Action.QUIT,
    "n": Action.NEXT,
    "p": Action.PREVIOUS,
    "f": Action.ACCEPT,
    "u": Action.UNDO,
    " ": Action.SKIP,
    "b": Action.SKIP,
    "s": Action.EXPORT,
    "v": Action.LABELS,
    "?": Action.HELP,
    "h": Action.HELP,
    "+": Action.ZOOM_IN,
    "=": Action.ZOOM_IN,
    "z": Action.ZOOM_IN,
    "-": Action.ZOOM_OUT,
    "x": Action.ZOOM_OUT,
    "0": Action.ZOOM_RESET,
    "a": Action.ZOOM_RESET,
}
# Where nothing is placed, and these keys move nothing.
JUDGING: Mapping[str, Action] = {
    "d": Action.REJECT,
    "ArrowLeft": Action.PREVIOUS,
    "ArrowRight": Action.NEXT,
}


def asked(keys: Mapping[str, Action], key: str) -> Action | None:
    """What a key asks for; a capital without a meaning of its own, which Caps Lock makes, is as good as its small
    letter, and shift changes nothing else. None for a key without a meaning."""
    return keys.get(key, keys.get(key.lower() if len(key) == 1 else key.removeprefix("Shift+")))
