"""What settings choose about the model of stories: settings in, the background that pair scores depend on out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.background import Background, load_background, with_embedder

if TYPE_CHECKING:
    from flows.settings import Settings


def story_background(settings: Settings) -> Background:
    """Return the background model of these settings.

    Raises SettingsError when a sentence model is set and cannot be used.
    """
    if settings.semantic_model is None:
        return load_background()
    from flows.semantic import load_embedder  # needs an optional package

    return with_embedder(load_background(), load_embedder(settings.semantic_model))
