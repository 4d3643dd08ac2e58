"""Mail newsletters (EML, mbox) and saved pages (MHTML) to documents, through the standard library's parser."""

from __future__ import annotations

import email
import email.header
import email.policy
import email.utils
import re
from collections.abc import Iterator
from datetime import UTC
from email.message import Message

from transforms.readers.byte_streams import StopReading
from transforms.readers.charsets import scrub
from transforms.readers.documents import Item, Items, Source, document, items_or_rejection, reject, skip
from transforms.readers.wire_text import web_address
from transforms.text.encoding import decode
from transforms.types import Format, RawDocument, Reason, Stated

MAX_PARTS = 1000  # parts looked through in one message: newsletters have 2-30
_ATTACHED = "message/rfc822"
_DEEPEST = 4  # messages inside each other
_LONGEST_NOTE = 40  # words beside attached messages that only pass them on
COUNT_LINE = re.compile(rb"[ \t]{0,20}(\d{1,9})[ \t]{0,20}\r?\n")  # before a message of Apple Mail
_ENVELOPE = re.compile(rb"From \S++[^\n]{0,200}\d{4}\r?\n")
# What mail to many carries (RFC 2369, RFC 2919): such a message covers several subjects, so it may not bridge stories.
_LIST_HEADERS = ("List-Unsubscribe", "List-Id")
_SIGNATURE = re.compile(
    r"^-- ?\r?$.*\Z", re.MULTILINE | re.DOTALL
)  # below the delimiter of RFC 3676 stands no news
# what mail programs write above a message that they forward: a line of dashes, then its headers
_FORWARDED = re.compile(
    r"\A\s*+-{2,20}[ \t]*+[^\n-]{3,60}-{2,20}[ \t]*+\r?\n"
    r"(?:(?:From|Sent|Date|Subject|To|Cc|Von|Gesendet|Datum|Betreff|An|De|Envoyé|Date|Objet|À|Da|Inviato|Oggetto|A|Fecha"
    r"|Asunto|Para|Van|Verzonden|Onderwerp|Aan)[ \t]*+:[^\n]{0,500}+\n){2,8}+",
    re.I,
)
_FORWARD = re.compile(r"(?:(?:fwd?|wg|tr|rv|enc)\s*+:\s*+)++", re.I)


def read_mail(source: Source) -> Items:
    """Yield one document for a message, or for each message of an mbox in stored order.

    References in an mbox end in `#n`, from 1, and in a further `#k` for the messages that a digest holds or that are
    attached to another. The first HTML part that is not empty is preferred to the first plain one; other attachments
    are never read. Of plain text the signature and the headers of a forwarded message are left out. A message without
    text is rejected alone; reports on delivery and automatic answers are skipped. Raises StopReading for one above
    `max_document_bytes`, and for a stream that fails, whose cut last message is left out.
    """
    limit = source.options.max_document_bytes
    if _ENVELOPE.match(source.window.peek(1024)):
        for number, data in enumerate(_messages(source, limit), start=1):
            yield from _message(data, f"{source.ref}#{number}")
        return
    yield from _message(_counted(source.window.read_whole(limit, "message")), source.ref)


def _counted(data: bytes) -> bytes:
    """Return the message in a file of Apple Mail, which has the message's length before it and a list behind it."""
    length = COUNT_LINE.match(data)
    return data[length.end() :][: int(length.group(1))] if length is not None else data


def _messages(source: Source, limit: int) -> Iterator[bytes]:
    """Cut an mbox at its envelope lines, which stand after an empty line."""
    lines: list[bytes] = []
    length = 0
    after_empty = True
    while line := source.window.readline(limit):
        if after_empty and _ENVELOPE.match(line):
            if lines:
                yield b"".join(lines)
            lines, length = [], 0
            continue
        after_empty = not line.strip()
        lines.append(line[1:] if re.match(rb">+From ", line) else line)
        length += len(line)
        if length > limit:
            raise StopReading(Reason.TOO_LARGE, f"a message is larger than {limit} bytes")
    if lines and source.window.failure is None:
        yield b"".join(lines)


def read_saved_page(source: Source) -> Items:
    """Yield the page of an MHTML file as one document: the HTML part that `start` names, else the first one.

    Its images and styles are no documents. Without a page, or with an empty one, it is one rejection. Raises
    StopReading above `max_document_bytes` and for a stream that fails.
    """
    data = source.window.read_whole(source.options.max_document_bytes, "saved page")
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    root = _root_part(message)
    body = _payload(root) if root is not None else b""
    if root is None or not body.strip():
        yield reject(source.ref, Format.MHTML, Reason.NO_TEXT, "a saved page without its page", data)
        return
    url = _header(message, "Snapshot-Content-Location") or _header(root, "Content-Location") or ""
    # file:// and cid: name a disk or a part
    stated = Stated(url=web_address(url), charset=_charset(root), captured=_date(message))
    yield document(source.ref, Format.MHTML, data, body, is_html=True, stated=stated)


