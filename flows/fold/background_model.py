"""What settings choose about the model of stories: settings in, the background that pair scores depend on out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.language.background import (
    Background,
    load_background,
    with_embedder,
    with_multilingual,
    with_shared_terms,
)
from transforms.stories.other_languages import MODEL_VERSION

if TYPE_CHECKING:
    from flows.settings.settings import Settings


def story_background(settings: Settings) -> Background:
    """Return the model that weighs terms, with what the settings `semantic_model` and `other_languages` add to it.

    Weights are inverse document frequencies from wordfreq's word lists. Raises SettingsError for a sentence model
    that cannot be used, or an encoder that is not installed.
    """
    background = load_background()
    if settings.semantic_model is not None:
        from flows.fold.embedding_model import load_embedder  # needs an optional package

        background = with_embedder(background, load_embedder(settings.semantic_model))
    if settings.other_languages == "off":
        return background
    background = with_shared_terms(background, MODEL_VERSION)
    if settings.other_languages == "names":
        return background
    from flows.fold.multilingual_model import find_multilingual  # needs an optional package

    return with_multilingual(background, find_multilingual())
