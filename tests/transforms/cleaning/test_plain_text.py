"""The body of a pasted page: what is kept, what is cut, and that nothing is invented."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.cleaning.line_kinds import classify_line
from transforms.cleaning.plain_text import segment
from transforms.text.encoding import tidy

DATA = Path(os.environ.get("NEWSFOLD_DATA", Path(__file__).parents[3] / "../shared/data"))

BODY = [
    "The harbour council voted on Tuesday to close the old ferry pier for the winter, ending a dispute of three years.",
    "“We have run out of road and out of money,” said the council's chair, Ines Aldana, after the vote.",
    "Repairs would have cost 4.2 million crowns, twice what the town sets aside for its roads in a year.",
]
LINKS = [
    "Bakers Fear Flour Shortage As Mills Close For Repairs",
    "Night Train To The Coast Returns After Nine Years",
    "Mayor Opens Bridge Nobody Can Cross Yet",
    "Storm Takes The Roof Off The Town Library",
]


def body_of(*lines: str) -> list[str]:
    return segment("\n".join(lines)).body.split("\n")


def test_body_alone_is_kept_whole() -> None:
    found = segment("\n\n".join(BODY))
    assert found.body.split("\n") == BODY
    assert found.removed == ()
    assert found.title is None


def test_menu_links_and_comments_are_cut() -> None:
    page = [
        "Menu",
        "News",
        "Weather",
        "Log in",
        *BODY,
        "Related Articles",
        *LINKS,
        "Leave a Reply",
        "Back to top button",
    ]
    assert body_of(*page) == BODY


def test_comments_longer_than_the_article_do_not_win() -> None:
    comment = "I have taken that ferry for thirty years and nobody ever asked me what I think about any of it, ever."
    thread = [
        line
        for k in range(12)
        for line in (f"reader{k} says:", f"March {k + 1}, 2024 at 9:{k + 10} am", comment)
    ]
    assert body_of(*BODY, "12 Comments", *thread, "Leave a Reply") == BODY


def test_headlines_under_the_text_are_cut_without_any_heading() -> None:
    assert body_of(*BODY, "", *LINKS) == BODY


def test_headlines_with_numbers_and_colons_are_no_list() -> None:
    links = [
        "Budget 2026: what bakers can expect",
        *LINKS[:2],
        "Storm of 1987 – the night nobody forgot",
        *LINKS[2:],
    ]
    assert body_of(*BODY, *links) == BODY


def test_headlines_between_paragraphs_are_cut_but_a_subheading_stays() -> None:
    page = [BODY[0], *LINKS, BODY[1], "What comes next", BODY[2]]
    assert body_of(*page) == [BODY[0], BODY[1], "What comes next", BODY[2]]


def test_title_time_and_byline_are_taken_out() -> None:
    page = [
        "Economy",
        "Harbour council closes old ferry pier",
        "By Tomas Lind",
        "2024-03-05 14:20",
        "",
        *BODY,
    ]
    found = segment("\n".join(page))
    assert found.title == "Harbour council closes old ferry pier"
    assert found.published == "2024-03-05 14:20"
    assert found.byline == "By Tomas Lind"
    assert found.body.split("\n") == BODY
    assert found.removed == tuple(line for line in page[:-3] if line)


def test_standfirst_is_not_taken_for_the_title() -> None:
    page = [
        "Ferry pier in Solhamn closes for good",
        "Council says repairs cost more than the town can pay",
        *BODY,
    ]
    assert segment("\n".join(page)).title == "Ferry pier in Solhamn closes for good"


def test_bulleted_summary_and_its_heading_stay() -> None:
    bullets = [
        "Summary:",
        "• Council closes the ferry pier",
        "• Repairs put at 4.2 million",
        "• Vote was seven to four",
    ]
    lead = "The vote on Tuesday ends a dispute that split the town for three years."
    assert body_of(lead, *bullets, *BODY) == [lead, *bullets, *BODY]


def test_summary_above_the_first_sentence_stays() -> None:
    bullets = ["• Council closes the old ferry pier", "• Repairs put at 4.2 million crowns"]
    assert body_of("Ferry pier closes for winter", *bullets, *BODY) == [*bullets, *BODY]


def test_a_last_line_without_full_stop_stays() -> None:
    last = "Ines Aldana, who chairs the harbour council of the town"
    assert body_of(*BODY, last, "Related Articles", "Back to top button") == [*BODY, last]


def test_list_of_numbers_in_a_report_stays() -> None:
    table = ["Results of the vote:", "For – 7", "Against – 4", "Absent – 1"]
    assert body_of(*BODY, *table) == [*BODY, *table]


@pytest.mark.parametrize(
    "text",
    [
        "A lorry overturned on the northern ring road on Friday morning; nobody was hurt.",
        "Bank lifts rates",
        "Der Fluss stieg in der Nacht auf 6,40 Meter.",
        "議会は火曜日、旧フェリー桟橋を冬の間閉鎖することを決めた。",
        "พายุพัดหลังคาห้องสมุดของเมืองเมื่อคืนนี้และมีผู้บาดเจ็บสองคน",
        "Cookies were found to be stale, the bakery said.",
    ],
)
def test_a_text_of_one_line_survives(text: str) -> None:
    assert segment(text).body == text


@pytest.mark.parametrize(
    ("lines", "noise"),
    [
        (
            [
                "Der Hafenrat hat am Dienstag beschlossen, den alten Fähranleger über den Winter zu schließen.",
                "Die Reparatur hätte 4,2 Millionen Kronen gekostet, sagte die Vorsitzende Ines Aldana.",
            ],
            ["Mehr zum Thema", "Bäcker fürchten Mangel an Mehl", "Nach oben"],
        ),
        (
            [
                "Le conseil du port a décidé mardi de fermer l'ancien embarcadère pendant tout l'hiver.",
                "Les travaux auraient coûté 4,2 millions de couronnes, a indiqué la présidente Ines Aldana.",
            ],
            ["Lire aussi", "Les boulangers craignent une pénurie de farine", "Laisser un commentaire"],
        ),
        (
            [
                "El consejo del puerto decidió el martes cerrar el viejo muelle de transbordadores este invierno.",
                "Las obras habrían costado 4,2 millones de coronas, dijo la presidenta Inés Aldana.",
            ],
            ["Noticias relacionadas", "Los panaderos temen una escasez de harina", "Volver arriba"],
        ),
        (
            [
                "Совет порта во вторник решил закрыть старый паромный причал на всю зиму.",
                "Ремонт обошёлся бы в 4,2 миллиона крон, сообщила председатель совета Инес Альдана.",
            ],
            ["Читайте также", "Пекари опасаются нехватки муки", "Поделиться"],
        ),
        (
            [
                "Hội đồng cảng hôm thứ Ba quyết định đóng cửa bến phà cũ trong suốt mùa đông năm nay.",
                "Chi phí sửa chữa sẽ lên tới 4,2 triệu curon, bà Ines Aldana cho biết sau cuộc bỏ phiếu.",
            ],
            ["Tin liên quan", "Thợ làm bánh lo thiếu bột mì", "Bình luận"],
        ),
        (
            [
                "港口委员会周二决定，旧渡轮码头将在整个冬季关闭，从而结束了长达三年的争端。",
                "委员会主席阿尔达纳在表决后表示，维修费用将达到四百二十万克朗，是该镇一年道路预算的两倍。",
            ],
            ["相关新闻", "面包师担心面粉短缺", "返回顶部"],
        ),
        (
            [
                "港湾委員会は火曜日、旧フェリー桟橋を冬の間閉鎖することを賛成多数で決めた。",
                "修理には四百二十万クローネかかる見通しだと、委員長は採決のあと記者団に述べた。",
            ],
            ["関連記事", "パン職人、小麦粉不足を懸念", "ページトップへ"],
        ),
        (
            [
                "항만위원회는 화요일 낡은 여객선 부두를 겨울 동안 폐쇄하기로 결정했다고 밝혔다.",
                "수리에는 420만 크로네가 들 것이라고 이네스 알다나 위원장이 표결 뒤 기자들에게 말했다.",
            ],
            ["관련기사", "제빵사들 밀가루 부족 우려", "맨위로"],
        ),
        (
            [
                "قرر مجلس الميناء يوم الثلاثاء إغلاق رصيف العبارات القديم طوال فصل الشتاء المقبل.",
                "وقالت رئيسة المجلس إن الإصلاحات كانت ستكلف أكثر من أربعة ملايين كرونة.",
            ],
            ["مقالات ذات صلة", "الخبازون يخشون نقص الدقيق", "اترك تعليقا"],
        ),
    ],
)
def test_other_languages(lines: list[str], noise: list[str]) -> None:
    assert body_of(*lines, *noise) == lines


def test_thai_has_no_full_stops() -> None:
    body = "สภาท่าเรือลงมติเมื่อวันอังคารให้ปิดท่าเรือเฟอร์รี่เก่าตลอดฤดูหนาวหลังจากโต้เถียงกันมานานสามปี"
    assert body_of("เมนู", "ค้นหา", body, "ข่าวที่เกี่ยวข้อง", "ข่าวอื่น") == [body]


def test_wrapped_lines_become_paragraphs() -> None:
    text = (
        "The harbour council voted on Tuesday to close the old ferry\n"
        "pier for the winter, which ends a dispute that has split the\n"
        "town for three years.\n\n"
        "Repairs would have cost 4.2 million crowns, said the chair of\n"
        "the council, Ines Aldana, and that is twice what the town\n"
        "sets aside for its roads in a year.\n"
    )
    first, second = segment(text).body.split("\n")
    assert first.endswith("has split the town for three years.")
    assert second.startswith("Repairs would have cost 4.2 million crowns, said the chair of the council")


def test_an_address_that_the_last_sentence_announces_stays() -> None:
    address = ["The Harbour Office", "8 Oxen Row", "by the Old Mint", "Solhamn"]
    assert body_of(*BODY, "Whoever has seen the ferry is asked to write to:", "", *address)[-4:] == address


def test_a_transcript_keeps_its_speakers_and_its_short_answers() -> None:
    lines = [
        *("QUESTION", "Did you see the ferry leave the old pier on Monday evening?", "ANSWER", "No."),
        *("QUESTION", "Was anyone else on the pier when the lamps went out?", "ANSWER", "No."),
    ]
    assert body_of("Hearing on the ferry pier", "", *lines) == lines


def test_results_between_paragraphs_stay() -> None:
    results = [
        "Solhamn Rowers (Group A): 10th win",
        "Ombridge Eight (Group B): Third win",
        "Tarrow (Group C): No win",
    ]
    assert body_of(*BODY[:2], *results, BODY[2]) == [*BODY[:2], *results, BODY[2]]


def test_a_headline_may_hold_a_year_and_end_with_a_mark() -> None:
    for title in (
        "Harbour plan 2019 approved",
        "Who will close the ferry pier?",
        "Chair: “We are out of money”",
    ):
        found = segment("\n\n".join([title, *BODY]))
        assert (found.title, found.body.split("\n")) == (title, BODY)


def test_a_list_of_headlines_is_not_a_wrapped_text() -> None:
    lines = [f"{line} in the District" for line in LINKS]
    assert segment("\n".join(lines)).body.split("\n") == lines


def test_markdown_loses_its_marks() -> None:
    text = (
        "---\ntitle: Ferry pier closes\ndate: 2024-03-05\n---\n\n# Ferry pier closes\n\n"
        "The **harbour council** voted on [Tuesday](https://example.org/a_(b)) to close the pier,\n"
        "ending a dispute of three years.\n\n![pier](pier.jpg)\n\n## What comes next\n\n"
        "* Repairs in spring\n* A new timetable\n\nThe council meets again in `April`, said Ines\\_Aldana.\n\n"
        "## Related Articles\n\n- [Bakers fear flour shortage](/a)\n- [Night train returns](/b)\n"
    )
    found = segment(text)
    assert (found.title, found.published) == ("Ferry pier closes", "2024-03-05")
    assert found.body.split("\n") == [
        "The harbour council voted on Tuesday to close the pier, ending a dispute of three years.",
        "What comes next",
        "* Repairs in spring",
        "* A new timetable",
        "The council meets again in April, said Ines_Aldana.",
    ]


@pytest.mark.parametrize("text", ["", " \n\t\n", "\u200b\n\ufeff"])
def test_nothing_gives_nothing(text: str) -> None:
    found = segment(text)
    assert (found.title, found.body, found.removed) == (None, "", ())


WORDS = st.sampled_from(
    (
        "the",
        "council",
        "Pier",
        "of",
        "voted",
        "Tuesday",
        "million",
        "road.",
        "said,",
        "Menu",
        "Share",
        "2024",
        "14:20",
        "Comments",
        "•",
        "closes",
    )
)
FOREIGN = st.sampled_from(["港口委员会", "ที่ท่าเรือ", "Комментарии"])
LINE = st.lists(WORDS | FOREIGN, max_size=24).map(" ".join)
KNOWN = st.sampled_from(
    [*BODY, *LINKS, "Related Articles", "Leave a Reply", "By Tomas Lind", "March 5, 2024", ""]
)
PAGE = st.lists(st.one_of(LINE, KNOWN, st.text(max_size=30)), max_size=30).map("\n".join)


@given(PAGE)
@example("\x80Â\x85\x88").via("misread characters whose halves look like line ends")
@example("Â\x85")
@settings(max_examples=300, deadline=None)
def test_nothing_is_invented_and_nothing_is_lost(page: str) -> None:
    """The body's letters are the page's in their order, and body and removed lines together are the page."""
    found = segment(page, is_markdown=False)
    letters = _letters(tidy(page))
    rest = iter(letters)
    assert all(any(letter == other for other in rest) for letter in _letters(found.body))
    assert sorted(_letters(found.body + "".join(found.removed))) == sorted(letters)


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


@given(st.lists(KNOWN, max_size=12).map("\n".join))
@settings(max_examples=300, deadline=None)
def test_cutting_a_body_again_keeps_its_sentences(page: str) -> None:
    """Lines at its top may be read as a headline and what stands above one: nothing distinguishes them any more."""
    body = segment(page, is_markdown=False).body
    again = segment(body, is_markdown=False)
    sentences = [
        line
        for line in body.split("\n")
        if line and (seen := classify_line(line)).is_sentence and seen.units >= 5
    ]
    assert [line for line in again.body.split("\n") if line in sentences] == [
        s for s in sentences if s != again.title
    ]


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_is_taken(text: str) -> None:
    segment(text)


def read_owner_inputs() -> list[str]:
    folder = DATA / "seeds"
    if not folder.exists():
        pytest.skip(f"no evaluation data at {folder} (set NEWSFOLD_DATA)")
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))]


def test_the_owners_inputs_lose_their_noise_and_no_body_line() -> None:
    for text in read_owner_inputs():
        found = segment(text)
        lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
        sentences = [line for line in lines if line.endswith((".", "”")) or line.startswith("•")]
        assert set(sentences) <= set(found.body.split("\n"))
        for noise in ("Leave a Reply", "Related Articles", "Back to top button", "Forex"):
            assert noise not in found.body.split("\n")
        headlines = [line for line in lines[6:] if line.istitle() or classify_line(line).is_title_case]
        assert not set(headlines) & set(found.body.split("\n"))


def test_a_line_drawn_under_a_headline_is_no_part_of_it() -> None:
    for rule in ("=" * 40, "-" * 12, "~~~~"):
        found = segment("\n".join(["Crane falls into harbour", rule, "", *BODY]))
        assert found.title == "Crane falls into harbour"


def test_results_above_the_report_are_not_its_headline() -> None:
    rows = ["Rovers 2 United 1", "Harbour Town 3 Lighthouse 4", "North Quay 5 Ferrymen 0"]
    last = "Lighthouse go top of the table after their seven-goal win over Harbour Town on a windy afternoon."
    found = segment("\n".join(["Saturday's island league results", "", *rows, "", last]))
    assert (found.title, found.body.split("\n")) == ("Saturday's island league results", [*rows, last])
    alone = segment("\n".join(["Harbour Town 3 Lighthouse 4", "", last, last.replace("windy", "cold")]))
    assert alone.title == "Harbour Town 3 Lighthouse 4"
