"""Scores a path, or the peer, on labelled photographs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from livecam.benchmark.contestants import Pupils, PupilsOnly
from livecam.benchmark.score import Labelled, Score, score
from livecam.core.scene import Frame, Scene
from livecam.faces.choose import open_stills
from livecam.perception import Perception
from livecam.pictures import read_picture
from livecam.pupils.choose import open_pupils
from livecam.settings import Settings


def score_path(settings: Settings, folder: Path, labels: Sequence[Labelled]) -> Score:
    """As `livecam locate` answers, each photograph on its own; SourceError for one that cannot be read."""
    perception = Perception(open_stills(settings.faces), open_pupils(settings.pupils))
    scenes = (perception.see(Frame(read_picture(label.image), 0, 0.0)) for label in labels)
    return score(folder.resolve().name, labels, [answer(scene) for scene in scenes])


def score_peer(peer: PupilsOnly, folder: Path, labels: Sequence[Labelled]) -> Score:
    return score(folder.resolve().name, labels, [peer.locate(read_picture(label.image)) for label in labels])


def answer(scene: Scene) -> Pupils | None:
    """Both pupils of the largest face, the one on the image's left first; None unless both were found."""
    if not scene.looks or scene.looks[0].left is None or scene.looks[0].right is None:
        return None
    first, second = sorted((scene.looks[0].left.centre, scene.looks[0].right.centre))
    return first, second
