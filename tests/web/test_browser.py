"""The reading room in a real browser: an editor's morning, without JavaScript, accessibility, a swap.

Skipped with a plain message where no Chromium is installed; `NEWSFOLD_BROWSER_REQUIRED` demands one.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.story_samples import copy_of, fold_in, report, stories
from warehouse.connection import published_path

NEWSFOLD = str(Path(sys.executable).with_name("newsfold"))
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
QUIET = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
_LONGEST_MS = 120_000
RIGHT_TO_LEFT = "فتح الجسر الجديد في المدينة القديمة أمام حركة المرور"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("NEWSFOLD_BROWSER_REQUIRED"),
        reason="no Chromium is installed here",
    ),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield made
        made.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    rows = [report(0, 0), report(0, 1), report(0, 2), copy_of(report(0, 0), 1), report(1, 0)]
    rows.append(
        report(
            2,
            0,
            title=RIGHT_TO_LEFT,
            text="\n".join([f"{RIGHT_TO_LEFT} {n}." for n in range(8)]),
            language="ar",
        )
    )
    rows.append(report(3, 0, title="<img src=x onerror=document.title='broken'>", url="javascript:alert(1)"))
    return fold_in(tmp_path, rows) / "home"


@pytest.fixture
def room(home: Path) -> Iterator[str]:
    """Start the reading room as people do, on a free port, and give its address."""
    with serving(home) as address:
        yield address


@contextmanager
def serving(home: Path) -> Iterator[str]:
    command = [NEWSFOLD, "web", "--home", str(home), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        try:
            address = re.search(r"http://\S+", program.stderr.readline())
            assert address
            yield address[0].rstrip("/")
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(60)
            assert "Traceback" not in program.stderr.read()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    made = context.new_page()
    made.set_default_timeout(_LONGEST_MS)
    yield made
    context.close()


def morning(page: Page, room: str, home: Path) -> None:
    """Read the biggest story, ask why, take a report out, see that it is out, and take the decision back."""
    before = stories(home)
    page.goto(room)
    page.get_by_role("link", name=re.compile("Collapse at Hollin viaduct")).first.click()
    assert "3 independent sources" in page.inner_text("main")
    assert page.locator("svg.timeline").count() == 1
    page.locator("details.why summary").last.click()
    page.get_by_role("link", name="Compare the two").last.click()
    assert "Why together?" in page.inner_text("h1")
    assert page.locator("mark").count() > 3
    page.get_by_role("link", name="Set apart").click()
    page.get_by_label("Why?").fill("it is about another viaduct")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Set apart").click()
    assert "it is about another viaduct" in page.inner_text("main")
    assert stories(home) != before
    page.get_by_role("button", name=re.compile("Take back")).click()
    assert "taken back by" in page.inner_text("main")
    assert stories(home) == before


def test_an_editors_morning(page: Page, room: str, home: Path) -> None:
    foreign: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(room) else foreign.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    morning(page, room, home)
    page.goto(room)
    page.keyboard.press("/")
    page.keyboard.type("viaduct")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=viaduct")
    assert "Hollin viaduct" in page.inner_text("main")
    assert not foreign, "no request leaves the machine"
    assert not errors


def test_the_same_without_javascript(browser: Browser, room: str, home: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(_LONGEST_MS)
    morning(page, room, home)
    context.close()


def addresses(page: Page, room: str) -> dict[str, str]:
    page.goto(room)
    found = {
        "today": "/",
        "review": "/review",
        "runs": "/runs",
        "compare": "/compare",
        "decisions": "/decisions",
        "watches": "/watches?q=viaduct",
    }
    found |= {
        "search": "/search?q=viaduct",
        "nothing": "/search?q=zzzz",
        "missing": "/story/0000000000000000",
    }
    found |= {
        f"story {n}": str(link.get_attribute("href"))
        for n, link in enumerate(page.locator(".stories h2 a").all())
    }
    if "story 0" not in found:
        return found
    page.goto(room + found["story 0"])
    ids = [str(link.get_attribute("href")).rpartition("/")[2] for link in page.locator("h3 a").all()]
    found |= {
        "article": f"/article/{ids[0]}",
        "outlet": str(page.locator("a.outlet").first.get_attribute("href")),
    }
    story = found["story 0"].rpartition("/")[2]
    run = str(page.locator(".events a[href^='?at=']").first.get_attribute("href"))
    found |= {
        "as of a run": f"/story/{story}{run}",
        "correct": f"/decide?verb=correct&a={ids[0]}",
        "move": f"/decide?verb=move&a={ids[0]}",
        "merge": f"/decide?verb=merge&story={story}",
    }
    if len(ids) > 1:
        found |= {
            "why": f"/why?a={ids[0]}&b={ids[1]}",
            "decide": f"/decide?verb=unlink&a={ids[0]}&b={ids[1]}",
            "split": f"/decide?verb=split&story={story}&a={ids[1]}",
        }
    return found


def look_at_every_page(page: Page, room: str) -> None:
    """See that each page is accessible by axe, fits its window, and took no text for markup."""
    for name, address in addresses(page, room).items():
        page.goto(room + address)
        page.evaluate(AXE)
        result = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        found = [(one["id"], one["nodes"][0]["html"]) for one in result["violations"]]
        assert not found, f"{name}: {found}"
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), name
        assert page.title() != "broken"


HOSTILE = "</title><script>document.title='broken'</script>\"'><img src=x onerror=document.title='broken'>\u202e{{7*7}}"
SETS: dict[str, list[dict[str, Any]]] = {
    "empty": [],
    "hostile": [
        each
        | {
            "title": f"{HOSTILE} {each['title']}",
            "publisher": f"{HOSTILE} {each['publisher']}",
            "url": f"javascript:document.title='broken'//{each['id']}",
            "author": HOSTILE,
            "text": f"{HOSTILE}\n{'unbroken' * 60}\n{each['text']}",
        }
        for each in (report(0, 0), report(0, 1), copy_of(report(0, 0), 1))
    ],
    "right to left": [
        {
            "id": name,
            "title": f"{RIGHT_TO_LEFT} {name}",
            "publisher": f"صحيفة {name}",
            "url": f"https://{name}.example/a",
            "language": "ar",
            "published": "2026-03-01T08:00:00Z",
            "text": "\n".join(
                f"{RIGHT_TO_LEFT} وقال الوزير إن {n} عاملا شاركوا في البناء." for n in range(9)
            ),
        }
        for name in ("one", "two")
    ],
}


@pytest.mark.parametrize("name", SETS)
def test_every_page_is_accessible_whatever_it_shows(browser: Browser, tmp_path: Path, name: str) -> None:
    home = fold_in(tmp_path, SETS[name]) / "home"
    context = browser.new_context(viewport={"width": 390, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(_LONGEST_MS)
    with serving(home) as room:
        look_at_every_page(page, room)
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_page_is_accessible_and_fits(browser: Browser, room: str, width: int, scheme: Any) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.set_default_timeout(_LONGEST_MS)
    look_at_every_page(page, room)
    context.close()


def test_a_new_publication_under_open_pages_makes_no_error(page: Page, room: str, home: Path) -> None:
    path = published_path(home)
    content = path.read_bytes()
    for number in range(8):
        page.goto(room)
        new = path.with_name(f"next-{number}.duckdb")
        new.write_bytes(content)
        os.replace(new, path)
        answer = page.goto(f"{room}/runs")
        assert answer is not None
        assert answer.status == 200
