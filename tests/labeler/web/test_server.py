"""What the server tells its page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from labeler.web.connections import SILENT_SECONDS, Connections
from labeler.web.links import kept_token
from livecam.store.samples import SampleState
from livecam.store.store import Store
from tests.labeler.web.pages import OURS, TOKEN, Clock, Page, client, clock, guarded, states, store

__all__ = ["client", "clock", "store"]


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


def test_notices_speak_the_language_of_the_page(client: TestClient) -> None:
    page = Page(client, language="ko-KR")
    korean = page.keys("u")["notice"]
    english = [page.input(option={"language": "en"})["notice"], page.keys("u")["notice"]]

    assert (korean, english) == ("되돌릴 것이 없습니다", ["", "there is nothing to undo"])


@pytest.mark.parametrize("option", [{"language": "tlh"}, {"language": 7}, {"auto_advance": "yes"}, {"speed": 1}])
def test_an_option_that_there_is_not_is_refused(client: TestClient, option: dict[str, object]) -> None:
    page = Page(client)

    assert page.post("/api/wish", session=page.told["session"], option=option).status_code == 400


def test_the_catalogue_is_served_as_a_module(client: TestClient) -> None:
    answer = client.get("/static/texts.js", headers={"X-Token": TOKEN})

    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.text.startswith("export const CATALOGUE = {")
