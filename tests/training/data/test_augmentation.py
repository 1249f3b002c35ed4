"""Crops for training are those of the live program, jittered."""

from __future__ import annotations

import numpy as np
import pytest

from livecam.core.types import Box, Face, Frame
from livecam.perception.pupils.network.eye_crop import EyeCornerCropper
from tests.training.eyes import make_eye, make_synthetic
from training.data.augmentation import NO_JITTER, CropJitter, CropPipeline, batches
from training.data.dataset import CORNER_SETS, gathered


def test_an_iris_in_the_middle_of_its_corners_is_in_the_middle_of_its_crop() -> None:
    eyes = gathered([make_eye(centre=(40, 32))])
    batch = CropPipeline().batch(eyes, np.array([0]), NO_JITTER, np.random.default_rng(0))
    assert batch.centres[0] == pytest.approx([31.5, 23.5])


def test_a_steady_crop_is_the_one_the_live_program_makes() -> None:
    eye = make_eye(centre=(43, 30))
    batch = CropPipeline().batch(gathered([eye]), np.array([0]), NO_JITTER, np.random.default_rng(0))
    landmarks = np.zeros((68, 2), np.float32)
    landmarks[36:42] = [[20, 32], [30, 26], [50, 26], [60, 32], [50, 37], [30, 37]]
    landmarks[42:48] = landmarks[36:42] + [93, 0]
    frame = Frame(np.repeat(eye.patch[..., None], 3, axis=2), 0, 0.0)
    live = EyeCornerCropper(CropPipeline().window)(frame, Face(Box(0, 0, 1, 1), landmarks, 1.0)).right
    assert live.from_frame(eye.centre) == pytest.approx(batch.centres[0], abs=0.01)


def test_jitter_moves_crops_by_what_it_says() -> None:
    eyes = gathered([make_eye()])
    jitter = CropJitter(shift=0.05, scale=0, roll=0, wild_share=0, wide_share=0)
    batch = CropPipeline().batch(eyes, np.zeros(400, int), jitter, np.random.default_rng(0))
    assert batch.centres.std(axis=0) == pytest.approx([0.05 * 64 / 1.2] * 2, rel=0.15)


def test_crops_are_cut_as_either_detector_sees_the_corners_and_between() -> None:
    eye = make_eye()
    other = eye.corners + np.array([[[8.0 * (k % 2), 0.0]] for k in range(CORNER_SETS)])
    eyes = gathered([eye._replace(corners=other)])
    jitter = CropJitter(shift=0, scale=0, roll=0, wild_share=0, wide_share=0)
    centres = CropPipeline().batch(eyes, np.zeros(400, int), jitter, np.random.default_rng(0)).centres[:, 0]
    moved = (centres.max() - centres) / (8 * 64 / 40 / (1 + 2 * CropPipeline().window.margin))
    assert 1.2 < np.ptp(moved) < 1.7
    assert 0.2 < ((moved > 0.35) & (moved < 1.2)).mean() < 0.7


def test_every_crop_is_normalised() -> None:
    batch = CropPipeline().batch(make_synthetic(40), np.arange(40), CropJitter(), np.random.default_rng(0))
    assert np.abs(batch.crops.mean(axis=(1, 2, 3))).max() < 0.2


def test_batches_mix_the_origins_as_asked() -> None:
    eyes = gathered([make_eye(), make_eye()._replace(origin="synthetic", visible=0.3)])
    stream = batches(
        eyes,
        CropPipeline(),
        CropJitter(),
        np.random.default_rng(0),
        size=600,
        mix={"portrait": 1, "synthetic": 2, "coarse": 5},
    )
    assert (next(stream).visible < 0.5).mean() == pytest.approx(2 / 3, abs=0.06)
