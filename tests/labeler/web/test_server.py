"""What the server tells its page, and whom it refuses."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from labeler.session.actions import LabelingMode
from labeler.web import server
from labeler.web.access_control import AccessControl, PublicPlace
from labeler.web.connections import SILENT_SECONDS, Connections
from labeler.web.gallery import Gallery
from labeler.web.links import Links, kept_token
from labeler.web.listening import bound
from livecam.core.errors import SinkError
from livecam.settings import LabelSettings
from livecam.store.samples import SampleState
from livecam.store.store import Store
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


def test_a_page_begins_with_a_sample_and_the_help(client: TestClient) -> None:
    page = Page(client)

    assert (page.told["mode"], len(page.sample["eyes"]), bool(page.told["help"])) == ("review", 2, True)


def test_a_decision_is_in_the_store_when_it_is_answered(client: TestClient, store: Store) -> None:
    page = Page(client)
    page.keys("f")

    assert store.sample(page.sample["id"]).state is SampleState.LABELLED


def test_the_answer_to_a_decision_is_the_next_sample(client: TestClient) -> None:
    page = Page(client)

    assert page.keys("f")["sample"]["id"] != page.sample["id"]


def test_two_pages_never_show_the_same_sample(client: TestClient) -> None:
    first, second = Page(client, by="ann"), Page(client, by="bob")

    assert first.sample["id"] != second.sample["id"]


def test_a_click_places_a_pupil_at_sub_pixel_precision(client: TestClient, store: Store) -> None:
    page = Page(client, mode="annotate")
    page.input(place={"side": "left", "x": 30.25, "y": 14.75})
    page.keys("Enter")
    (left, _) = store.sample(page.sample["id"]).resolved.labels

    assert left.centre == (30.25, 14.75)


def test_the_wheel_makes_the_circle_larger(client: TestClient) -> None:
    page = Page(client, mode="annotate")
    before = page.sample["eyes"][1]["guess"]["radius"]
    told = page.input(widen={"side": "left", "steps": 2})

    assert told["sample"]["eyes"][1]["said"]["radius"] > before


def test_the_end_is_told(client: TestClient) -> None:
    told = Page(client).keys("f", "f", "d", " ")

    assert (told["sample"], told["tally"]) == (None, {"labelled": 2, "rejected": 1, "skipped": 1})


def test_a_page_that_leaves_frees_its_sample(client: TestClient, store: Store) -> None:
    page = Page(client)
    page.post("/api/close", session=page.told["session"])

    assert states(store) == [SampleState.NEW] * 4


def test_a_page_that_was_silent_for_long_frees_its_sample(client: TestClient, store: Store, clock: Clock) -> None:
    page = Page(client)
    clock.now = SILENT_SECONDS + 1
    other = Page(client, by="bob")

    assert other.sample["id"] == page.sample["id"]


def test_a_session_that_is_over_is_gone(client: TestClient) -> None:
    page = Page(client)

    assert page.post("/api/wish", session="nobody", key="f").status_code == 410


def test_a_server_that_ends_frees_everything(store: Store) -> None:
    with TestClient(guarded(store, Connections(store)), base_url=OURS) as client:  # type: ignore[arg-type]
        Page(client)

    assert states(store) == [SampleState.NEW] * 4


def test_pictures_are_served_by_id(client: TestClient, store: Store) -> None:
    name = Page(client).sample["id"]
    answer = client.get(f"/picture/{name}", headers={"X-Token": TOKEN})

    assert answer.content == store.picture_path(name).read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/picture/" + "0" * 64,
        "/picture/..%2f..%2fqueue.db",
        "/picture/%2e%2e/queue.db",
        "/picture/queue.db",
        "/map/../../etc/passwd",
        "/map/" + "0" * 64,
        "/static/..%2fserver.py",
        "/static/index.html",
        "/queue.db",
    ],
)
def test_a_path_that_is_no_sample_leads_nowhere(client: TestClient, path: str) -> None:
    assert client.get(path, headers={"X-Token": TOKEN}).status_code == 404


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


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 200), ({"Host": "evil.example"}, 403), ({"Origin": "http://evil.example"}, 403)]
)
def test_the_code_of_the_page_needs_no_token_but_stays_on_this_computer(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    assert client.get("/static/label.js", headers=headers).status_code == status
    assert client.get("/static/../server.py", headers=headers).status_code != 200


def test_the_page_itself_is_let_in_by_the_address(client: TestClient) -> None:
    answer = client.get("/", params={"token": TOKEN}, headers={"Origin": OURS})

    assert (answer.status_code, TOKEN in answer.text) == (200, True)


def test_nothing_from_elsewhere_may_run_in_the_page(client: TestClient) -> None:
    policy = client.get("/", params={"token": TOKEN}).headers["content-security-policy"]

    assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    "body",
    [
        {"place": {"side": "up", "x": 1, "y": 2}},
        {"place": {"side": "left", "x": "1", "y": 2}},
        {"place": {"side": "left", "x": 1}},
        {"place": 7},
        {"widen": {"side": "left", "steps": True}},
        {"action": "dance"},
    ],
    ids=str,
)
def test_no_input_is_refused_and_changes_nothing(client: TestClient, store: Store, body: dict[str, Any]) -> None:
    page = Page(client, mode="annotate")
    answer = page.post("/api/wish", session=page.told["session"], **body)

    assert (answer.status_code, list(store.events())) == (400, [])


def test_a_name_with_odd_characters_is_refused(client: TestClient) -> None:
    answer = client.post("/api/open", json={"by": "<b>"}, headers={"X-Token": TOKEN})

    assert (answer.status_code, "--as" in answer.json()["error"]) == (400, True)


def test_what_is_not_json_is_refused(client: TestClient) -> None:
    assert client.post("/api/wish", content=b"{", headers={"X-Token": TOKEN}).status_code == 400


def test_a_token_is_kept_for_the_next_start_and_for_nobody_else(tmp_path: Path) -> None:
    token = kept_token(tmp_path)

    assert (kept_token(tmp_path), (tmp_path / "serve.token").stat().st_mode & 0o777) == (token, 0o600)


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


def test_a_held_key_and_one_for_another_picture_say_nothing(client: TestClient, store: Store) -> None:
    page = Page(client)
    seen = page.told["showing"]
    page.input(key="f", showing=seen)
    stale = page.input(key="f", showing=seen)
    page.input(key="f", showing=stale["showing"], auto_repeat=True)

    assert (stale["stale"], states(store).count(SampleState.LABELLED)) == (True, 1)


def test_what_comes_next_is_told_ahead_and_comes(client: TestClient) -> None:
    page = Page(client)
    ahead = page.told["ahead"]["id"]

    assert page.keys("f")["sample"]["id"] == ahead


def test_the_end_tells_what_was_done_and_how_to_go_on(client: TestClient) -> None:
    summary = Page(client).keys("f", "f", "d", "Escape")["summary"]

    assert (summary["decided"], summary["labelled"], summary["rejected"]) == (3, 2, 1)
    assert any("livecam-label review" in each["command"] for each in summary["commands"])


def test_progress_is_of_the_whole_store(client: TestClient) -> None:
    told = Page(client).keys("f", "d")["progress"]

    assert told == {"done": 2, "of": 4, "judging": {"done": 0, "of": 20}, "until_round": 21}


def test_the_gallery_filters_and_tells_what_there_is(client: TestClient) -> None:
    page = Page(client)
    page.keys("f", "d")

    def ask(**wanted: Any) -> dict[str, Any]:
        answer = client.get("/api/gallery", params=wanted, headers={"X-Token": TOKEN})
        return answer.json() if answer.status_code == 200 else {"refused": answer.status_code}

    everything, labelled = ask(), ask(state="labelled")
    assert (everything["total"], everything["facets"]["state"]["undecided"], labelled["total"]) == (4, 2, 1)
    assert ask(id=labelled["items"][0]["id"][:12])["total"] == 1
    assert ask(person="ann")["total"] == 2
    assert ask(person="nobody")["total"] == ask(confidence_from="0.99")["total"] == 0
    assert ask(like=page.sample["id"])["items"][0]["id"] == page.sample["id"]
    assert len(ask(limit=3)["items"]) == 3
    assert ask(state="no such") == {"refused": 400}


def test_a_crop_shows_the_eyes_and_tells_where_they_are(client: TestClient) -> None:
    sample = Page(client).sample
    answer = client.get(f"/crop/{sample['id']}", headers={"X-Token": TOKEN})
    left, top, width, height = map(int, answer.headers["X-Crop"].split(","))

    assert answer.content[:2] == b"\xff\xd8"
    assert all(
        left <= x < left + width and top <= y < top + height for x, y in (eye["middle"] for eye in sample["eyes"])
    )


def test_a_batch_is_judged_at_once_and_taken_back_at_once(client: TestClient, store: Store) -> None:
    page = Page(client)
    ids = [stored.sample.id for stored in store.samples()]
    session = page.told["session"]
    done = page.post("/api/batch", session=session, decision="reject", samples=[*ids, "0" * 64]).json()
    assert (sorted(done["done"]), list(done["refused"])) == (sorted(ids), ["0" * 64])
    assert [stored.resolved.state for stored in store.samples()] == [SampleState.REJECTED] * 4
    page.post("/api/batch", session=session, undo=done["batch"])

    assert SampleState.REJECTED not in states(store)
