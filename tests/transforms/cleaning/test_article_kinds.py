"""What kind of text an article is: a labelled set of small texts, and the caution that short reports need."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.cleaning.article_kinds import _CLOCK_START, _EARLY_DIGIT, _counter, classify_kind, markers
from transforms.types import Kind

PROSE = (
    "The harbour council voted on Tuesday to close the old ferry pier for the winter, ending a dispute of three years. "
    "Repairs would have cost 4.2 million crowns, said its chair, Ines Aldana, twice what the town sets aside for roads."
)
LONG = "\n".join(f"{PROSE} That is what minute {k} of the meeting says." for k in range(12))
ENTRIES = "\n".join(
    f"1{k}:05 The council has heard speaker {k}, who wants the pier to stay as it is now.\n{PROSE}"
    for k in range(8)
)
NEWEST_FIRST = "\n".join(
    f"{hour}:05 p.m. The council hears another speaker.\n{PROSE}" for hour in range(9, 1, -1)
)
HEADLINES = "\n".join(
    f"{town} bakers fear a shortage of flour" for town in ("Lund", "Oslo", "Kiel", "Gent", "Brest", "Turku")
)
CAPTIONS = "\n".join(f"{k}/6 The pier on a morning in March." for k in range(1, 7))
COOKIES = (
    "We use cookies and ask for your consent. Our privacy policy says what we do with your personal data."
)

CASES = [
    # title, text, url, kind
    ("Harbour council closes ferry pier", PROSE, None, Kind.ARTICLE),
    ("Harbour council closes ferry pier", LONG, "https://solhamnpost.example/news/pier", Kind.ARTICLE),
    ("Bank lifts rates", "The central bank raised its rate to 3 percent on Friday.", None, Kind.ARTICLE),
    ("Hafenrat schließt Anleger", "Der Hafenrat schließt den Anleger im Winter.", None, Kind.ARTICLE),
    ("桟橋を閉鎖", "港湾委員会は火曜日、旧フェリー桟橋を冬の間閉鎖することを決めた。", None, Kind.ARTICLE),
    ("Bayer loses appeal over Roundup", PROSE, None, Kind.ARTICLE),
    ("Where the ferry families live", PROSE, None, Kind.ARTICLE),
    ("Live music returns to Solhamn", PROSE, None, Kind.ARTICLE),
    ("Photos show damage to the pier", PROSE, None, Kind.ARTICLE),
    ("Subscribers only: how a paper lost its readers", LONG, None, Kind.ARTICLE),
    ("Page found not guilty", PROSE, None, Kind.ARTICLE),
    ("Storm hits weather station", PROSE, None, Kind.ARTICLE),
    (
        "Chipmaker beats forecasts",
        f"Shares of Solhamn Chips (NASDAQ: SHC) rose 4% on Tuesday. {PROSE} {PROSE}",
        None,
        Kind.ARTICLE,
    ),
    (
        "Cookie ban splits the council",
        "A ban on cookies in offices has split the council, which votes on Friday.",
        None,
        Kind.ARTICLE,
    ),
    ("Election night live updates", LONG, None, Kind.LIVE_BLOG),
    ("Council vote as it happened", LONG, None, Kind.LIVE_BLOG),
    ("Sturm über Solhamn im Liveticker", LONG, None, Kind.LIVE_BLOG),
    ("EN DIRECT. Tempête sur Solhamn", LONG, None, Kind.LIVE_BLOG),
    ("Tormenta en Solhamn, en vivo", LONG, None, Kind.LIVE_BLOG),
    ("Шторм в Сольхамне: онлайн-трансляция", LONG, None, Kind.LIVE_BLOG),
    ("索尔港风暴实时更新", LONG, None, Kind.LIVE_BLOG),
    ("Bão ở Solhamn: tường thuật trực tiếp", LONG, None, Kind.LIVE_BLOG),
    ("The vote on the pier", NEWEST_FIRST, None, Kind.LIVE_BLOG),
    ("How the vote on the pier went", ENTRIES, None, Kind.ARTICLE),
    ("The vote on the pier: live", ENTRIES, None, Kind.LIVE_BLOG),
    ("Wie das Wetter im Mai wird", LONG, None, Kind.ARTICLE),
    ("Wie das Wetter im Mai wird", PROSE, None, Kind.ARTICLE),
    ("Das Wetter in Solhamn am Dienstag", PROSE, None, Kind.TEMPLATE),
    ("Why the lottery results were late", PROSE, None, Kind.ARTICLE),
    ("Weather forecast is an art, says the man who makes it", LONG * 2, None, Kind.ARTICLE),
    ("The pier: live", ENTRIES, "https://solhamnpost.example/live/pier", Kind.LIVE_BLOG),
    ("Morning briefing: pier, bakers, trains", LONG, None, Kind.ROUND_UP),
    ("News in brief", PROSE, None, Kind.ROUND_UP),
    ("World news roundup for Friday", LONG, None, Kind.ROUND_UP),
    ("Five things to know today", LONG, None, Kind.ROUND_UP),
    ("Das Wichtigste am Morgen", LONG, None, Kind.ROUND_UP),
    ("Lo más importante del día en Solhamn", LONG, None, Kind.ROUND_UP),
    ("Дайджест: причал, пекари, поезда", LONG, None, Kind.ROUND_UP),
    ("今日要闻：码头、面包师、火车", LONG, None, Kind.ROUND_UP),
    ("Điểm tin sáng thứ Ba", LONG, None, Kind.ROUND_UP),
    ("In pictures: winter at the pier", CAPTIONS, None, Kind.GALLERY),
    ("Winter at the pier", CAPTIONS, None, Kind.GALLERY),
    ("Photos: winter at the pier", PROSE, None, Kind.GALLERY),
    ("[포토] 겨울 부두", PROSE, None, Kind.GALLERY),
    ("Winter at the pier", PROSE, "https://solhamnpost.example/gallery/winter", Kind.GALLERY),
    ("Fotostrecke: Winter am Anleger", PROSE, None, Kind.GALLERY),
    ("L'hiver au port en images", PROSE, None, Kind.GALLERY),
    ("Фоторепортаж: зима на причале", PROSE, None, Kind.GALLERY),
    ("写真特集：冬の桟橋", PROSE, None, Kind.GALLERY),
    ("Weather forecast for Tuesday", PROSE, None, Kind.TEMPLATE),
    ("Horoskop für Dienstag", PROSE, None, Kind.TEMPLATE),
    ("Previsão do tempo para terça", PROSE, None, Kind.TEMPLATE),
    ("Прогноз погоды на вторник", PROSE, None, Kind.TEMPLATE),
    ("明日天气预报", PROSE, None, Kind.TEMPLATE),
    (
        "Solhamn Chips up 1.2%",
        "Solhamn Chips (NASDAQ: SHC) rose 1.2% to $41.30 on 1,204,300 shares. The 52-week range is $30.10 to $44.90.",
        None,
        Kind.TEMPLATE,
    ),
    ("Latest from Solhamn", HEADLINES, "https://solhamnpost.example/", Kind.INDEX),
    ("404 Not Found", "Page not found. The page you requested could not be found.", None, Kind.STUB),
    ("Just a moment...", "Checking your browser before you go on.", None, Kind.STUB),
    ("Solhamn Post", COOKIES, None, Kind.STUB),
    ("Pier closes", f"{PROSE}\nSubscribe to continue reading.", None, Kind.STUB),
    ("Anleger schließt", "Der Hafenrat hat entschieden.\nJetzt abonnieren und weiterlesen.", None, Kind.STUB),
    ("L'embarcadère ferme", "Le conseil a voté.\nCet article est réservé aux abonnés.", None, Kind.STUB),
    ("El muelle cierra", "El consejo votó.\nContenido exclusivo para suscriptores.", None, Kind.STUB),
    ("桟橋を閉鎖", "港湾委員会は決めた。\nこの記事は有料会員限定です。", None, Kind.STUB),
    (
        "Pier closes",
        "The harbour council voted on Tuesday to close…",
        "https://solhamnpost.example/a",
        Kind.STUB,
    ),
    ("Pier closes", "", None, Kind.STUB),
]


def words(text: str) -> int:
    return len(text.split())


@pytest.mark.parametrize(("title", "text", "url", "kind"), CASES, ids=lambda value: str(value)[:40])
def test_labelled_set(title: str, text: str, url: str | None, kind: Kind) -> None:
    found, reason = classify_kind(title, text, url=url, word_count=words(text))
    assert found is kind, reason
    assert reason


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Bank lifts rates", "Rates rise."),
        ("Bank lifts rates", "The central bank raised its rate to 3 percent, it said..."),
        ("Latest from Solhamn", HEADLINES),
        ("Page not found", "An exhibition of lost manuscripts opens on Friday in the town library."),
        (
            "Subscribers only",
            "A paper for subscribers only starts in Solhamn, to continue reading habits of old.",
        ),
        ("Council of Solhamn closes its pier", ""),
        ("Cookies", COOKIES),
    ],
)
def test_a_record_is_never_a_stub_on_the_look_of_it(title: str, text: str) -> None:
    found, _ = classify_kind(title, text, word_count=words(text), is_clean=True)
    assert found is Kind.ARTICLE


def test_what_the_source_says_counts() -> None:
    def stated(kind: str) -> Kind:
        return classify_kind("Pier", LONG, word_count=words(LONG), stated_kind=kind, is_clean=True)[0]

    assert stated("LiveBlogPosting") is Kind.LIVE_BLOG
    assert stated("https://schema.org/LiveBlogPosting") is Kind.LIVE_BLOG
    assert stated("Image Gallery") is Kind.GALLERY
    assert stated("round-up") is Kind.ROUND_UP
    assert stated("NewsArticle") is Kind.ARTICLE


def test_a_summary_is_a_teaser() -> None:
    assert (
        classify_kind("Pier", LONG, word_count=words(LONG), is_summary=True, is_clean=True)[0] is Kind.TEASER
    )


def test_a_paywalled_text_is_a_stub_only_when_little_of_it_is_seen() -> None:
    assert classify_kind("Pier", PROSE, word_count=words(PROSE), is_paywalled=True)[0] is Kind.STUB
    assert classify_kind("Pier", LONG, word_count=words(LONG), is_paywalled=True)[0] is Kind.ARTICLE


def test_links_make_an_index_only_of_a_text_that_is_one() -> None:
    prose = "\n".join(LONG.split("\n"))
    assert classify_kind("Pier", prose, word_count=words(prose), link_ratio=0.7)[0] is Kind.ARTICLE
    mixed = f"{HEADLINES}\n{PROSE}\n{PROSE}"
    assert classify_kind("Pier", mixed, word_count=words(mixed), link_ratio=0.8)[0] is Kind.INDEX


@given(st.text(max_size=60), st.text(max_size=400), st.none() | st.text(max_size=60), st.booleans())
def test_any_text_is_taken(title: str, text: str, url: str | None, is_clean: bool) -> None:
    kind, reason = classify_kind(title, text, url=url, word_count=words(text), is_clean=is_clean)
    assert isinstance(kind, Kind)
    assert reason
    if is_clean and text.strip():
        assert kind not in (Kind.STUB, Kind.INDEX)


@given(
    st.lists(
        st.sampled_from(["live", "in", "pictures", "the", "week", "|", "galerie", "直播", "briefs"]),
        max_size=6,
    )
)
def test_looking_words_up_first_misses_no_phrase(words: list[str]) -> None:
    plain = " ".join(words)
    for marker in (markers().live, markers().maybe_live, markers().round_up, markers().gallery):
        assert bool(marker.search(plain)) == bool(marker.pattern.search(plain))


@given(st.text("0123٣:.h/| -–(ab上午点oftuhrm第", max_size=20), st.integers(1, 4))
@example("「第2025102 第12345678 3 / 12", 1)
@example("--- Picture1 3/12", 1)
@example("---下午 3点", 1)
def test_no_line_that_opens_with_a_time_or_a_number_is_passed_over(line: str, gap: int) -> None:
    plain = " ".join(line.split())
    if _CLOCK_START.match(plain) or _counter().match(plain):
        assert _EARLY_DIGIT.match(plain)
        assert _EARLY_DIGIT.match(" " * gap + plain.replace(" ", " " * gap))
