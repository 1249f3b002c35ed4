"""Whom the server lets in, and what it refuses to read."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from labeler.web.connections import Connections
from labeler.web.links import Links
from livecam.core.errors import SinkError
from livecam.store.store import Store
from livecam.web.access_control import PublicPlace
from livecam.web.listening import bound
from tests.labeler.web.pages import OURS, PORT, TOKEN, Page, client, clock, guarded, store

__all__ = ["client", "clock", "store"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Token": "wrong"},
        {"X-Token": TOKEN, "Host": "evil.example"},
        {"X-Token": TOKEN, "Origin": "http://evil.example"},
        {"X-Token": TOKEN, "Origin": "null"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/", "/picture/" + "0" * 64, "/api/open"])
def test_strangers_are_refused(client: TestClient, headers: dict[str, str], path: str) -> None:
    assert client.request("POST" if "api" in path else "GET", path, headers=headers).status_code == 403


def test_a_port_in_use_is_told() -> None:
    with bound(0) as taken, pytest.raises(SinkError, match=r"in use.*--port"):
        bound(taken.getsockname()[1])


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": f"127.0.0.1:{PORT + 1}", "Origin": f"http://127.0.0.1:{PORT + 1}"},
        {"Host": "localhost:9000", "Origin": "http://localhost:9000"},
        {"Host": "127.0.0.1:8765", "Origin": "https://label.example.org", "X-Forwarded-Host": "label.example.org"},
    ],
    ids=["forwarded port", "another name", "proxy"],
)
def test_a_forwarded_port_and_a_proxy_are_served(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/open", json={}, headers={"X-Token": TOKEN, **headers})

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/eyes/api/open", "/api/open"], ids=["left", "taken away"])
def test_behind_a_proxy_the_path_may_have_a_prefix(store: Store, path: str) -> None:
    place = PublicPlace.of("https://label.example.org/eyes/")
    with TestClient(guarded(store, Connections(store), place), base_url=OURS) as client:  # type: ignore[arg-type]
        told = {"X-Token": TOKEN, "Host": "label.example.org", "Origin": "https://label.example.org"}

        assert client.post(path, json={}, headers=told).status_code == 200
        assert client.get("/eyes/", params={"token": TOKEN}).status_code == 200
        assert client.post(path, json={}, headers={**told, "Host": "evil.example"}).status_code == 403


def test_a_person_has_a_link_of_their_own_under_their_own_name(client: TestClient, store: Store) -> None:
    token = Links(store.folder).invite("bob")
    told = client.post("/api/open", json={"by": "ann"}, headers={"X-Token": token}).json()

    assert (told["by"], told["person"]) == ("bob", {"name": "bob", "fixed": True})
    assert client.get("/", params={"token": token}).text.count(token) == 1


def test_nobody_takes_over_another_persons_session(client: TestClient, store: Store) -> None:
    page, token = Page(client), Links(store.folder).invite("bob")
    wished = {"session": page.told["session"], "key": "f"}

    assert client.post("/api/wish", json=wished, headers={"X-Token": token}).status_code == 410


def test_a_link_that_is_revoked_is_refused_at_once(client: TestClient, store: Store) -> None:
    token = Links(store.folder).invite("bob")
    assert client.post("/api/open", json={}, headers={"X-Token": token}).status_code == 200
    assert Links(store.folder).revoke("bob")

    assert client.post("/api/open", json={}, headers={"X-Token": token}).status_code == 403


def test_links_are_for_their_owner_alone_and_stay(tmp_path: Path) -> None:
    first = Links(tmp_path).invite("bob")

    assert (Links(tmp_path).invite("bob"), (tmp_path / "serve.people.json").stat().st_mode & 0o777) == (first, 0o600)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 50_000, 400),
        (b"x" * 70_000, 413),
        (b"{", 400),
        (b'{"session": 1, "place": {"side": "left", "x": NaN, "y": 1}}', 410),
    ],
    ids=["deep", "long", "cut", "number"],
)
def test_what_cannot_be_read_is_refused_in_words(client: TestClient, body: bytes, status: int) -> None:
    answer = client.post("/api/wish", content=body, headers={"X-Token": TOKEN})

    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)


def test_small_answers_are_sent_at_once() -> None:
    """asyncio sets TCP_NODELAY on the connections of a socket that names its protocol."""
    with bound(0) as listening:
        assert listening.proto == socket.IPPROTO_TCP
