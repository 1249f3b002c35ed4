"""What the page is told of the whole store: progress, what comes next, the gallery, batches, the end."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from livecam.store.judging import round_readiness
from livecam.store.samples import SampleState
from livecam.store.store import Store
from tests.labeler.web.pages import TOKEN, Page, client, clock, states, store

__all__ = ["client", "clock", "store"]


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

    assert (told["done"], told["of"]) == (2, 4)


def test_the_page_says_what_a_round_lacks_as_the_statistics_of_the_queue_do(client: TestClient, store: Store) -> None:
    told, counted = Page(client).told["progress"], round_readiness(store)

    assert told["judging"] == {"done": counted.judging, "of": counted.judging_needed}
    assert (told["until_round"], told["frames_missing"]) == (counted.labels_missing, counted.frames_missing)
    assert (told["label_minutes"], told["camera_minutes"]) == (counted.label_minutes, counted.camera_minutes)


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
