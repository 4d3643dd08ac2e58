"""Errors for programs, and what tells a program's request from one of a browser."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fastapi import Response


def is_for_programs(path: str) -> bool:
    """Return whether an address belongs to the interface for programs, whose errors are problem+json."""
    return path == "/api" or path.startswith("/api/")


def problem(
    status: int, title: str, detail: str = "", *, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error as problem+json (RFC 9457): status, title, and detail where it is not empty."""
    body = {"type": "about:blank", "title": title, "status": status} | ({"detail": detail} if detail else {})
    return Response(
        json.dumps(body),
        status_code=status,
        media_type="application/problem+json",
        headers=dict(headers or {}),
    )
