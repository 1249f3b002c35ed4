"""A browser's page without the browser, and the server it talks to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from labeler.session.actions import LabelingMode
from labeler.web import server
from labeler.web.connections import Connections
from labeler.web.gallery import Gallery
from labeler.web.links import Links
from livecam.settings import LabelSettings
from livecam.store.samples import SampleState
from livecam.store.store import Store
from livecam.web.access_control import AccessControl, PublicPlace
from tests.fakes import make_sample

TOKEN = "a-token-of-this-test-that-is-as-long-as-one"
PORT = 8765
OURS = f"http://127.0.0.1:{PORT}"


class Page:
    """A browser's page without the browser."""

    def __init__(self, client: TestClient, **wanted: str) -> None:
        self.client = client
        self.told = self.post("/api/open", **wanted).json()

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(path, json=body, headers={"X-Token": TOKEN})

    def input(self, **what: Any) -> dict[str, Any]:
        answer = self.post("/api/wish", session=self.told["session"], **what)
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def keys(self, *keys: str) -> dict[str, Any]:
        return [self.input(key=key) for key in keys][-1]

    @property
    def sample(self) -> dict[str, Any]:
        return self.told["sample"]  # type: ignore[no-any-return]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "queue") as opened:
        for number in range(4):
            opened.add(*make_sample(number))
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(store: Store, clock: Clock) -> Iterator[TestClient]:
    connections = Connections(store, LabelSettings(repeats=0.0), clock)
    with TestClient(guarded(store, connections), base_url=OURS) as made:  # type: ignore[arg-type]
        yield made


def guarded(store: Store, connections: Connections, place: PublicPlace = PublicPlace()) -> AccessControl:
    (store.folder / "serve.token").write_text(TOKEN)
    routes = server.Routes(connections, Gallery(store), LabelingMode.REVIEW, "ann")
    return AccessControl(routes.application(), Links(store.folder), place)  # type: ignore[arg-type]


def states(store: Store) -> list[SampleState]:
    return [stored.state for stored in store.samples()]
