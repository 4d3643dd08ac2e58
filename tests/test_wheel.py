"""The built wheel, installed without the lock into a fresh environment, works from another folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# What a checkout puts on Python's path would count as installed.
ELSEWHERE = {
    name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "NEWSFOLD_"))
}
ROOT = Path(__file__).parents[1]
PAGE = (
    "<html lang=en><body><article><h1>Harbour opens</h1>"
    + "<p>The harbour of Port Ellery opened today.</p>" * 20
)


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, env=ELSEWHERE)


@pytest.mark.slow
def test_a_plain_installation_cleans_pages(tmp_path: Path) -> None:
    """What only the lock brings, such as an extra that pip drops, would be missing here."""
    probe = ["-m", "pip", "download", "--no-deps", "--quiet", "--retries", "0", "lxml_html_clean"]
    if subprocess.run([sys.executable, *probe], cwd=tmp_path, capture_output=True, check=False).returncode:
        pytest.skip("no package registry answers here")
    building = ["-m", "pip", "wheel", "--no-deps", "--quiet", "-w"]
    built = run(sys.executable, *building, tmp_path / "dist", ROOT, cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    (wheel,) = (tmp_path / "dist").glob("newsfold-*.whl")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "fresh"], check=True)
    python = tmp_path / "fresh" / "bin" / "python"
    installed = run(python, "-m", "pip", "install", "--quiet", "--no-compile", wheel, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    pages = tmp_path / "fresh" / "share" / "doc" / "newsfold"
    assert (pages / "operations.md").exists()  # named by the systemd unit
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "page.html").write_text(PAGE)
    newsfold = python.with_name("newsfold")
    for start in ([newsfold], [python, "-m", "newsfold"]):
        shown = run(*start, "--help", cwd=tmp_path / "elsewhere")
        assert shown.returncode == 0, shown.stderr
    done = run(newsfold, "ingest", "page.html", "--home", "home", "--strict", cwd=tmp_path / "elsewhere")
    assert done.returncode == 0, done.stderr
    assert "1 loaded" in done.stderr
    stories = run(newsfold, "stories", "--home", "home", "--json", cwd=tmp_path / "elsewhere")
    assert "Harbour opens" in stories.stdout
