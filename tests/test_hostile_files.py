"""Files made to break readers: each costs itself alone, within bounded time and memory, and says why."""

from __future__ import annotations

import io
import json
import socket
import struct
import subprocess
import sys
import tarfile
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator

import pytest

from tests.fuzz.samples import (
    ATOM,
    EML,
    NEWSML,
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
    tarred,
    warc_record,
    zipped,
)
from transforms.readers import ReadOptions, detect, read
from transforms.readers.documents import Item
from transforms.types import Format, RawDocument, Reason, Rejection

MIB = 1 << 20


def read_all(data: bytes, options: ReadOptions | None = None) -> list[Item]:
    return list(read(io.BytesIO(data), "in/file", options))


def only_rejection(data: bytes, options: ReadOptions | None = None) -> Rejection:
    [found] = read_all(data, options)
    assert isinstance(found, Rejection), found
    return found


def kinds(found: list[Item]) -> list[str]:
    """Show what came: `+` for a document, else the reason."""
    return ["+" if isinstance(item, RawDocument) else item.reason.value for item in found]


def zeros(count: int) -> Iterator[bytes]:
    for _ in range(count // MIB):
        yield bytes(MIB)


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


# --- bombs -----------------------------------------------------------------------------------------------------------


def deflated_bomb(mebibytes: int) -> bytes:
    import zlib

    packer = zlib.compressobj(9, wbits=31)
    return b"".join([packer.compress(part) for part in zeros(mebibytes * MIB)] + [packer.flush()])


def peak_of(action: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_gzip_bomb_goes_off_within_bounds() -> None:
    bomb = deflated_bomb(96)
    found: list[Rejection] = []
    peak = peak_of(lambda: found.append(only_rejection(bomb)))
    assert found[0].reason is Reason.ARCHIVE_BOMB
    assert peak < 16 * MIB


def test_a_bomb_of_bombs_goes_off_once_for_all_levels() -> None:
    bomb = gzipped(deflated_bomb(96))
    assert only_rejection(bomb).reason is Reason.ARCHIVE_BOMB


def test_a_bomb_of_text_gives_no_document() -> None:
    line = lines({"title": "x", "text": "y" * 5000}) * 2_000
    found = read_all(gzipped(line), ReadOptions(expansion_floor=2 * MIB, max_expansion=50))
    assert found[-1].format is Format.JSONL
    assert kinds(found)[-1] == "archive_bomb"


def test_a_zip_bomb_is_known_before_it_is_opened_and_its_neighbours_are_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.html", PAGE)
        with archive.open("bomb.txt", "w", force_zip64=True) as member:
            for part in zeros(64 * MIB):
                member.write(part)
        archive.writestr("b.html", PAGE)
    assert kinds(read_all(out.getvalue())) == ["+", "archive_bomb", "+"]


def test_a_zip_that_lies_about_its_sizes_still_meets_the_bound() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"a" * (4 * MIB))
    data = bytearray(out.getvalue())
    entry = data.rfind(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 1000)  # the stated size, unpacked
    [found] = read_all(bytes(data))
    assert isinstance(found, Rejection)


def test_members_that_share_their_bytes_are_counted_each_time() -> None:
    inner = zipped({f"{n}.txt": b"The same words again and again. " * 30_000 for n in range(40)})
    found = read_all(inner, ReadOptions(expansion_floor=4 * MIB, max_expansion=50))
    assert kinds(found)[-1] == "archive_bomb"
    assert len(found) < 40


@pytest.mark.parametrize("packing", ["gzip", "zstd", "bzip2", "xz"])
def test_every_packing_has_the_bound(packing: str) -> None:
    import bz2
    import lzma

    import zstandard

    text = b"a" * (6 * MIB)
    pack: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzipped,
        "zstd": zstandard.ZstdCompressor().compress,
        "bzip2": lambda data: bz2.compress(data, 1),
        "xz": lambda data: lzma.compress(data, preset=0),
    }
    assert (
        only_rejection(pack[packing](text), ReadOptions(expansion_floor=4 * MIB)).reason
        is Reason.ARCHIVE_BOMB
    )


