"""The looks of a calibration as labels in the sample store."""

from __future__ import annotations

from datetime import UTC, datetime

from livecam.core.interfaces import PupilPair
from livecam.core.types import Point
from livecam.live.calibration.looks import LookGatherer
from livecam.live.collection.model_disagreement import predictions
from livecam.live.collection.sample_builder import (
    RecordingInfo,
    SampleCrop,
    SelectionReason,
    build_sample,
    crop_sample,
)
from livecam.store.samples import CropMode, LabelAction, LabelEvent, SamplingReason
from livecam.store.store import Store

ANNOTATOR = "calibration"


def store_looks(store: Store, gathered: LookGatherer, *, source: str, detector: str, version: str) -> int:
    """Adds one picture of the face for each look, with an event that says where it looks; how many there were."""
    recording = RecordingInfo.live(source, datetime.now(UTC)).dealt(store.recordings())
    said: list[LabelEvent] = []
    for number, scene in sorted(gathered.scenes.items()):
        observation = scene.faces[0]
        crop = crop_sample(scene.frame.image, observation.face, CropMode.FACE)
        if crop is None:
            continue
        sample = build_sample(
            recording,
            scene,
            observation,
            SampleCrop(CropMode.FACE, *crop),
            predictions=predictions(detector, version, PupilPair(observation.left, observation.right)),
            selection=SelectionReason(SamplingReason.FLAG, 0.0),
            captured=datetime.now(UTC),
        )
        store.add(sample, crop[0])
        said.append(LabelEvent(sample.id, LabelAction.LOOK, ANNOTATOR, point=Point(*gathered.looks[number].place)))
    store.append_events(said)
    return len(said)
