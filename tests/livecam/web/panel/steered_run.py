"""A run of the demo that is steered, without a server and without the loop's own thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from starlette.testclient import TestClient

from livecam.live.control.commands import ControlCommands
from livecam.live.session import LiveSession, build_session
from livecam.live.sources.wrappers import RunLimits
from livecam.settings import EffectSettings, OutputSettings, PanelSettings, Settings, SourceSettings
from livecam.web.access_control import AccessControl
from livecam.web.panel.opening import PanelToken
from livecam.web.panel.preview import Preview
from livecam.web.panel.server import PanelRoutes
from livecam.web.panel.thumbnails import Thumbnails

TOKEN = "a-token-of-this-test-that-is-as-long-as-one"
OURS = "http://127.0.0.1:8766"


class SteeredRun:
    """A run that goes on in a thread, and a browser's side of its panel."""

    def __init__(self, live: LiveSession, client: TestClient, routes: PanelRoutes) -> None:
        self.live, self.client, self.routes, self.preview = live, client, routes, routes.preview

    def post(self, command: str, **posted: object) -> dict[str, object]:
        answer = self.client.post(f"/api/v1/{command}", json=posted, headers={"X-Token": TOKEN})
        assert answer.status_code == 200, answer.text
        told: dict[str, object] = answer.json()
        return told


@contextmanager
def steered(folder: Path, effect: EffectSettings | None = None) -> Iterator[SteeredRun]:
    """It goes on until the block is left."""
    settings = Settings(
        source=SourceSettings(source="demo", width=320, height=180, fps=15),
        output=OutputSettings(sinks=("null",), folder=folder),
        panel=PanelSettings(enabled=True),
        effect=effect or EffectSettings(),
    )
    with ExitStack() as stack:
        live = build_session(settings, RunLimits(), stack, lambda text: None)
        preview = stack.enter_context(Preview(lambda: live.control.mirrored))
        live.sinks.sink.add(preview)
        live.audience.add(lambda: preview.viewers > 0)
        commands = ControlCommands(live.control, live.opened, live.status.pupils)
        status = replace(live.status, viewers=lambda: preview.viewers)
        routes = PanelRoutes(commands, status, preview, Thumbnails(folder / "previews"))
        guarded = AccessControl(routes.application(), PanelToken(TOKEN))
        thread = threading.Thread(target=live.run, daemon=True)
        thread.start()
        try:
            with TestClient(guarded, base_url=OURS) as client:  # type: ignore[arg-type]
                yield SteeredRun(live, client, routes)
        finally:
            live.control.finished = True
            thread.join(30)
