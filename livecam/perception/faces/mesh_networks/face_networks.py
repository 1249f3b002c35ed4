"""Opens the face networks that ship, each with the card that says where it comes from and what it may be used for."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from livecam.core.assets import asset
from livecam.core.model_card import ModelCard, ModelWithCard
from livecam.core.tflite import TFLiteModel

SCHEMA = 1


class FaceNetwork(StrEnum):
    """The networks, by the names of their files without the suffix."""

    SHORT_RANGE = "face_detection_short_range"
    FULL_RANGE = "face_detection_full_range_sparse"
    LANDMARKS = "face_landmark"


class FaceNetworkCard(ModelCard):
    """What is to be known of a network that others made."""

    kind: Literal["face"]
    bytes: int
    model_card: str
    """the name of its makers' own card"""
    source: str
    """the package it was taken from"""
    file: str
    """where it is in there"""
    licence: str
    attribution: str


def read_face_network(network: FaceNetwork) -> tuple[FaceNetworkCard, bytes]:
    """The card and the content of a shipped network; AssetError when either is missing or damaged."""
    files = ModelWithCard.read(asset(f"models/{network.value}.tflite"))
    return files.card(FaceNetworkCard, schema=SCHEMA), files.content


def open_face_network(network: FaceNetwork) -> TFLiteModel:
    """The network, ready to run in one thread; AssetError when it is missing or damaged."""
    return TFLiteModel(read_face_network(network)[1])
