"""URLs as found in the wild in, one normal form out: the same page gets the same address. Safe on garbage."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

_SECTION_WORDS = (
    2  # words of a top-level path up to which it may name a section ("hot-news"); one less below that
)
_LONGEST = 2048  # characters; what is longer is a tracker's or an attacker's, no publisher's article address
_ROUNDS = 8  # what is taken off can lay bare what is taken off too; an address without an end of it is none
_SPACE_AND_CONTROL = re.compile(
    r"[\x00-\x20\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+"
)
_HOST = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}\.?")

# Parameters that say where the reader came from and never what is read. Prefixes of whole families, then names.
_TRACKING_PREFIXES = (
    "utm_", "utm-", "mtm_", "piwik_", "hsa_", "_hs", "mc_", "itm_", "vero_", "fb_", "__twitter", "wt_", "wt.", "guce_",
    "guccounter", "_ga", "_gl", "mkt_", "at_medium", "at_campaign", "at_custom", "at_link", "at_ptr", "at_bbc",
    "pk_campaign", "pk_kwd", "pk_source", "pk_medium", "pk_content", "ns_campaign", "ns_mchannel", "ns_source",
    "ns_linkname", "ns_fee", "cm_mmc", "cm_ven", "cm_cat", "cm_pla", "cm_ite", "aspsessionid",
    "_x_tr_",
)  # fmt: skip
_TRACKING = frozenset(
    (
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid",
        "igshid", "igsh", "mkwid", "s_cid", "ref_src", "ref_url", "wpmm", "wpisrc", "soc_src", "soc_trk", "ex_cid",
        "__tn__", "__source", "amp", "_amp", "amp_js_v", "amp_gsa", "usqp", "outputtype", "output_type", "xtor",
        "isappinstalled", "google_editors_picks", "guccounter", "jsessionid", "phpsessid", "cftoken", "ga_campaign",
        "ga_source", "ga_medium",
    )
)  # fmt: skip
# Parameters that mostly say where the reader came from or how the page is shown, and on some sites what is read: the
# loose form of an address goes without them, the address itself keeps them.
_LIKE_TRACKING_PREFIXES = ("at_", "pk_", "ns_", "sc_", "cm_", "cx_", "oly_", "ga_", "trk", "print")
_LIKE_TRACKING = frozenset(
    (
        "ref", "referrer", "referer", "source", "src", "smid", "smtyp", "emc", "partner", "sref", "spm", "share",
        "shared", "share_id", "from_share", "sharetype", "link_source", "campaign", "campaign_id", "cmpn", "ito",
        "ocid", "icid", "intcid", "mcid", "cmpid", "cmp", "ncid", "rss", "ftag", "via", "sh", "mod", "ueid",
        "recruiter", "tpcc", "cvid", "ei", "noredirect", "redirected", "embedded", "mobile", "nocache",
        "cmpredirect", "seg", "taid", "from", "view", "format", "output", "mode", "display", "version", "pf", "cid",
        "sid", "cfid", "feature", "app", "device", "theme", "layout", "plain", "fullsite", "context", "tag",
        "nb", "traffic_source", "s", "t",
    )
)  # fmt: skip
_MOBILE = frozenset({"m", "mobile", "mobil", "touch", "wap", "amp", "www-amp", "amp-www"})
_AMP_TAIL = re.compile(r"(?:/amp/?|\.amp)(?=$)|\.amp(?=\.html?$)|^/amp(?=/.)", re.I)
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_~-]++(?:\.[A-Za-z0-9_~-]++)*+)++/?")  # as it is in its normal form
# Most addresses are their own normal form, and have this one; some that have it are not, see `plain_path`.
_PLAIN_URL = re.compile(
    r"https?://(?=[^/]{1,253}/)((?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)++[a-z0-9-]{2,63})"
    rf"({_PLAIN_PATH.pattern})"
)
_INDEX_TAIL = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.I)
# What any wrapper has in it, beside an address within the address.
_WRAPPER_MARKS = ("archive", "ampproject", "/amp/", "/ru=", "cache:")
# The time of a capture and the address captured: web.archive.org, archive.ph, national libraries, pywb.
_ARCHIVED = re.compile(
    r"^https?://[^/?#]{1,253}/(?:[\w.~-]{1,40}/){0,3}\d[\d.-]{3,19}(?:[a-z]{2}_)?\*?/(?=(?:https?:)?/{0,2}[^/?#]*\.[^/?#])",
    re.I,
)
# Services that show a page of another site under their own name: readers, text views, proxies.
_SHOWN_ELSEWHERE = re.compile(
    r"^https?://[^/?#]{1,253}/(?:[\w.~-]{1,40}/){0,2}(?=https?:/{1,2}[^/?#]{0,200}\.[^/?#])", re.I
)
# Archives that leave out the scheme of what they captured.
_ARCHIVE_HOST = re.compile(r"(?:^|\.)(?:archive\.org|archive-it\.org|arquivo\.pt|vefsafn\.is)$", re.I)
# Pages that only send on, and the parameter that names where to.
_REDIRECT_PATH = re.compile(
    r"/(?:url|l|l\.php|link|links|redir|redirect|redirects|away|away\.php|out|outbound|exit|go|goto|click|track)/?$",
    re.I,
)
_REDIRECT_HOST = re.compile(
    r"(?:^|\.)(?:google\.[a-z.]{2,6}|googleusercontent\.com|facebook\.com|instagram\.com|linkedin\.com|reddit\.com|vk\.com|"
    r"youtube\.com|bing\.com|duckduckgo\.com|umblr\.com|outlook\.com|slack-redir\.net|href\.li|disq\.us|t\.me|"
    r"getpocket\.com|flipboard\.com|urldefense\.com|proofpoint\.com|yahoo\.com|linksynergy\.com|smartnews\.com|"
    r"feedburner\.com|translate\.goog)$",
    re.I,
)
_TARGET_NAMES = ("url", "u", "q", "to", "target", "dest", "destination", "redirect", "redirect_url", "goto", "link",
                 "z", "uddg", "murl", "rurl", "href")  # fmt: skip
_CACHED = re.compile(r"^cache:(?:[\w-]{8,20}:)?(?=\S)", re.I)
_PARAMETERS_OF_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid|cfid|cftoken)=[^/;?#]*", re.I)
_ROUTE = re.compile(r"!?/|!")  # how a fragment begins that names a page of a script-driven site
_PAGE_PARAMETER = re.compile(
    r"(?:page|pg|p|pagina|pagenum|pageno|page_no|seite|sida|strona|start|part)", re.I
)
_PAGE_TAIL = re.compile(
    r"(?:/(?:page|p|seite|pagina|part)?[-_/]?|[-_,.](?:p|page|seite|pagina|part)?[-_]?)([2-9]|[1-9]\d)(?=(?:\.\w{3,5})?/?$)",
    re.I,
)
_PRINT_PATH = re.compile(
    r"^/(?:m|mobile|mobil)(?=/.)|/(?:print|printable|printer-friendly|drucken|imprimir|imprimer|stampa|print-view)(?=/|$|\.)|[-_.](?:print|printable|drucken|druckversion)(?=$|/|\.html?$|\.php$)",
    re.I,
)
_AMP_CACHE = re.compile(
    r"^https?://(?:[\w-]+\.cdn\.ampproject\.org/(?:[acirv]/)?|www\.google\.[\w.]+/amp/)(s/)?(?=[\w-]+\.)",
    re.I,
)


def normalise_url(raw: str | None, base: str | None = None) -> str | None:
    """Return the normal form of an http(s) URL, or None for anything else; idempotent, never raises.

    Resolved against `base`, if it is given; scheme and host in lower case, ASCII host; user, default port, fragment
    (but for a route of a script-driven site), parameters known as tracking, session ids, "index.html" at the end,
    wrappers of search engines, networks, archives and AMP, and mobile host prefixes removed; parameters sorted.
    "//host" gets https. None for more than 4,096 characters, or 2,048 in normal form.
    """
    if not raw or len(raw) > 2 * _LONGEST:
        return None
    return raw if plain_path(raw) else _normalise_or_refuse(raw, base)


def url_key(url: str | None) -> str | None:
    """Return the key by which two URLs of one page are equal: normal form without scheme, "www." and closing slash.

    None for what is no http(s) URL.
    """
    normal = normalise_url(url)
    if normal is None:
        return None
    host, slash, rest = normal.split("://", 1)[1].partition("/")
    return (host.removeprefix("www.") + slash + rest).rstrip("/")


def loose_key(url: str | None) -> str | None:
    """Return `url_key` without parameters and paths of tracking, print and mobile views.

    Two pages with one such key are the same if their texts agree. Other parameters stay, and so does a query without
    "=". None for what is no http(s) URL.
    """
    normal = normalise_url(url)
    if normal is None:
        return None
    if (path := plain_path(normal)) and not _PRINT_PATH.search(path):
        return url_key(normal)
    parts = urlsplit(normal)
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _is_like_tracking(name)
    ]
    query = urlencode(sorted(kept)) if "=" in parts.query else parts.query
    path = _PRINT_PATH.sub("", parts.path)
    return url_key(urlunsplit(SplitResult(parts.scheme, parts.netloc, path or "/", query, parts.fragment)))


def names_an_article(url: str | None) -> bool:
    """Return whether an address has the form of an article's: a slug, a number, a folder or a route; False for None.

    In its normal form (see `normalise_url`, which drops tracking parameters) it has a last path segment of three words
    or with a digit, two segments or more, a digit in the query, or a fragment that is a route. An address without
    these may be shared by many articles: a front page, a section, the link of a whole feed. False for what is no
    http(s) URL.
    """
    normal = normalise_url(url)
    if normal is None:
        return False
    parts = urlsplit(normal)
    if parts.fragment or any(character.isdigit() for character in parts.query):
        return True
    name = parts.path.rstrip("/").rpartition("/")[2]
    words = [word for word in re.split(r"[-_+.%]", name) if word]
    is_below = parts.path.rstrip("/").count("/") > 1
    return is_below or any(character.isdigit() for character in name) or len(words) > _SECTION_WORDS


def is_page_of(url: str | None, first: str | None) -> bool:
    """Return whether `url` is a later page (`?page=2`, `/2`) of the article whose first page is `first`.

    From 2 to 999 in a parameter, to 99 in the path; not in both. False where either is no http(s) URL.
    """
    normal, start = normalise_url(url), url_key(first)
    if normal is None or start is None:
        return False
    parts = urlsplit(normal)
    query = parse_qsl(parts.query, keep_blank_values=True)
    rest = [(name, value) for name, value in query if not _is_page(name, value)]
    path = _PAGE_TAIL.sub("", parts.path)
    shorter = [(parts.path, rest)] if len(rest) < len(query) else []
    if path != parts.path:
        shorter.append((path, query))
    return any(
        url_key(urlunsplit(SplitResult(parts.scheme, parts.netloc, path, urlencode(some), ""))) == start
        for path, some in shorter
    )


def is_above(section: str | None, url: str | None) -> bool:
    """Return whether `section` is the address of a folder that contains `url`, at any depth.

    False for one and the same address, and where either is no http(s) URL.
    """
    upper, lower = url_key(section), url_key(url)
    return upper is not None and lower is not None and lower.startswith(upper + "/")


def host_of(url: str | None) -> str | None:
    """Return the host of a URL in normal form, without port and "www."; None for what is no http(s) URL."""
    normal = normalise_url(url)
    if normal is None:
        return None
    return normal.split("://", 1)[1].partition("/")[0].partition(":")[0].removeprefix("www.")


def registrable_host(url: str | None) -> str | None:
    """Return the domain that a publisher registered ("news.example.co.uk" → "example.co.uk"), or the host itself.

    By the list of public suffixes that ships with tld. None for what is no http(s) URL.
    """
    host = host_of(url)
    return _registered(host) if host is not None else None


@lru_cache(maxsize=4096)  # hosts repeat by the thousand, addresses do not
def _registered(host: str) -> str:
    from tld import get_tld  # its list of suffixes ships with it; nothing is fetched

    found = get_tld(f"http://{host}/", as_object=True, fail_silently=True, fix_protocol=False)
    registered = getattr(found, "fld", None)
    return str(registered) if registered else host


@lru_cache(maxsize=256)  # the address of one document is asked for several times in a row
def _normalise_or_refuse(raw: str, base: str | None) -> str | None:
    try:
        url = _normalise(raw, base)
        for _ in range(_ROUNDS):
            if url is None or plain_path(url):
                return url
            again = _normalise(url, None)
            if again == url:
                return url
            url = again
    except (ValueError, UnicodeError):
        pass
    return None


def _normalise(raw: str, base: str | None) -> str | None:
    text = _SPACE_AND_CONTROL.sub("", raw).replace("&amp;", "&").replace("\\", "/")
    if base and not text.lower().startswith(("http://", "https://")):
        text = urljoin(base, text)
    for _ in range(4 if _may_be_wrapped(text) else 0):  # an archived AMP page is wrapped twice
        unwrapped = _unwrap(text)
        if unwrapped == text:
            break
        text = unwrapped
    if text.startswith("//"):
        text = "https:" + text
    parts = urlsplit(text)
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not parts.hostname:
        return None
    host = _normal_host(parts.hostname)
    if host is None:
        return None
    port = parts.port
    if port is not None and port != (443 if scheme == "https" else 80):
        host = f"{host}:{port}"
    path = _PARAMETERS_OF_SESSION.sub("", parts.path)
    route = _normal_route(parts.fragment)
    url = urlunsplit(SplitResult(scheme, host, _normal_path(path), _normal_query(parts.query), route))
    return url if len(url) <= _LONGEST else None


def _unwrap(text: str) -> str:
    """Undo one wrapper around an address, if there is one."""
    if match := _AMP_CACHE.match(text):
        return ("https://" if match[1] else "http://") + text[match.end() :]
    if match := _ARCHIVED.match(text):
        inner = text[match.end() :]
        if (
            "://" in inner[:8]
            or inner[:6].lower() in ("http:/", "https:")
            or _ARCHIVE_HOST.search(urlsplit(text).hostname or "")
        ):
            return _with_scheme(inner)
    if match := _SHOWN_ELSEWHERE.match(text):
        return _with_scheme(text[match.end() :])
    parts = urlsplit(text)
    is_known = bool(_REDIRECT_HOST.search(parts.hostname or ""))
    if is_known or _REDIRECT_PATH.search(parts.path):
        if is_known and (inner := _sent_on(text, parts.query)):
            return inner
        values = dict(reversed(parse_qsl(parts.query, keep_blank_values=True)))
        for name in _TARGET_NAMES:
            inner = _CACHED.sub("", values.get(name, ""))
            if (
                inner.lower().startswith(("http://", "https://"))
                and urlsplit(inner).hostname != parts.hostname
            ):
                return inner
            if is_known and inner != values.get(name, "") and "." in inner:
                return _with_scheme(inner)
    return text


def _may_be_wrapped(text: str) -> bool:
    lower = text.lower()
    return "http" in lower[4:] or any(mark in lower for mark in _WRAPPER_MARKS)


def _sent_on(text: str, query: str) -> str:
    """Return the address that a wrapper has in its path or as its whole query; nothing where it has none."""
    for begin, end in (("/v3/__", "__;"), ("/RU=", "/RK=")):
        inner = unquote(text.partition(begin)[2].partition(end)[0])
        if inner.lower().startswith(("http://", "https://")):
            return inner
    return unquote(query) if query.lower().startswith(("http://", "https://", "http%3a", "https%3a")) else ""


def _with_scheme(text: str) -> str:
    if match := re.match(r"(https?):/*", text, re.I):
        return f"{match[1].lower()}://{text[match.end() :]}"
    return "http://" + text.lstrip("/")


def _normal_route(fragment: str) -> str:
    """Keep a fragment that is the address of a page within a script-driven site, drop one that is a place on a page."""
    if not _ROUTE.match(fragment) or not fragment.strip("!/"):
        return ""
    path, _, query = fragment.partition("?")
    kept = _normal_query(query)
    shown = quote(unquote(path), safe="/!:@$&'()*+,;=-._~").rstrip("/")
    return f"{shown}?{kept}" if kept else shown


def plain_path(url: str) -> str | None:
    """Return the path of an address that is plainly in normal form and has no query; None for all others.

    Decided by one expression, so some of the others are in normal form too.
    """
    plain = _PLAIN_URL.fullmatch(url) if len(url) <= _LONGEST else None
    if plain is None or plain[1].partition(".")[0] in _MOBILE:
        return None
    path = plain[2].lower()
    is_wrapped = "amp" in path or "ampproject" in plain[1] or "archive.org" in plain[1]
    return None if is_wrapped or "/index." in path or "/default." in path else plain[2]


def _normal_host(host: str) -> str | None:
    host = host.lower().rstrip(".")
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    if not _HOST.fullmatch(host):
        return None
    label, _, rest = host.partition(".")
    if label in _MOBILE and "." in rest:
        host = rest
    return host


def _normal_path(path: str) -> str:
    if _PLAIN_PATH.fullmatch(path) and "amp" not in path.lower() and not _INDEX_TAIL.search(path):
        return path
    # an encoded slash is part of a name, not a step of the path
    path = re.sub(r"/{2,}", "/", "%2F".join(_requoted(part) for part in re.split("%2f", path, flags=re.I)))
    if "/." in path:
        path = urlsplit(urljoin("http://a/", path)).path
    path = _INDEX_TAIL.sub("/", _AMP_TAIL.sub("", path))
    return path or "/"


def _requoted(text: str) -> str:
    return quote(unquote(text, errors="surrogateescape"), safe="/:@!$&'()*+,;=-._~", errors="surrogateescape")


def _normal_query(query: str) -> str:
    if not query:
        return ""
    if "=" not in query:  # "?12345" names an article on some old sites
        return "" if _is_tracking(query) else quote(unquote(query), safe="/:@!$'()*,;-._~")
    kept = [
        (name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not _is_tracking(name)
    ]
    return urlencode(sorted(kept)) if kept else ""


def _is_tracking(name: str) -> bool:
    name = name.lower().removeprefix("amp;")
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _is_like_tracking(name: str) -> bool:
    name = name.lower()
    return name in _LIKE_TRACKING or name.startswith(_LIKE_TRACKING_PREFIXES)


def _is_page(name: str, value: str) -> bool:
    return bool(_PAGE_PARAMETER.fullmatch(name)) and value.isdecimal() and 2 <= int(value[:6]) < 1000
