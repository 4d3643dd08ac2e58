"""Made-up articles that a delivery holds."""

from __future__ import annotations

from dataclasses import dataclass

_SUBJECTS = (
    "council",
    "harbour",
    "orchestra",
    "bakery",
    "observatory",
    "railway",
    "museum",
    "vineyard",
    "hospital",
)
_VERBS = ("opens", "closes", "repairs", "sells", "praises", "doubles", "delays", "rebuilds", "inspects")
_OBJECTS = ("bridge", "ledger", "furnace", "garden", "archive", "ferry", "tower", "kitchen", "stable")


@dataclass(frozen=True, slots=True)
class Story:
    """One article, as it was meant by whoever sends it."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    published: str  # ISO 8601 with an offset
    author: str
    publisher: str

    @property
    def text(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(self.paragraphs)

    @property
    def url(self) -> str:
        """Where it stands."""
        return f"https://paper.example/2026/{self.number}"


def make_stories(count: int, first: int = 0) -> list[Story]:
    """Make so many different articles; the same numbers give the same ones."""
    return [_story(number) for number in range(first, first + count)]


def _story(number: int) -> Story:
    subject = _SUBJECTS[number % 9]
    verb, thing = _VERBS[number // 9 % 9], _OBJECTS[number // 81 % 9]
    where = f"Upper Marl {number}"
    return Story(
        number=number,
        title=f"The {subject} of {where} {verb} its {thing}",
        paragraphs=(
            f"The {subject} of {where} {verb} its {thing} this week, said a spokeswoman on Monday.",
            f"It was the {number + 2}nd time since {1900 + number % 90} that the {thing} made news in {where}.",
            f"Neighbours of the {subject} had asked for “{thing} & quiet” and a fund of {number + 7} crowns.",
            "A decision about the money is expected before the summer, when the days are longest.",
        ),
        published=f"2026-03-{number % 28 + 1:02d}T{number % 24:02d}:30:00+01:00",
        author=("Ann Ley", "Bo Ek", "Cora Dunn")[number % 3],
        publisher=("The Marl Courier", "Tarn Post")[number % 2],
    )
