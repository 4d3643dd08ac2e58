"""Bytes become the text that was meant, and nothing hidden stays in it."""

from __future__ import annotations

import random
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.text import encoding
from transforms.text.encoding import decode, drop_unprintable, find_codec, find_wide, tidy, tidy_line

SAMPLES = {
    "utf-8": "Žluťoučký kůň – naïve café, 東京, Київ",
    "utf-16": "Die Fähre fährt über den Fluß",
    "utf-16-le": "The ferry crosses the river again this morning",
    "utf-16-be": "The ferry crosses the river again this morning",
    "utf-32": "Die Fähre fährt über den Fluß",
    "cp1252": "Die Brücke über den Fluss wurde gestern für den Verkehr geöffnet, sagte der Bürgermeister.",
    "cp1250": "Most přes řeku byl včera otevřen pro dopravu, řekl starosta města a poděkoval všem dělníkům.",
    "cp1251": "Мост через реку вчера открыли для движения, сообщил мэр города и поблагодарил рабочих.",
    "koi8-r": "Мост через реку вчера открыли для движения, сообщил мэр города и поблагодарил рабочих.",
    "cp1253": "Η γέφυρα πάνω από το ποτάμι άνοιξε χθες για την κυκλοφορία, είπε ο δήμαρχος της πόλης.",
    "cp1254": "Nehrin üzerindeki köprü dün trafiğe açıldı, dedi şehrin belediye başkanı ve işçilere teşekkür etti.",
    "cp1255": "הגשר מעל הנהר נפתח אתמול לתנועה, אמר ראש העיר והודה לכל העובדים.",
    "cp1256": "افتتح الجسر فوق النهر أمس أمام حركة المرور، قال عمدة المدينة وشكر جميع العمال.",
    "iso8859-2": "Most nad rzeką został wczoraj otwarty dla ruchu, powiedział burmistrz i podziękował robotnikom.",
    "gb18030": "河上的大桥昨天正式通车，市长说，并感谢所有工人。新桥长三百米。",
    "big5": "河上的大橋昨天正式通車，市長說，並感謝所有工人。新橋長三百公尺。",
    "shift_jis": "川にかかる橋は昨日開通した。市長は作業員全員に感謝した。新しい橋の長さは三百メートルである。",
    "euc_jp": "川にかかる橋は昨日開通した。市長は作業員全員に感謝した。新しい橋の長さは三百メートルである。",
    "iso2022_jp": "川にかかる橋は昨日開通した。",
    "euc_kr": "강 위의 다리가 어제 개통되었다고 시장이 말하며 모든 노동자에게 감사를 표했다.",
    "cp874": "สะพานข้ามแม่น้ำเปิดให้บริการเมื่อวานนี้ นายกเทศมนตรีกล่าว",
}
DETECTED = (
    "cp1251",
    "koi8-r",
    "gb18030",
    "big5",
    "shift_jis",
    "euc_jp",
    "euc_kr",
    "cp1255",
    "cp874",
    "cp1253",
)


@pytest.mark.parametrize("codec", SAMPLES)
def test_a_declared_charset_is_read(codec: str) -> None:
    page = f'<html><head><meta charset="{codec}"></head><body><p>{SAMPLES[codec]}</p></body></html>'
    assert SAMPLES[codec] in decode(page.encode(codec)).text


@pytest.mark.parametrize("codec", SAMPLES)
def test_a_charset_of_the_protocol_is_read(codec: str) -> None:
    assert decode(SAMPLES[codec].encode(codec), codec).text == SAMPLES[codec]


@pytest.mark.parametrize("codec", DETECTED)
def test_an_undeclared_charset_is_detected(codec: str) -> None:
    page = f"<html><body><p>{SAMPLES[codec]}</p><p>{SAMPLES[codec]}</p></body></html>"
    assert SAMPLES[codec] in decode(page.encode(codec)).text


def test_valid_utf8_outranks_a_wrong_declaration() -> None:
    page = '<meta charset="iso-8859-1"><p>Göteborg är en stad – åäö</p>'
    assert "Göteborg är en stad – åäö" in decode(page.encode("utf-8")).text


def test_one_cut_sequence_does_not_turn_a_page_into_another_charset() -> None:
    whole = ("Łódź świętuje, miasto zaprasza gości. " * 30).encode("utf-8")
    found = decode(whole[:-1] + b"\xc5")
    assert found.encoding == "utf-8"
    assert "świętuje" in found.text


@pytest.mark.parametrize(
    "label",
    ["utf-7", "unicode_escape", "raw_unicode_escape", "charmap", "undefined", "idna", "punycode", "mbcs", "oem",
     "rot13", "base64", "hex", "zlib", "quopri", "uu", "bz2", "utf-8-variants", "cesu-8", "sloppy-windows-1252",
     "cp037", "ibm500", "no-such-charset", "\ud800", "a\x00b"],
)  # fmt: skip
def test_codecs_that_are_no_charset_of_texts_are_refused(label: str) -> None:
    import ftfy  # noqa: F401  registers codecs of its own

    for spelling in (label, label.upper(), label.replace("_", "-"), label.replace("-", "_"), f' "{label}" '):
        assert find_codec(spelling) is None


