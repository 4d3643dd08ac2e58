"""The application: one home in, the reading room and the JSON interface over its published file out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from warehouse.errors import NotPublished
from web import api, decision_pages, reading_room_pages, watch_pages
from web.problem_json import is_for_programs, problem
from web.published_reader import Published
from web.request_guard import LOOPBACK, Guard, HeadAsGet
from web.shared_state import Room


def create_app(
    home: Path,
    *,
    hosts: Sequence[str] = LOOPBACK,
    access_token: str | None = None,
    can_decide: bool = True,
) -> FastAPI:
    """Build the web application of a home; pages are 503 until something is published there.

    `hosts` are the host names that it answers to, without a port; `access_token` is demanded of every request where it
    is set; `can_decide` False makes a reading room in which nothing can be changed.
    """
    room = Room(home=home, published=Published(home), guard=Guard(hosts, access_token), can_decide=can_decide)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        room.published.close()

    app = FastAPI(
        title="newsfold", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json"
    )
    app.state.room = room
    app.middleware("http")(room.guard)
    app.add_middleware(HeadAsGet)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.include_router(api.router)
    app.include_router(reading_room_pages.router, include_in_schema=False)
    app.include_router(decision_pages.router, include_in_schema=False)
    app.include_router(watch_pages.router, include_in_schema=False)

    @app.exception_handler(NotPublished)
    def nothing_published(request: Request, error: NotPublished) -> Response:
        if is_for_programs(request.url.path):
            return problem(503, "nothing is published yet", str(error))
        return reading_room_pages.show(request, "empty.html", status=503, home=room.home)

    @app.exception_handler(RequestValidationError)
    def not_valid(_: Request, error: RequestValidationError) -> Response:
        return problem(422, "the parameters are not valid", api.reasons(error.errors()))

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        if is_for_programs(request.url.path):
            return problem(error.status_code, str(error.detail), headers=error.headers)
        return reading_room_pages.show(
            request,
            "missing.html",
            status=error.status_code,
            what=str(error.detail),
            heading=None if error.status_code == 404 else "That did not work",
        )

    return app
