"""What the control interface answers, and what it refuses, while a run goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livecam.core.image_files.images import read_image
from livecam.web.panel.server import CommandRate
from tests.livecam.web.panel.steered_run import OURS, TOKEN, SteeredRun, steered

SOCKET = f"{OURS.replace('http', 'ws')}/api/v1/ws"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SteeredRun]:
    with steered(tmp_path_factory.mktemp("steered")) as running:
        yield running


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def status(run: SteeredRun) -> dict[str, Any]:
    told: dict[str, Any] = run.client.get("/api/v1/status", headers={"X-Token": TOKEN}).json()
    return told


@pytest.mark.parametrize(
    ("command", "posted", "key", "value"),
    [
        ("effect", {"effect": "swirl,heart-eyes"}, "effect", "swirl,heart-eyes"),
        ("strength", {"strength": 0.5}, "strength", 0.5),
        ("toggle", {"on": False}, "on", False),
        ("toggle", {"on": True}, "on", True),
        ("finder", {"finder": "cpu"}, "finder", "cpu"),
        ("mirror", {"on": True}, "mirror", True),
        ("trigger", {"trigger": "auto"}, "trigger", "auto"),
        ("trigger", {"trigger": "smile", "mode": "toggle"}, "trigger_mode", "toggle"),
        ("panic", {}, "on", False),
    ],
)
def test_a_command_is_in_the_status_it_answers_with(
    run: SteeredRun, command: str, posted: dict[str, object], key: str, value: object
) -> None:
    answered = run.post(command, **posted)["status"]

    assert isinstance(answered, dict)
    assert answered[key] == value


def test_what_a_trigger_is_not_given_stays_as_it_is(run: SteeredRun) -> None:
    run.post("trigger", trigger="smile", mode="toggle", cooldown=5, level=0.8)
    run.post("trigger", trigger="brows", mode="hold")

    binding = run.live.effect.controls.binding
    assert binding is not None
    assert (binding.signal, binding.mode, binding.cooldown, binding.level) == ("brows", "hold", 5, 0.8)


def test_a_recording_begins_and_ends(run: SteeredRun) -> None:
    run.post("record", on=True)
    wait_until(lambda: (status(run)["recording"] or 0) > 0.2)
    said = str(run.post("record", on=False)["said"])

    assert status(run)["recording"] is None
    assert Path(said.removeprefix("recorded ")).expanduser().stat().st_size > 0


def test_a_snapshot_is_the_picture_as_it_is_drawn(run: SteeredRun) -> None:
    wait_until(lambda: status(run)["fps"] > 0)
    path = Path(str(run.post("snapshot")["said"]).removeprefix("snapshot ")).expanduser()

    assert read_image(path).shape == (180, 320, 3)


@pytest.mark.parametrize(
    ("path", "posted", "code", "says"),
    [
        ("strength", {"strength": 7}, 400, "between 0"),
        ("strength", {"strength": "much"}, 400, "a number from 0 to 1"),
        ("strength", {}, 400, "a number from 0 to 1"),
        ("effect", {"effect": "swrl"}, 400, "did you mean 'swirl'"),
        ("effect", {"effect": ["swirl"]}, 400, "it is a name"),
        ("toggle", {"on": "yes"}, 400, "true or false"),
        ("toggle", {"off": True}, 400, "it takes on"),
        ("finder", {"finder": "magic"}, 400, "there are tflite, cpu"),
        ("trigger", {"trigger": "sneeze"}, 400, "wink_left"),
        ("trigger", {"trigger": "smile", "level": 9}, 400, "level cannot be 9"),
        ("source", {"source": "/etc/passwd"}, 400, "with which the run began"),
        ("source", {"source": "97"}, 503, "no camera 97"),
        ("collect", {}, 200, "no queue is open"),
        ("dance", {}, 404, "there are effect"),
    ],
)
def test_what_cannot_be_is_told_and_the_picture_goes_on(
    run: SteeredRun, path: str, posted: dict[str, object], code: int, says: str
) -> None:
    answer = run.client.post(f"/api/v1/{path}", json=posted, headers={"X-Token": TOKEN})

    assert (answer.status_code, says in answer.text) == (code, True), answer.text


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe", b"[" * 20_000, b""], ids=str)
def test_a_body_that_is_no_object_is_400(run: SteeredRun, content: bytes) -> None:
    assert run.client.post("/api/v1/toggle", content=content, headers={"X-Token": TOKEN}).status_code == 400


def test_a_body_of_a_megabyte_is_413(run: SteeredRun) -> None:
    answer = run.client.post("/api/v1/toggle", content=b" " * (1 << 20), headers={"X-Token": TOKEN})

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Token": "wrong"}, {"X-Token": TOKEN, "Host": "evil.example"}, {"X-Token": TOKEN, "Origin": OURS[:-1]}],
    ids=["no token", "wrong token", "foreign host", "foreign origin"],
)
def test_strangers_are_refused_also_by_the_socket(run: SteeredRun, headers: dict[str, str]) -> None:
    from starlette.websockets import WebSocketDisconnect

    refused = [run.client.request(how, "/api/v1/status", headers=headers).status_code for how in ("GET", "POST")]

    assert refused == [403, 403]
    with pytest.raises(WebSocketDisconnect), run.client.websocket_connect(SOCKET, headers=headers):
        pass


def test_the_socket_tells_the_status_and_carries_out_commands(run: SteeredRun) -> None:
    with run.client.websocket_connect(SOCKET, headers={"X-Token": TOKEN}) as socket:
        assert socket.receive_json()["status"]["version"] == 1
        answers = []
        for message in ('{"id": 5, "command": "strength", "strength": 0.25}', "nonsense", '{"id": 6, "command": "x"}'):
            socket.send_text(message)
            while "status" in (answer := socket.receive_json()):
                continue
            answers.append((answer["id"], answer.get("said"), answer.get("code")))

    assert answers == [(5, "strength 0.25", None), (None, None, 400), (6, None, 400)]


def test_a_flood_is_answered_with_429_and_the_picture_goes_on(run: SteeredRun) -> None:
    run.routes.rate = CommandRate(clock=lambda: 0.0)
    codes = [run.client.post("/api/v1/mirror", json={}, headers={"X-Token": TOKEN}).status_code for _ in range(80)]
    run.routes.rate = CommandRate()
    before = run.live.telemetry.scene
    wait_until(lambda: run.live.telemetry.scene is not before)

    assert codes == [200] * 60 + [429] * 20


def test_the_preview_is_the_picture_and_mirrored_like_it(run: SteeredRun) -> None:
    import cv2

    wait_until(lambda: run.preview.still() is not None)
    content = run.client.get("/api/v1/preview.jpg", headers={"X-Token": TOKEN}).content
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)

    assert image is not None
    assert image.shape == (180, 320, 3)


def test_every_effect_has_a_moving_thumbnail(run: SteeredRun) -> None:
    told = {"X-Token": TOKEN}
    names = [effect["name"] for effect in run.client.get("/api/v1/effects", headers=told).json()["effects"]]
    pictures = [run.client.get(f"/api/v1/effects/{name}/preview.gif", headers=told) for name in names]

    assert {"swirl", "heart-eyes"} <= set(names)
    assert {picture.headers["content-type"] for picture in pictures} == {"image/gif"}
