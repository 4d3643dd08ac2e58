"""The state that all requests of the reading room share: a home, its published file, and who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fastapi import Request

from web.published_reader import Published
from web.request_guard import Guard


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The state shared by all requests: the home, its published file, the guard, whether decisions are allowed."""

    home: Path
    published: Published
    guard: Guard
    can_decide: bool


def room_of(request: Request) -> Room:
    """Return the Room of the application that received a request; the same object for every request."""
    room: Room = request.app.state.room
    return room
