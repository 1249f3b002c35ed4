"""Takes in a sample: first its picture, then its row, and what is written is on the disk."""

from __future__ import annotations

import math

import numpy as np
from sqlalchemy import insert, select, update

from livecam.core.errors import StoreError
from livecam.core.samples import Sample, SampleState, pixel_hash
from livecam.core.scene import Image
from livecam.core.store.database import Database
from livecam.core.store.pictures import Pictures
from livecam.core.store.rows import sample_values
from livecam.core.store.schema import samples


def check(sample: Sample, picture: Image) -> None:
    """ValueError when the sample is not about this picture."""
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise ValueError(f"a picture is (h, w, 3) uint8, not {picture.shape} {picture.dtype}")
    if sample.size != (picture.shape[1], picture.shape[0]):
        raise ValueError(f"the sample says {sample.size}, its picture is {picture.shape[1]}x{picture.shape[0]}")
    if sample.id != pixel_hash(picture):
        raise ValueError(f"the sample's id {sample.id} is not the hash of its picture")
    if not (math.isfinite(sample.priority) and math.isfinite(sample.seconds) and np.isfinite(sample.landmarks).all()):
        raise ValueError("a sample's priority, seconds and landmarks are finite numbers")


def add(database: Database, pictures: Pictures, sample: Sample, content: bytes) -> bool:
    """To be called while the pictures are locked; False when it is there already.

    A kill in between leaves a picture without a row, which `reconcile` sets aside.
    """
    with database.reading() as connection:
        lost = connection.scalar(select(samples.c.lost).where(samples.c.id == sample.id))
    if lost is False:
        return False
    pictures.write(sample.id, content)
    try:
        _write_row(database, sample, len(content), is_known=lost is not None)
    except StoreError:
        # The row is not there, so the room is given back. After anything else it may be, and then needs its picture.
        pictures.remove(sample.id)
        raise
    return True


def _write_row(database: Database, sample: Sample, picture_bytes: int, *, is_known: bool) -> None:
    fresh = {"state": SampleState.NEW.value, "flagged": False}
    there = {"picture_bytes": picture_bytes, "lost": False}
    with database.writing() as connection:
        if is_known:
            connection.execute(update(samples).where(samples.c.id == sample.id).values(there))
        else:
            connection.execute(insert(samples).values({**sample_values(sample), **fresh, **there}))
