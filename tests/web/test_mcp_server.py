"""The tools for an assistant, as the official client of the protocol sees them: a process, asked over its pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import TextContent

from tests.story_samples import article_id, stories
from warehouse.connection import open_published, published_path
from web.mcp_server import build_server

NEWSFOLD = str(Path(sys.executable).with_name("newsfold"))


def call(home: Path, *calls: tuple[str, dict[str, Any]], words: tuple[str, ...] = ()) -> list[Any]:
    """Start the server as a program, call tools one after the other and return their answers, names of tools first."""
    answers: list[Any] = []

    async def ask() -> None:
        program = StdioServerParameters(
            command=NEWSFOLD, args=["mcp", "--home", str(home), *words], env=dict(os.environ)
        )
        async with stdio_client(program) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            answers.append({tool.name for tool in (await session.list_tools()).tools})
            for name, arguments in calls:
                result = await session.call_tool(name, arguments)
                texts = [part.text for part in result.content if isinstance(part, TextContent)]
                answers.append(texts if result.is_error else [json.loads(text) for text in texts])
                os.utime(published_path(home))  # as if a run had published in between

    anyio.run(ask)
    return answers


@pytest.mark.slow
def test_an_assistant_reads_stories_as_data_and_can_change_nothing(web_home: Path) -> None:
    a, b = (article_id(web_home, name) for name in ("e0t0", "e0t1"))
    before = stories(web_home)
    tools, latest, found, why, changed = call(
        web_home,
        ("latest_stories", {"limit": 1}),
        ("search", {"words": "viaduct"}),
        ("explain", {"article_a": a, "article_b": b}),
        ("changes", {}),
    )
    assert tools == {"latest_stories", "search", "story", "explain", "changes"}
    assert latest[0]["independent_count"] == 3
    assert latest[0]["title"].startswith("«data»")
    assert "Brackwater" in json.dumps(found)
    assert why[0]["sentences"]
    assert changed[0]["is_complete"]
    assert stories(web_home) == before


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("latest_stories", {"limit": 0}, "limit"),
        ("latest_stories", {"limit": 51}, "limit"),
        ("latest_stories", {"limit": "many"}, "limit"),
        ("latest_stories", {"language": "English"}, "language"),
        ("latest_stories", {"lang": "en"}, "no argument lang; it has limit, language, min_sources"),
        ("latest_stories", {"min_sources": -1}, "min_sources"),
        ("search", {}, "words"),
        ("search", {"words": " "}, "words"),
        ("search", {"words": "x" * 301}, "words"),
        ("story", {"story_id": "nonsense"}, "no story has the id nonsense"),
        ("explain", {"article_a": "x", "article_b": "y"}, "not known here"),
        ("changes", {"since_run": "yesterday"}, "no run has the id yesterday"),
        ("decide", {"verb": "link"}, "decide"),
    ],
)
def test_an_argument_that_makes_no_sense_is_an_error_that_names_it(
    web_home: Path, tool: str, arguments: dict[str, Any], named: str
) -> None:
    server = build_server(web_home)
    with pytest.raises(Exception, match=named) as caught:
        anyio.run(server.call_tool, tool, arguments)
    assert isinstance(caught.value, ToolError)


def test_a_day_of_the_week_is_no_name_that_reports_share(web_home: Path) -> None:
    server = build_server(web_home)
    article = article_id(web_home, "e0t0")
    with open_published(web_home) as con:
        ((story,),) = con.execute("SELECT story_id FROM articles WHERE article_id = ?", [article]).fetchall()
    answer: Any = anyio.run(server.call_tool, "story", {"story_id": story})
    names = answer.structured_content["shared_and_single_facts"]["names"]
    assert "«data»Hollin«/data»" in names
    assert "«data»Tuesday«/data»" not in names


@pytest.mark.slow
def test_an_assistant_that_may_decide_sets_articles_apart(web_home: Path) -> None:
    a, b = (article_id(web_home, name) for name in ("e0t0", "e0t1"))
    arguments = {"verb": "unlink", "article_a": a, "article_b": b, "why": "asked to"}
    program = [NEWSFOLD, "mcp", "--help"]
    assert (
        "pip install 'newsfold[mcp]'"
        in subprocess.run(program, capture_output=True, text=True, check=True).stdout
    )
    tools = call(web_home, ("story", {"story_id": "nonsense"}), words=("--decide",))
    assert "decide" in tools[0]
    assert "no story has the id" in str(tools[1])
    server = build_server(web_home, may_decide=True)
    anyio.run(server.call_tool, "decide", arguments)
    assert not any({"e0t0", "e0t1"} <= story for story in stories(web_home))
