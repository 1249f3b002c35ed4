"""The pages become a site, and a link that leads nowhere is found."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SITE = ROOT / ".ci/site.py"


def site() -> Any:
    """The program that builds it, which is in no package."""
    spec = importlib.util.spec_from_file_location("build_site", SITE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("link", "is_dead"),
    [
        ("there.html", False),
        ("there.html#heading", False),
        ("there.html#gone", True),
        ("gone.html", True),
        ("#own", False),
        ("#gone", True),
        ("folder/", False),
        ("folder", False),
        ("empty", True),
        ("https://example.org/not/asked", False),
        ("a%20picture.png", False),
    ],
)
def test_a_link_that_leads_nowhere_is_found(tmp_path: Path, link: str, is_dead: bool) -> None:
    (tmp_path / "page.html").write_text(f'<h1 id="own">Here</h1><a href="{link}">there</a>')
    (tmp_path / "there.html").write_text('<h2 id="heading">There</h2>')
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/index.html").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "a picture.png").touch()

    assert list(site().dead_links(tmp_path)) == ([f"page.html: {link}"] if is_dead else [])


def test_the_pages_are_a_site_that_is_searched_and_whose_links_lead_somewhere() -> None:
    if importlib.util.find_spec("zensical") is None:
        pytest.skip("the extra 'docs' is not installed")

    done = subprocess.run([sys.executable, SITE], capture_output=True, text=True, cwd=ROOT, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    searched = json.loads((ROOT / "build/site/search.json").read_text(encoding="utf-8"))
    assert any("PEP 668" in str(item) for item in searched["items"])
