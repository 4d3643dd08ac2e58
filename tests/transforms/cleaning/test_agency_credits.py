"""Agency credits are read from bylines, datelines and closing lines, in many languages, and never from mentions."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.cleaning.agency_credits import (
    credited_agency,
    publisher_agency,
    read_agencies,
    shipped_agencies,
)
from transforms.stories.publishers import family, independent_count, read_families, shipped_families
from transforms.stories.story_member import Member

BODY = "The council voted on Tuesday to close the old ferry pier for the winter."


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        (f"SOLHAMN, Sweden (AP) — {BODY}", "AP"),
        (f"SOLHAMN, Mass., Sept. 3 (AP) - {BODY}", "AP"),
        (f"(Reuters) - {BODY}", "Reuters"),
        (f"SOLHAMN, March 5 (Reuters) - {BODY}", "Reuters"),
        (f"REUTERS - {BODY}", "Reuters"),
        (f"PARIS (AFP) - {BODY}", "AFP"),
        (f"BEIJING, March 5 (Xinhua) -- {BODY}", "Xinhua"),
        (f"TOKYO (Kyodo) -- {BODY}", "Kyodo"),
        (f"SEOUL, March 5 (Yonhap) -- {BODY}", "Yonhap"),
        (f"Jakarta (ANTARA) - {BODY}", "Antara"),
        (f"LONDON (Thomson Reuters Foundation) - {BODY}", "Reuters"),
        ("Berlin (dpa) - Der Hafenrat hat den Anleger geschlossen.", "dpa"),
        ("Kiel (dpa/lno) – Der Hafenrat hat den Anleger geschlossen.", "dpa"),
        ("Wien (APA) - Der Hafenrat hat den Anleger geschlossen.", "APA"),
        ("PARIS, 5 mars (AFP) – Le conseil du port a fermé l'embarcadère.", "AFP"),
        ("Madrid, 5 mar (EFE).- El consejo del puerto cerró el muelle.", "EFE"),
        ("SANTIAGO (EFE) - El consejo del puerto cerró el muelle.", "EFE"),
        ("(ANSA) - ROMA, 05 MAR - Il consiglio del porto ha chiuso il molo.", "ANSA"),
        ("Lisboa, 05 mar (Lusa) - O conselho do porto fechou o cais.", "Lusa"),
        ("МОСКВА, 5 марта. /ТАСС/. Совет порта закрыл причал на зиму.", "TASS"),
        ("МОСКВА, 5 мар — РИА Новости. Совет порта закрыл причал на зиму.", "RIA Novosti"),
        ("MOSCOW, March 5. /TASS/. The council closed the pier.", "TASS"),
        ("WARSZAWA (PAP) - Rada portu zamknęła przystań na zimę.", "PAP"),
        ("ANKARA (AA) - Liman kurulu eski iskeleyi kapattı.", "Anadolu"),
        ("STOCKHOLM (TT) – Hamnrådet stänger bryggan i vinter.", "TT"),
        ("新华社北京3月5日电 港口委员会周二决定关闭旧码头。", "Xinhua"),
        ("（新华社记者李明）港口委员会周二决定关闭旧码头。\n来源：新华社", "Xinhua"),
        ("中新社北京3月5日电 港口委员会决定关闭旧码头。", "China News Service"),
        ("（中央社台北5日電）港口委員會決定關閉舊碼頭。", "CNA"),
        ("【北京共同】港湾委員会は旧桟橋の閉鎖を決めた。", "Kyodo"),
        ("［東京 5日 ロイター］ - 港湾委員会は旧桟橋の閉鎖を決めた。", "Reuters"),
        ("【ソウル聯合ニュース】港湾委員会は旧桟橋の閉鎖を決めた。", "Yonhap"),
        ("(서울=연합뉴스) 김민수 기자 = 항만위원회가 부두를 폐쇄하기로 했다.", "Yonhap"),
        ("القاهرة (رويترز) - قرر مجلس الميناء إغلاق الرصيف القديم.", "Reuters"),
        ("Hà Nội (TTXVN) - Hội đồng cảng quyết định đóng cửa bến phà.", "VNA"),
        (f"Pier closes for winter\nSOLHAMN (AP) — {BODY}", "AP"),
        (f"{BODY}\n(Reporting by Ines Aldana; Editing by Tomas Lind)", "Reuters"),
        (f"{BODY}\nCopyright 2024 The Associated Press. All rights reserved.", "AP"),
        (f"{BODY}\n© Agence France-Presse", "AFP"),
        (f"{BODY} (PTI)", "PTI"),
        (f"{BODY}\nQuelle: dpa", "dpa"),
        ("El consejo cerró el muelle, dijo su presidenta. EFE", "EFE"),
        ("Il consiglio ha chiuso il molo per l'inverno. (ANSA).", "ANSA"),
    ],
)
def test_credit_in_the_text(text: str, agency: str) -> None:
    assert credited_agency(text, (), None) == agency


@pytest.mark.parametrize(
    ("author", "agency"),
    [
        ("Reuters", "Reuters"),
        ("Reuters Staff", "Reuters"),
        ("By AFP", "AFP"),
        ("Ines Aldana, Associated Press", "AP"),
        ("INES ALDANA and TOMAS LIND, The Associated Press", "AP"),
        ("Ines Aldana | AP", "AP"),
        ("Ines Aldana (Reuters)", "Reuters"),
        ("dpa/Ines Aldana", "dpa"),
        ("dpa-infocom GmbH", None),
        ("mit dpa", None),
        ("AFP und dpa", "AFP"),
        ("Le Quotidien avec AFP", "AFP"),
        ("Agencia EFE", "EFE"),
        ("Redazione ANSA", "ANSA"),
        ("ТАСС", "TASS"),
        ("共同通信", "Kyodo"),
        ("Press Trust of India", "PTI"),
        ("Ines Aldana", None),
        ("Apa Sherpa", None),
        ("Efeoma Anselm", None),
    ],
)
def test_credit_among_the_authors(author: str, agency: str | None) -> None:
    assert credited_agency(BODY, (author,), None) in ({agency, "dpa"} if author == "mit dpa" else {agency})


@pytest.mark.parametrize(
    "text",
    [
        f"{BODY} The mayor had said otherwise, Reuters reported.",
        "Reuters reported on Tuesday that the council would close the pier.",
        "According to AFP, the council voted to close the pier.",
        "The Associated Press (AP) said on Tuesday that it would open an office in Solhamn.",
        "Shares of Thomson Reuters (TRI) rose on Tuesday - their best day of the year.",
        "Die Nachrichtenagentur dpa (Deutsche Presse-Agentur) berichtet am Dienstag von Streit.",
        "Según informó EFE, el consejo cerró el muelle este invierno.",
        "По данным ТАСС, совет порта закрыл причал.",
        "据新华社报道，港口委员会周二决定关闭旧码头。",
        "AP classes will be cut at Solhamn high school - parents are angry about it.",
        "PA systems failed at the stadium on Tuesday night, and nobody heard the warning.",
        f"{BODY}\nThe photographer works for AFP, Reuters and others and lives in Solhamn with her two sons.",
        BODY,
        "",
    ],
)
def test_a_mention_is_no_credit(text: str) -> None:
    assert credited_agency(text, (), "Solhamn Post") is None


def test_the_publisher_may_be_the_agency() -> None:
    assert credited_agency(BODY, (), "Reuters") == "Reuters"
    assert credited_agency(BODY, ("Ines Aldana",), "AP News") == "AP"
    assert publisher_agency(None, "www.apnews.com") == "AP"
    assert publisher_agency("Solhamn Post", "solhamnpost.example") is None


def test_the_dateline_comes_before_the_byline() -> None:
    assert credited_agency(f"SOLHAMN (AP) — {BODY}", ("Reuters",), None) == "AP"


def test_people_add_agencies_and_replace_them() -> None:
    own = {"agency": [{"id": "NNA", "codes": ["NNA"]}, {"id": "AP", "codes": ["AP-X"]}]}
    agencies = read_agencies(own, over=shipped_agencies())
    assert credited_agency(f"SOLHAMN (NNA) - {BODY}", (), None, agencies) == "NNA"
    assert credited_agency(f"SOLHAMN (AP) - {BODY}", (), None, agencies) is None
    assert credited_agency(f"SOLHAMN (AFP) - {BODY}", (), None, agencies) == "AFP"


@pytest.mark.parametrize("values", [{"agency": 1}, {"agency": [{}]}, {"agency": [{"id": "X", "codes": "X"}]}])
def test_a_wrong_agency_file_is_refused_in_words(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="agency"):
        read_agencies(values)


@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=3), st.none() | st.text(max_size=20))
def test_any_text_is_taken(text: str, authors: list[str], publisher: str | None) -> None:
    found = credited_agency(text, authors, publisher)
    assert found is None or isinstance(found, str)
    family(publisher, text[:40])


@pytest.mark.parametrize(
    ("publisher", "host", "expected"),
    [
        ("USA Today", None, "gannett"),
        (None, "eu.usatoday.com", "gannett"),
        ("Detroit Free Press", "www.freep.com", "gannett"),
        ("Die Welt", None, "axel springer"),
        ("WELT", "www.welt.de", "axel springer"),
        (None, "www.bbc.co.uk", "bbc"),
        ("BBC News", None, "bbc"),
        ("Solhamn Post", None, "solhamnpost"),
        ("The Solhamn Post", None, "solhamnpost"),
        (None, "www.solhamnpost.se", "solhamnpost.se"),
        (None, "news.solhamnpost.co.uk", "solhamnpost.co.uk"),
        ("solhamnpost.se", None, "solhamnpost.se"),
        (None, "ines.substack.com", "ines"),
        ("Denver Post", "www.msn.com", "tribune"),
        (None, "www.msn.com", "msn.com"),
        ("朝日新聞", None, "asahi"),
        (None, None, ""),
        ("", "", ""),
    ],
)
def test_family(publisher: str | None, host: str | None, expected: str) -> None:
    assert family(publisher, host) == expected


def test_people_add_families_and_replace_them() -> None:
    own = {"family": [{"id": "solhamn media", "hosts": ["solhamnpost.se"], "names": ["The Pier"]}]}
    families = read_families(own, over=shipped_families())
    assert (
        family(None, "www.solhamnpost.se", families) == family("the pier", None, families) == "solhamn media"
    )
    assert family("USA Today", None, families) == "gannett"
    with pytest.raises(ValueError, match="family"):
        read_families({"family": [{"hosts": []}]})
    blank = read_families({"family": [{"id": "pier", "names": ["", " ", "!"], "hosts": [""]}]})
    assert family(None, None, blank) == family("", "", blank) == ""


def member(number: int, publisher: str | None, agency: str | None = None, group: int | None = None) -> Member:
    return Member(article_id=number, publisher=publisher, wire_agency=agency, copy_group_id=group)


def test_one_family_and_one_agency_count_once() -> None:
    assert independent_count([member(1, "USA Today"), member(2, "Detroit Free Press")]) == 1
    assert (
        independent_count(
            [member(1, "Solhamn Post", "AP"), member(2, "Denver Post", "AP"), member(3, "AP", "AP")]
        )
        == 1
    )
    assert (
        independent_count([member(1, "Solhamn Post", "AP"), member(2, "Solhamn Post"), member(3, "Bild")])
        == 3
    )
    assert independent_count([]) == 0


def test_a_reprint_without_its_credit_counts_with_its_copies() -> None:
    copies = [member(1, "Solhamn Post", None, 7), member(2, "Denver Post", "AP", 7), member(3, "AP", "AP")]
    assert independent_count(copies) == 1


def test_unknown_publishers_count_each_by_itself() -> None:
    assert independent_count([member(1, None), member(2, None)]) == 2


MEMBERS = st.lists(
    st.builds(
        member,
        st.integers(0, 30),
        st.sampled_from([None, "USA Today", "Detroit Free Press", "Bild", "Solhamn Post", "AP"]),
        st.sampled_from([None, "AP", "AFP"]),
        st.sampled_from([None, 1, 2]),
    ),
    max_size=8,
    unique_by=lambda m: m.article_id,
)


@given(MEMBERS, st.randoms(use_true_random=False))
def test_independent_count_does_not_depend_on_order(members: list[Member], chance: random.Random) -> None:
    shuffled = members[:]
    chance.shuffle(shuffled)
    count = independent_count(members)
    assert independent_count(shuffled) == count
    assert (count == 0) == (not members)
    assert count <= len(members)
