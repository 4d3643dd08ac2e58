"""Archives made to break readers: bombs, names that climb out, damage; each costs itself alone, within bounds."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator

import pytest

from tests.fuzz.samples import PAGE, gzipped, lines, tarred, zipped
from tests.transforms.readers.reading import MIB, kinds, only_rejection, peak_of, read_all
from transforms.readers import ReadOptions
from transforms.types import Format, RawDocument, Reason, Rejection


def zeros(count: int) -> Iterator[bytes]:
    for _ in range(count // MIB):
        yield bytes(MIB)


# --- bombs -----------------------------------------------------------------------------------------------------------


def deflated_bomb(mebibytes: int) -> bytes:
    import zlib

    packer = zlib.compressobj(9, wbits=31)
    return b"".join([packer.compress(part) for part in zeros(mebibytes * MIB)] + [packer.flush()])


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
