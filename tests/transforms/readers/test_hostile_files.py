"""Files made to break readers: each costs itself alone, within bounded time and memory, and says why."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import time

import pytest

from tests.fuzz.samples import (
    ATOM,
    EML,
    NEWSML,
    NINJS,
    NITF,
    PAGE,
    RECORD,
    RSS,
    SECOND,
    gzipped,
    http,
    lines,
    pdf,
    samples,
    warc_record,
)
from tests.transforms.readers.reading import MIB, kinds, only_rejection, peak_of, read_all
from transforms.readers import ReadOptions, read
from transforms.types import RawDocument, Reason, Rejection

# --- nothing, or not what the name says ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY),
        (gzipped(b""), Reason.EMPTY),
        (b" \r\n\t\n", Reason.NO_TEXT),
        (b"\xef\xbb\xbf", Reason.NO_TEXT),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00", Reason.BINARY),
        (bytes(5000), Reason.BINARY),
        (bytes(range(256)) * 20, Reason.BINARY),
        (b"<?xml version='1.0'?><catalogue><cd/></catalogue>", Reason.UNKNOWN_FORMAT),
        (
            b"PK\x03\x04\x14\x00\x06\x00\x08\x00" + bytes(16) + b"\x13\x00\x00\x00[Content_Types].xml",
            Reason.UNKNOWN_FORMAT,
        ),
    ],
)
def test_what_is_no_document_says_why(data: bytes, reason: Reason) -> None:
    found = only_rejection(data)
    assert found.reason is reason
    assert found.detail


def test_a_picture_named_as_a_page_is_still_a_picture() -> None:
    photo = io.BytesIO(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)))
    [found] = read(photo, "front/article.html")
    assert isinstance(found, Rejection)
    assert (found.reason, found.size) == (Reason.BINARY, 267)


def test_a_stray_nul_does_not_make_text_binary() -> None:
    page, text, record = (
        read_all(PAGE.replace(b"Eastmere", b"East\x00mere")),
        read_all(b"The mayor\x00 spoke for an hour, and nobody left the hall."),
        read_all(b'{"title": "A\x00B", "text": "The mayor\\u0000 spoke."}'),
    )
    assert kinds(page) == kinds(text) == kinds(record) == ["+"]
    assert isinstance(text[0], RawDocument)
    assert "\x00" not in text[0].body


# --- web archives ----------------------------------------------------------------------------------------------------


def many_records(count: int) -> list[bytes]:
    return [
        warc_record("response", http(PAGE.replace(b"Eastmere", b"Town %d" % n)), f"https://x.example/{n}")
        for n in range(count)
    ]


@pytest.mark.parametrize("lost", [30, 500, 700, 900, 1200])
def test_a_truncated_warc_gives_every_whole_record(lost: int) -> None:
    found = read_all(b"".join(many_records(20))[:-lost])
    assert kinds(found) in (["+"] * 18 + ["truncated"], ["+"] * 19 + ["truncated"])
    for item in found[:-1]:
        assert isinstance(item, RawDocument)
        assert isinstance(item.body, bytes)
        assert item.body.endswith(b"</html>\n")


def test_a_truncated_warc_gz_gives_every_whole_record() -> None:
    data = b"".join(gzipped(record) for record in many_records(20))
    found = read_all(data[:-200])
    assert kinds(found) == ["+"] * 19 + ["truncated"]


def test_a_warc_with_junk_in_the_middle_says_so() -> None:
    records = many_records(6)
    records[3] = b"\x00\x01junk" * 100
    found = read_all(b"".join(records))
    assert kinds(found) == ["+", "+", "+", "bad_record", "+", "+"]


def test_a_warc_that_claims_gigabytes_is_truncated() -> None:
    record = many_records(1)[0]
    length = record[record.index(b"Content-Length: ") :].split(b"\r\n")[0]
    assert kinds(read_all(record.replace(length, b"Content-Length: 9999999999", 1)))[-1] == "truncated"


# --- XML and JSON ----------------------------------------------------------------------------------------------------

LAUGHS = (
    "<!DOCTYPE {root} [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    + "]>"
)
THIEF = "<!DOCTYPE {root} [<!ENTITY stolen SYSTEM 'file:///etc/passwd'>]>"


@pytest.mark.parametrize("prolog", [LAUGHS, THIEF])
@pytest.mark.parametrize(
    ("data", "root"), [(RSS, "rss"), (ATOM, "feed"), (NEWSML, "newsMessage"), (NITF, "nitf")]
)
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_entities_are_refused(prolog: str, data: bytes, root: str, charset: str) -> None:
    text = data.decode("iso-8859-1" if root == "nitf" else "utf-8").replace(
        '<!DOCTYPE nitf SYSTEM "nitf-3-6.dtd">', ""
    )
    start = text.index(f"<{root}")
    evil = f"<?xml version='1.0'?>{prolog.format(root=root)}{text[start:]}".replace("the", "&a9;&stolen;")
    found = only_rejection(evil.encode(charset))
    assert found.reason is Reason.BAD_RECORD
    assert "root:" not in found.detail


def test_an_article_about_entities_is_read() -> None:
    text = b"<p>A bomb begins with &lt;!ENTITY, or as the manual has it <!ENTITY lol 'lol'>.</p>"
    found = read_all(RSS.replace(b"<p>A strike planned for the weekend is off.</p>", text))
    assert kinds(found) == ["+", "+"]


def test_deep_nesting_costs_the_document_alone() -> None:
    deep_json = b'{"title": ' * 100_000 + b"1" + b"}" * 100_000
    assert kinds(read_all(deep_json)) == ["bad_record"]
    assert kinds(read_all(lines(RECORD) + deep_json + b"\n" + lines(SECOND))) == ["+", "bad_record", "+"]
    deep_name = json.dumps(NINJS | {"subject": "@"}).encode().replace(b'"@"', b"[" * 900 + b"]" * 900)
    assert kinds(read_all(lines(RECORD) + deep_name + b"\n" + lines(SECOND))) == ["+", "+", "+"]
    deep_xml = b"<?xml version='1.0'?><nitf>" + b"<block>" * 100_000 + b"</block>" * 100_000 + b"</nitf>"
    assert isinstance(only_rejection(deep_xml), Rejection)
    parts = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(1500))
    head = b"From: a@x.example\nSubject: deep\nDate: Thu, 05 Mar 2026 06:30:00 +0100\nMIME-Version: 1.0\n"
    assert kinds(read_all(head + parts.encode())) != ["+"]


def test_one_broken_line_among_many_is_rejected_with_its_number() -> None:
    good = json.dumps(SECOND).encode() + b"\n"
    data = good * 1000 + b'{"title": "cut' + b"\n" + good * 1000
    bad = [item for item in read_all(data) if isinstance(item, Rejection)]
    assert [(item.source_ref, item.reason) for item in bad] == [("in/file#1001", Reason.BAD_RECORD)]
    assert "line 1001" in bad[0].detail


@pytest.mark.slow
def test_many_lines_take_no_more_memory_than_few() -> None:
    class Repeated(io.RawIOBase):
        """A file of many lines that is nowhere at once."""

        def __init__(self, line: bytes, broken: bytes, count: int) -> None:
            self._parts = iter([line * 100] * (count // 200) + [broken] + [line * 100] * (count // 200))
            self._rest = b""

        def seek(self, offset: int, whence: int = 0) -> int:
            return 1 << 30 if whence == 2 else 0

        def seekable(self) -> bool:
            return True

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            self._rest = self._rest or next(self._parts, b"")
            part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
            buffer[: len(part)] = part
            return len(part)

    line = b'{"title":"Long","text":"' + b"A long report, again. " * 100 + b'"}\n'
    stream = io.BufferedReader(Repeated(line, b'{"title": \n', 6_000))
    counts = {"+": 0, "-": 0}
    bad: list[Rejection] = []

    def count() -> None:
        for item in read(stream, "big.jsonl"):
            counts["+" if isinstance(item, RawDocument) else "-"] += 1
            if isinstance(item, Rejection):
                bad.append(item)

    peak = peak_of(count)
    assert counts == {"+": 6_000, "-": 1}
    assert bad[0].source_ref == "big.jsonl#3001"
    assert peak < 4 * MIB  # of 13 MB read


def test_a_line_beyond_the_bound_costs_itself_alone() -> None:
    data = lines(RECORD) + b'{"title": "' + b"x" * (2 * MIB) + b'"}\n' + lines(SECOND)
    assert kinds(read_all(data, ReadOptions(max_document_bytes=MIB))) == ["+", "too_large", "+"]


@pytest.mark.parametrize(
    "start", [b"<!doctype html><html>", b"Plain text. ", b"Subject: x\nFrom: a@b\nDate: c\nTo: d\n\n"]
)
def test_a_document_beyond_the_bound_is_refused(start: bytes) -> None:
    found = only_rejection(start + b"word " * MIB, ReadOptions(max_document_bytes=MIB))
    assert found.reason is Reason.TOO_LARGE


def test_a_damaged_file_gives_few_rejections() -> None:
    junk = b"[" + b"1 , " * 100_000 + b"]"
    assert len(read_all(junk)) <= 2


# --- PDF, mail, tables -----------------------------------------------------------------------------------------------


def test_a_locked_or_broken_pdf_says_so() -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.append(io.BytesIO(pdf("Secret minutes of the council.")))
    writer.encrypt("a password", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    assert only_rejection(out.getvalue()).reason is Reason.ENCRYPTED
    assert only_rejection(pdf("Cut.")[:200]).reason is Reason.TRUNCATED


def test_a_csv_with_an_open_quote_ends() -> None:
    data = b"title,text\nA,B\n" + b'C,"never closed\n' + b"more,lines\n" * 1000
    assert kinds(read_all(data)) == ["+"] * 1002


def test_mail_headers_in_no_charset_at_all() -> None:
    found = read_all(EML.replace(b"utf-8?b", b"x-unknown?b").replace(b"iso-8859-1", b"x-none"))
    assert kinds(found) == ["+"]


# --- charsets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "Brücke über die Weiße Elster gesperrt, schöne Grüße aus Gößnitz."),
        ("utf-16", "Brücke über die Weiße Elster gesperrt, schöne Grüße aus Gößnitz."),
        ("utf-16-be", "Brücke über die Weiße Elster gesperrt, schöne Grüße aus Gößnitz."),
        ("utf-32", "Brücke über die Weiße Elster gesperrt, schöne Grüße aus Gößnitz."),
        ("cp1252", "Brücke über die Weiße Elster gesperrt, schöne Grüße aus Gößnitz."),
        ("cp1251", "Мост через реку закрыли на ремонт до конца марта, сообщила мэрия города."),
        ("koi8-r", "Мост через реку закрыли на ремонт до конца марта, сообщила мэрия города."),
        ("shift_jis", "市は川にかかる橋を三月末まで閉鎖すると発表した。工事は夜間に行われる。"),
        ("euc_jp", "市は川にかかる橋を三月末まで閉鎖すると発表した。工事は夜間に行われる。"),
        ("iso2022_jp", "市は川にかかる橋を三月末まで閉鎖すると発表した。工事は夜間に行われる。"),
        ("gb18030", "市政府宣布大桥将关闭到三月底，施工主要在夜间进行，公交车改道行驶。"),
        ("big5", "市政府宣布大橋將關閉到三月底，施工主要在夜間進行，公車改道行駛。"),
        ("euc_kr", "시는 다리를 삼월 말까지 폐쇄한다고 발표했다. 공사는 밤에 진행된다."),
        ("cp1253", "Ο δήμος ανακοίνωσε ότι η γέφυρα θα παραμείνει κλειστή έως τα τέλη Μαρτίου."),
        ("cp1255", "העירייה הודיעה כי הגשר יהיה סגור עד סוף מרץ והעבודות ייערכו בלילה."),
        ("cp1256", "أعلنت البلدية أن الجسر سيبقى مغلقا حتى نهاية مارس وأن العمل سيجري ليلا."),
    ],
)
def test_text_in_undeclared_charsets(charset: str, text: str) -> None:
    [found] = read_all("\n".join([text] * 4).encode(charset))
    assert isinstance(found, RawDocument)
    assert isinstance(found.body, str)
    assert found.body.splitlines()[0].strip("\ufeff") == text


# --- the stream itself -----------------------------------------------------------------------------------------------


class Failing(io.BytesIO):
    """A file that goes away while it is read."""

    def __init__(self, data: bytes, good: int) -> None:
        super().__init__(data)
        self._good = good

    def read(self, count: int | None = -1, /) -> bytes:
        if self.tell() >= self._good:
            raise OSError(5, "Input/output error")
        return super().read(min(count or 0, self._good - self.tell()))


def test_a_file_that_fails_while_read_gives_what_was_read() -> None:
    data = lines(*[RECORD] * 100)
    found = list(read(Failing(data, len(data) // 2), "in/file"))
    assert kinds(found) == ["+"] * 50 + ["unreadable"] or kinds(found) == ["+"] * 49 + ["unreadable"]
    assert kinds(list(read(Failing(PAGE, 100), "in/file"))) == ["unreadable"]
    assert kinds(list(read(Failing(PAGE, 0), "in/file"))) == ["unreadable"]


def test_a_closed_stream_is_unreadable() -> None:
    stream = io.BytesIO(PAGE)
    stream.close()
    assert kinds(list(read(stream, "in/file"))) == ["unreadable"]


def test_no_reader_opens_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a reader asked for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name, data in samples().items():
        assert any(isinstance(item, RawDocument) for item in read_all(data)), name


def test_a_feed_whose_bytes_are_a_file_name_opens_nothing() -> None:
    # feedparser opens strings as files and addresses; it is given bytes only
    found = read_all(b"<rss>file:///etc/passwd</rss>")
    assert kinds(found) in (["empty"], ["bad_record"])


def test_the_package_is_light_until_something_is_read() -> None:
    code = (
        "import sys, transforms.readers; "
        "heavy = {'feedparser', 'fastwarc', 'pyarrow', 'pypdf', 'lxml', 'zstandard', 'cchardet', 'email.parser'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_hostile_samples_are_fast() -> None:
    began = time.monotonic()
    read_all(b"<rss>" + b"<item>" * 4_000)
    read_all(b"[" * 200_000)
    read_all(b'"' + b"\\" * 200_000)
    read_all(b"From: x\nSubject: y\nDate: z\n" + b"X: \n" * 10_000)
    read_all(b"--- \n" * 50_000)
    read_all(b"<!--" * 50_000)
    read_all(b"a,b\n" * 1000 + b"<?xml " * 6_000)
    assert time.monotonic() - began < 10.0
