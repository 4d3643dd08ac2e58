"""URLs as found in the wild in, one normal form out: the same page gets the same address. Safe on garbage."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

_LONGEST = 2048  # characters; what is longer is a tracker's or an attacker's, no publisher's article address
_SPACE_AND_CONTROL = re.compile(
    r"[\x00-\x20\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+"
)
_HOST = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}\.?")

# Parameters that say where the reader came from and not what is read. Prefixes of whole families, then names.
_TRACKING_PREFIXES = (
    "utm_", "utm-", "mtm_", "pk_", "piwik_", "hsa_", "_hs", "mc_", "ns_", "itm_", "oly_", "vero_", "fb_", "ga_",
    "__twitter", "wt_", "wt.", "at_", "sc_", "cm_", "guce_", "guccounter", "_ga", "_gl", "trk", "mkt_", "cx_",
)  # fmt: skip
_TRACKING = frozenset(
    (
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid",
        "twclid", "ttclid", "igshid", "igsh", "mkwid", "mcid", "s_cid", "cmpid", "cmp", "ncid", "xtor",
        "ref", "ref_src", "ref_url", "referrer", "referer", "source", "src", "smid", "smtyp", "emc",
        "partner", "sref", "spm", "share", "shared", "share_id", "from_share", "sharetype",
        "link_source", "campaign", "campaign_id", "cmpn", "ito", "ocid", "icid", "intcid", "rss",
        "ftag", "via", "sh", "__source", "soc_src", "soc_trk", "mod", "ueid", "ex_cid", "recruiter",
        "wpmm", "wpisrc", "tpcc", "__tn__", "cvid", "ei", "amp", "outputtype", "output_type",
        "noredirect", "redirected", "_amp", "amp_js_v", "amp_gsa", "usqp", "embedded", "print",
        "mobile", "isappinstalled", "nocache", "cmpredirect", "google_editors_picks", "seg", "taid",
    )
)  # fmt: skip
_MOBILE = frozenset({"m", "mobile", "mobil", "touch", "wap", "amp", "www-amp", "amp-www"})
_AMP_TAIL = re.compile(r"(?:/amp/?|\.amp)(?=$)|\.amp(?=\.html?$)|^/amp(?=/.)", re.I)
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_~-]+(?:\.[A-Za-z0-9_~-]+)*)+/?")  # as it is in its normal form
# Most addresses are their own normal form, and have this one; some that have it are not, see `plain_path`.
_PLAIN_URL = re.compile(
    r"https?://(?=[^/]{1,253}/)((?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63})"
    rf"({_PLAIN_PATH.pattern})"
)
_INDEX_TAIL = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.I)
_WRAPPED = re.compile(r"archive\.org|ampproject|/amp/", re.I)  # what both of the following have in them
_ARCHIVED = re.compile(r"^https?://web\.archive\.org/web/\d+(?:[a-z]{2}_)?/(?=.)", re.I)
_AMP_CACHE = re.compile(
    r"^https?://(?:[\w-]+\.cdn\.ampproject\.org/(?:[acirv]/)?|www\.google\.[\w.]+/amp/)(s/)?(?=[\w-]+\.)",
    re.I,
)


def normalise_url(raw: str | None, base: str | None = None) -> str | None:
    """Give the normal form of an http(s) URL, or None for anything else; idempotent, never raises.

    Resolved against `base`; scheme and host in lower case, ASCII host; user, default port, fragment, tracking
    parameters, AMP and archive wrappers and mobile host prefixes removed; parameters sorted.
    """
    if not raw or len(raw) > 2 * _LONGEST:
        return None
    return raw if plain_path(raw) else _normalise_or_refuse(raw, base)


def url_key(url: str | None) -> str | None:
    """Give what identifies the page behind a URL: its normal form without scheme, "www." and closing slash."""
    normal = normalise_url(url)
    if normal is None:
        return None
    host, slash, rest = normal.split("://", 1)[1].partition("/")
    return (host.removeprefix("www.") + slash + rest).rstrip("/")


def host_of(url: str | None) -> str | None:
    """Give the host of a URL without "www.", or None."""
    normal = normalise_url(url)
    if normal is None:
        return None
    return normal.split("://", 1)[1].partition("/")[0].partition(":")[0].removeprefix("www.")


def registrable_host(url: str | None) -> str | None:
    """Give the domain that a publisher registered ("news.example.co.uk" → "example.co.uk"), or the host itself."""
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
        return _normalise(raw, base)
    except (ValueError, UnicodeError):
        return None


def _normalise(raw: str, base: str | None) -> str | None:
    text = _SPACE_AND_CONTROL.sub("", raw).replace("&amp;", "&").replace("\\", "/")
    if base and not text.lower().startswith(("http://", "https://")):
        text = urljoin(base, text)
    for _ in range(3 if _WRAPPED.search(text) else 0):  # an archived AMP page is wrapped twice
        unwrapped = _ARCHIVED.sub("", text)
        if match := _AMP_CACHE.match(unwrapped):
            unwrapped = ("https://" if match[1] else "http://") + unwrapped[match.end() :]
        if unwrapped == text:
            break
        text = unwrapped if "://" in unwrapped[:12] else "http://" + unwrapped
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
    url = urlunsplit(SplitResult(scheme, host, _normal_path(parts.path), _normal_query(parts.query), ""))
    return url if len(url) <= _LONGEST else None


def plain_path(url: str) -> str | None:
    """Give the path of an address that shows at once to be in normal form and to have no query, None for others."""
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
    path = re.sub(
        r"/{2,}",
        "/",
        quote(unquote(path, errors="surrogateescape"), safe="/:@!$&'()*+,;=-._~", errors="surrogateescape"),
    )
    if "/." in path:
        path = urlsplit(urljoin("http://a/", path)).path
    path = _INDEX_TAIL.sub("/", _AMP_TAIL.sub("", path))
    return path or "/"


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