def test_the_charsets_of_the_web_are_known() -> None:
    """By the names of the WHATWG Encoding Standard, but for what Python has no codec for."""
    names = (
        "utf-8 ibm866 iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8 iso-8859-10 "
        "iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 koi8-r koi8-u macintosh windows-874 windows-1250 windows-1251 "
        "windows-1252 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 x-mac-cyrillic gbk "
        "gb18030 big5 euc-jp iso-2022-jp shift_jis euc-kr utf-16be utf-16le"
    )
    assert [name for name in names.split() if find_codec(name) is None] == []


def test_charsets_that_hide_text_are_refused() -> None:
    assert decode(b"+ADw-script+AD4-", "utf-7").text == "+ADw-script+AD4-"


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "utf-16", "cp949", "latin-1", "hz", "idna"]))
def test_decoding_never_fails(data: bytes, declared: str | None) -> None:
    text = tidy(decode(data, declared).text)
    text.encode("utf-8")


@given(st.text(alphabet=st.characters(), max_size=300))
def test_tidy_text_is_storable_printable_and_stays_as_it_is(text: str) -> None:
    once = tidy(text)
    once.encode("utf-8")
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in once if char != "\n")
    assert tidy(once) == once
    assert "\n" not in tidy_line(text)


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("\x1b[31mAlarm\x1b[0m in the harbour", "Alarm in the harbour"),
        ("\x1b]0;owned\x07Title", "Title"),
        ("pay\u202epal\u202c", "paypal"),
        ("har\u00adbour", "harbour"),
        ("a\u200bb\ufeffc\u2066d", "abcd"),
        ("nul\x00 byte", "nul byte"),
        ("lone \ud800 half", "lone half"),
        ("pair \ud83d\ude00", "pair 😀"),
        ("hid\U000e0041den", "hidden"),
        ("no\u00a0break\u2003space", "no break space"),
        ("e\u0301te\u0301", "été"),
        ("x\u200dy", "xy"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚒", "👩\u200d🚒"),
    ],
)
def test_tricks_are_removed_and_honest_marks_kept(dirty: str, clean: str) -> None:
    assert tidy_line(dirty) == clean


def test_line_ends_become_one_kind_and_blank_runs_shorten() -> None:
    assert tidy("one\r\ntwo\rthree\u2028four\n\n\n\n\nfive  \t six ") == "one\ntwo\nthree\nfour\n\nfive six"


def test_no_text_passes_for_plain_that_has_something_to_tidy() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    for pattern in (encoding._DROPPED, encoding._LINE_ENDS, encoding._SPACES, encoding._ESCAPES):
        found = {char for run in pattern.findall(every) for char in run} - {" "}
        assert [hex(ord(char)) for char in found if encoding._is_plain(f"a{char}b")] == []
    assert not encoding._is_plain("a\u200db")
    assert encoding._is_plain("Łódź,\n5° ✓ 漢字")


@given(st.text(max_size=40))
def test_nothing_unprintable_is_stored_and_all_else_stays(text: str) -> None:
    kept = drop_unprintable(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c != "\n" for c in kept)
    assert not any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in kept)
    if text.isprintable() and text.isascii():
        assert kept == text
    assert drop_unprintable(kept) == kept


def test_a_terminal_escape_goes_as_a_whole() -> None:
    assert drop_unprintable("id\x1b]0;owned\x07-\x1b[31m7\x9b0m") == "id-70m"


SCRIPTS = {
    "ru": "Паром снова ходит через реку с утра понедельника, сообщил порт.\n",
    "el": "Το πορθμείο διασχίζει ξανά τον ποταμό από το πρωί.\n",
    "ar": "عادت العبارة إلى عبور النهر صباح الاثنين.\n",
    "hi": "सोमवार सुबह से नौका फिर नदी पार कर रही है, बंदरगाह ने कहा।\n",
    "ko": "페리는 월요일 아침부터 다시 강을 건넌다고 항구가 말했다.\n",
    "ja": "フェリーは月曜の朝から再び川を渡っている。一日に三便。\n",
    "zh": "渡轮周一早上恢复运营。港口说，中午之前有三班船。\n",
}


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("language", SCRIPTS)
@given(st.integers(1, 60))
def test_wide_text_of_any_script_needs_no_mark(language: str, order: str, times: int) -> None:
    text = SCRIPTS[language] * times
    assert decode(text.encode(f"utf-16-{order}")).text == text


@pytest.mark.parametrize(
    "codec", ["utf-8", "cp1251", "gb18030", "shift_jis", "euc_kr", "euc_jp", "cp1256", "big5"]
)
@given(st.sampled_from(sorted(SCRIPTS)), st.integers(0, 200), st.integers(1, 3))
def test_a_stray_zero_byte_makes_no_wide_text(codec: str, language: str, at: int, zeros: int) -> None:
    data = (SCRIPTS[language] * 9).encode(codec, "ignore")
    assert find_wide(data[:at] + bytes(zeros) + data[at:]) is None


@given(st.integers(0, 10**6), st.integers(32, 4000))
def test_random_bytes_are_no_wide_text(seed: int, length: int) -> None:
    assert find_wide(random.Random(seed).randbytes(length)) is None