def test_a_file_that_unpacks_to_itself_ends() -> None:
    data = PAGE
    for _ in range(40):
        data = gzipped(data)
    assert only_rejection(data).reason is Reason.ARCHIVE_TOO_DEEP


# --- paths -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../up.html", "/etc/passwd", "a/../../up.html", "..\\up.html", "C:\\x.html", "C:x.html"]
)
@pytest.mark.parametrize("make", [zipped, tarred])
def test_a_member_that_climbs_out_is_refused_alone(
    make: Callable[[dict[str, bytes]], bytes], name: str
) -> None:
    assert kinds(read_all(make({"a.html": PAGE, name: PAGE, "z.html": PAGE}))) == ["+", "unsafe_path", "+"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_refused_alone(kind: bytes) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("link.html")
        link.type, link.linkname = kind, "/etc/passwd"
        archive.addfile(link)
        page = tarfile.TarInfo("page.html")
        page.size = len(PAGE)
        archive.addfile(page, io.BytesIO(PAGE))
    assert kinds(read_all(out.getvalue())) == ["unsafe_path", "+"]


def test_a_link_in_a_zip_is_refused_alone() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link.html")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("page.html", PAGE)
    assert kinds(read_all(out.getvalue())) == ["unsafe_path", "+"]


def test_names_with_escapes_and_wrong_bytes_can_be_printed_and_stored() -> None:
    evil = tarred({"\x1b[2Jclear\n.html": PAGE, "caf\udce9.html": PAGE}, tarfile.GNU_FORMAT)
    for item in read_all(evil):
        assert isinstance(item, RawDocument)
        assert item.source_ref.isprintable()
        item.source_ref.encode("utf-8")


def test_an_encrypted_member_is_refused_alone() -> None:
    archive = bytearray(zipped({"a.html": PAGE, "b.html": PAGE}))
    entry = archive.find(b"PK\x01\x02")
    archive[entry + 8] |= 1
    assert kinds(read_all(bytes(archive))) == ["encrypted", "+"]


# --- broken archives -------------------------------------------------------------------------------------------------


def test_a_zip_without_its_end_is_truncated() -> None:
    assert only_rejection(zipped({"a.html": PAGE})[:-30]).reason is Reason.TRUNCATED


def test_a_tar_cut_off_gives_whole_members_only() -> None:
    tar = tarred({"a.html": PAGE, "b.html": PAGE})
    assert kinds(read_all(tar[: 512 + 1024 + 512 + 300])) == ["+", "truncated"]
    assert kinds(read_all(tar[: 512 + 1024])) == ["+", "truncated"]


def test_a_tar_header_that_claims_gigabytes_is_not_believed() -> None:
    header = tarfile.TarInfo("x" * 90)
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 1 << 33
    data = header.tobuf(tarfile.GNU_FORMAT) + bytes(2048)
    assert only_rejection(data).reason is Reason.BAD_ARCHIVE


def test_a_zip_with_a_huge_table_of_contents_is_refused_before_it_is_held() -> None:
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 65535, 65535, 1 << 30, 0, 0)
    assert only_rejection(b"PK\x03\x04" + bytes(100) + end).reason is Reason.TOO_LARGE


def test_half_a_page_is_not_a_page() -> None:
    noise = b"".join(b"<p>%d</p>" % (n * 7919 % 100_003) for n in range(6_000))
    packed = gzipped(PAGE.replace(b"</article>", noise + b"</article>"))
    assert only_rejection(packed[: len(packed) // 2]).reason is Reason.TRUNCATED


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
    assert kinds(read_all(data)) == ["+", "+"]


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
    assert detect(stream, "in/file") is Format.UNKNOWN


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