def _root_part(message: Message) -> Message | None:
    """Take the part that `start` names, else the first HTML part."""
    start = message.get_param("start")
    pages = [
        part for part in _parts(message) if part.get_content_type() in ("text/html", "application/xhtml+xml")
    ]
    named = [
        part for part in pages if isinstance(start, str) and _header(part, "Content-ID") == start.strip()
    ]
    return next(iter(named or pages), None)


def _message(data: bytes, ref: str, depth: int = _DEEPEST) -> Items:
    """Yield a message's own text, and then the messages inside it."""
    message = email.message_from_bytes(data.lstrip(b"\r\n"), policy=email.policy.compat32)
    if (answer := _is_automatic(message)) is not None:
        yield skip(ref, Format.EML, answer, data)
        return
    inside = [part for part in _parts(message) if part.get_content_type() == _ATTACHED] if depth else []
    own = _own_text(message, data, ref)
    if not inside or (isinstance(own, RawDocument) and len(own.body.split()) > _LONGEST_NOTE):
        yield own
    for number, part in enumerate(inside, start=1):
        inner_ref = f"{ref}#{number}"
        yield from items_or_rejection(_attached(part, inner_ref, depth - 1), inner_ref, Format.EML)


def _attached(part: Message, ref: str, depth: int) -> Items:
    messages = part.get_payload()
    whole = messages[0].as_bytes() if isinstance(messages, list) and isinstance(messages[0], Message) else b""
    yield from _message(whole, ref, depth)


def _is_automatic(message: Message) -> str | None:
    """Say what kind of answer a program wrote; None for what people, or programs unasked, wrote."""
    if message.get_content_type() == "multipart/report":
        return "a report on the delivery of mail"
    return "an automatic answer" if str(message.get("Auto-Submitted", "")).strip() == "auto-replied" else None


def _own_text(message: Message, data: bytes, ref: str) -> Item:
    part = _body_part(message)
    body = _payload(part) if part is not None else b""
    if part is None or not body.strip():
        return reject(ref, Format.EML, Reason.NO_TEXT, "a message without a text part", data)
    is_html = part.get_content_type() == "text/html"
    name, address = email.utils.parseaddr(_header(message, "From") or "")
    stated = Stated(
        external_id=_header(message, "Message-ID"),
        url=_archived_at(message),
        title=_FORWARD.sub("", _header(message, "Subject") or "") or None,
        publisher=name or address.rpartition("@")[2] or None,
        published=_date(message),
        language=(_header(message, "Content-Language") or "").partition(",")[0].strip() or None,
        kind="newsletter" if any(_header(message, name) for name in _LIST_HEADERS) else None,
    )
    text = scrub(decode(body, _charset(part)).text)
    return document(
        ref,
        Format.EML,
        data,
        text if is_html else _FORWARDED.sub("", _SIGNATURE.sub("", text)),
        is_html,
        stated,
    )


def _body_part(message: Message) -> Message | None:
    """Choose the part that people read: HTML before plain text, attachments never."""
    texts = [
        part
        for part in _parts(message)
        if part.get_content_type() in ("text/html", "text/plain")
        and part.get_content_disposition() != "attachment"
    ]
    pages = [part for part in texts if part.get_content_type() == "text/html" and _payload(part).strip()]
    return next(iter(pages or texts), None)


def _parts(message: Message) -> list[Message]:
    """List the parts that hold no others, messages among them, without the recursion of `walk`."""
    found: list[Message] = []
    waiting = [message]
    while waiting and len(found) < MAX_PARTS:
        part = waiting.pop()
        is_closed = not part.is_multipart() or part.get_content_type() == _ATTACHED
        inner = None if is_closed else part.get_payload()
        if isinstance(inner, list):
            waiting.extend(reversed([child for child in inner if isinstance(child, Message)]))
        else:
            found.append(part)
    return found


def _payload(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError):
        return b""
    return payload if isinstance(payload, bytes) else b""


def _charset(part: Message) -> str | None:
    charset = part.get_param("charset")
    return charset if isinstance(charset, str) else None


def _header(message: Message, name: str) -> str | None:
    """Decode a header in whatever charset its words claim; a header that cannot be decoded is shown as it is."""
    raw = message.get(name)
    if raw is None:
        return None
    try:
        pieces = email.header.decode_header(raw)
        words = [word if isinstance(word, str) else decode(word, charset).text for word, charset in pieces]
        text = "".join(words)
    except (ValueError, LookupError, email.errors.MessageError):
        text = str(raw)
    return " ".join(scrub(text).split()) or None


def _archived_at(message: Message) -> str | None:
    return web_address((_header(message, "Archived-At") or "").strip("<>"))


def _date(message: Message) -> str | None:
    """Return the date with its offset as ISO 8601; `-0000` says that the zone is unknown, and none is given then."""
    text = _header(message, "Date")
    if text is None:
        return None
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return text
    return moment.isoformat().replace("+00:00", "Z") if moment.tzinfo is UTC else moment.isoformat()
