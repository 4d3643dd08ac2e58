"""Addresses of buckets in, file systems of pyarrow out; credentials are left to the environment and never shown."""

from __future__ import annotations

import os
import re
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import KEPT, ExitCode, NewsfoldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCHEMES = ("s3", "gs", "az")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
# Environment variables whose values never leave this process: they are taken out of every message of a service.
_SECRETS = (
    "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_SAS_TOKEN", "AZURE_CLIENT_SECRET",
)  # fmt: skip
# A service that does not answer is given up after so many seconds; the client tries some times by itself.
_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 15.0
_YES = frozenset({"1", "true", "yes", "on"})


class AddressError(NewsfoldError):
    """An address of a bucket that cannot be used; the message says why, and what to do instead."""

    meaning = "Nothing was begun."


class StoreError(NewsfoldError):
    """A bucket service does not answer, or refuses a request."""

    exit_code = ExitCode.MACHINE
    can_pass = True
    meaning = KEPT
    advice = "see that it answers, and that the environment has its credentials, region and endpoint (docs/scale.md)"

    def __init__(self, address: Place, error: OSError) -> None:
        super().__init__(f"{address}: {describe_error(error)}")


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """The address of a bucket, folder or object: a scheme (s3, gs, az) and `bucket/key`."""

    scheme: str  # one of SCHEMES
    path: str  # bucket/key, without a slash at either end

    def __str__(self) -> str:
        return f"{self.scheme}://{self.path}"

    @property
    def bucket(self) -> str:
        """Return the bucket, or container, alone: `path` up to its first slash."""
        return self.path.partition("/")[0]

    def join(self, name: str) -> Address:
        """Return the address of `name` (a key, without a slash before it) under this one."""
        return Address(self.scheme, f"{self.path}/{name}")


Place = Path | Address
"""Where files are: a path of this machine, or an address."""


def is_address(text: str) -> bool:
    """Return whether a text begins with a scheme of two or more characters and `://`, known or not.

    All else is a path of this machine.
    """
    return _SCHEME.match(text) is not None


def parse_place(text: str | os.PathLike[str]) -> Place:
    """Return the Address that a text names, and for all text that is none a Path; a Path comes back as it is.

    Schemes count in any case; slashes at the end of an address are dropped. Asks no service. Raises AddressError for
    a scheme other than s3, gs and az, for an address without a bucket, and for one with credentials.
    """
    if isinstance(text, Path):
        return text
    stated = os.fspath(text)
    match = _SCHEME.match(stated)
    return Path(stated) if match is None else _parse(stated, match)


def _parse(stated: str, match: re.Match[str]) -> Address:
    scheme, rest = match[1].lower(), stated[match.end() :].rstrip("/")
    if scheme in ("http", "https", "ftp"):
        raise AddressError(
            f"{scheme} addresses are not fetched, so that no input makes this program call on strangers: download "
            "the file, or pipe it in, as in `curl -L ADDRESS | newsfold ingest -`"
        )
    if scheme not in SCHEMES:
        known = ", ".join(f"{name}://" for name in SCHEMES)
        raise AddressError(f"{scheme}:// is not read; paths of this machine and {known} are")
    bucket, _, key = rest.partition("/")
    if "@" in bucket or ":" in bucket:
        raise AddressError(
            f"credentials do not belong into an address, where logs and ledgers keep them: write "
            f"{scheme}://BUCKET/KEY and set them in the environment"
        )
    if not bucket:
        raise AddressError(f"{scheme}:// names no bucket")
    return Address(scheme, f"{bucket}/{key}" if key else bucket)


def file_system(place: Place) -> tuple[Any, str]:
    """Return pyarrow's file system for a place, and the path in it: an absolute one, or bucket/key.

    Does not test whether anything exists there. No connection is opened yet, but for s3 where the environment has
    neither region nor endpoint: Amazon is asked for the bucket's region. One file system is kept for each bucket and
    environment. Raises AddressError when that answer, or for az the account, is missing.
    """
    if isinstance(place, Path):
        from pyarrow.fs import LocalFileSystem

        return LocalFileSystem(), str(place.absolute())
    return _connected(place.scheme, place.bucket, _surroundings()), place.path


def _surroundings() -> tuple[tuple[str, str], ...]:
    """Return the environment variables that decide how a store is reached: another value, another connection."""
    return tuple(
        (name, value)
        for name, value in sorted(os.environ.items())
        if name.startswith(("AWS_", "AZURE_", "GOOGLE_", "STORAGE_EMULATOR_"))
    )


@cache
def _connected(scheme: str, bucket: str, surroundings: tuple[tuple[str, str], ...]) -> Any:
    stated = dict(surroundings)
    if scheme == "s3":
        return _s3(bucket, stated)
    return _google(stated) if scheme == "gs" else _azure(stated)


def _google(stated: dict[str, str]) -> Any:
    from pyarrow.fs import GcsFileSystem

    if emulator := _google_emulator(stated):
        scheme, _, host = emulator.partition("://")
        return GcsFileSystem(anonymous=True, scheme=scheme, endpoint_override=host)
    return GcsFileSystem(anonymous="GOOGLE_APPLICATION_CREDENTIALS" not in stated and _is_public(stated))


def google_emulator() -> str:
    """Return the address, with its scheme, of what answers in place of Google; empty: Google itself."""
    return _google_emulator(dict(_surroundings()))


def _google_emulator(stated: dict[str, str]) -> str:
    host = stated.get("STORAGE_EMULATOR_HOST", "").rstrip("/")
    return host if "://" in host or not host else f"http://{host}"


def _azure(stated: dict[str, str]) -> Any:
    from pyarrow.fs import AzureFileSystem

    service = _azure_service(stated)
    secrets = {"account_key": service.key} if service.key else {"sas_token": service.sas_token or None}
    # without either, the client looks for an identity of its own, as AZURE_CLIENT_ID names one
    return AzureFileSystem(account_name=service.account, **service.authorities(), **secrets)


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureService:
    """How the environment says that Azure is reached."""

    account: str
    key: str
    sas_token: str
    endpoint: str  # with its scheme; empty: Microsoft's public cloud

    def authorities(self) -> dict[str, str]:
        """Return the endpoint by the names of Arrow's parameters; empty for the public cloud.

        Arrow puts the account before an authority that begins with a dot, and after any other, as emulators have it.
        """
        if not self.endpoint:
            return {}
        scheme, _, host = self.endpoint.rpartition("://")
        host = host.removesuffix(f"/{self.account}")
        blob = host.removeprefix(self.account) if host.startswith(f"{self.account}.") else host
        dfs = blob.replace(".blob.", ".dfs.", 1) if blob.startswith(".") else blob
        return {
            "blob_storage_authority": blob,
            "blob_storage_scheme": scheme or "https",
            "dfs_storage_authority": dfs,
            "dfs_storage_scheme": scheme or "https",
        }


def azure_service() -> AzureService:
    """Return how containers of Azure are reached. Raises AddressError where no account is named."""
    return _azure_service(dict(_surroundings()))


def _azure_service(stated: dict[str, str]) -> AzureService:
    def first(*names: str) -> str:
        return next((stated[name] for name in names if stated.get(name)), "")

    account = first("AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_NAME")
    if not account:
        raise AddressError("az:// needs the account in AZURE_STORAGE_ACCOUNT")
    return AzureService(
        account=account,
        key=first("AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY"),
        sas_token=first("AZURE_STORAGE_SAS_TOKEN"),
        endpoint=first("AZURE_STORAGE_ENDPOINT").rstrip("/"),
    )


def _s3(bucket: str, stated: dict[str, str]) -> Any:
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

    service = _s3_service(bucket, stated)
    scheme, _, host = service.endpoint.rpartition("://")
    return S3FileSystem(
        endpoint_override=host or None,
        scheme=scheme or "https",
        region=service.region,
        anonymous=service.is_public,
        connect_timeout=_CONNECT_SECONDS,
        request_timeout=_ANSWER_SECONDS,
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=2),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Service:
    """How a bucket of S3 is reached, by the environment: endpoint ("" for Amazon's), region, and whether unsigned."""

    endpoint: str  # with its scheme; empty: Amazon
    region: str
    is_public: bool  # requests are not signed


def s3_service(bucket: str) -> S3Service:
    """Return how the environment says that a bucket of S3 is reached.

    Raises AddressError where its region is not known and cannot be asked for.
    """
    return _s3_service(bucket, dict(_surroundings()))


def _s3_service(bucket: str, stated: dict[str, str]) -> S3Service:
    endpoint = stated.get("AWS_ENDPOINT_URL_S3") or stated.get("AWS_ENDPOINT_URL", "")
    region = stated.get("AWS_REGION") or stated.get("AWS_DEFAULT_REGION", "")
    if not region:
        region = "us-east-1" if endpoint else _region_of(bucket)
    return S3Service(endpoint=endpoint.rstrip("/"), region=region, is_public=_is_public(stated))


def _region_of(bucket: str) -> str:
    """Ask Amazon for the region of a bucket; a name is looked up first, since the client tries for ten seconds."""
    from pyarrow.fs import resolve_s3_region

    try:
        socket.getaddrinfo("s3.amazonaws.com", 443)
        return str(resolve_s3_region(bucket))
    except OSError as error:
        raise AddressError(
            f"s3://{bucket}: no region is set, and Amazon cannot be asked for it ({describe_error(error)}): set "
            "AWS_REGION, or AWS_ENDPOINT_URL for a service of your own"
        ) from error


def _is_public(stated: dict[str, str]) -> bool:
    return stated.get("AWS_NO_SIGN_REQUEST", "").lower() in _YES


def without_secrets(message: object) -> str:
    """Return a service's message in one line, each credential of AWS and Azure in the environment replaced by `…`.

    Those are the values, of 4 characters or more, of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
    AZURE_STORAGE_KEY, AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_SAS_TOKEN and AZURE_CLIENT_SECRET.
    """
    text = " ".join(str(message).split())
    for name in _SECRETS:
        if len(value := os.environ.get(name, "")) >= 4:
            text = text.replace(value, "…")
    return text


def describe_error(error: OSError) -> str:
    """Return in one line why a store refused, without credentials: the system's words, else the whole error."""
    return without_secrets(error.strerror or error)


def is_object(place: Place) -> bool:
    """Return whether a place is a file or object; False for a folder and for nothing.

    Raises StoreError where the service does not answer or refuses, AddressError where it lacks an account or region.
    """
    from pyarrow.fs import FileType

    fs, path = file_system(place)
    try:
        return bool(fs.get_file_info(path).type == FileType.File)
    except OSError as error:
        raise StoreError(place, error) from error


def list_folder(place: Place) -> Iterator[Any]:
    """Yield pyarrow's FileInfo of files and folders directly in one folder, by path; nothing for a missing folder.

    Raises, at the first of them, OSError where the service does not answer or the place is a file, and AddressError
    where it lacks an account or region. On Google folders are missing that only the names of objects imply (see
    `folders_below`).
    """
    yield from _infos_below(place, is_recursive=False)


def folders_below(place: Place) -> Callable[[str], list[Any]]:
    """Return a function from the path of a folder below `place`, or of itself, to what `list_folder` yields of it.

    Each call lists one folder. For Google all objects below `place` are listed here, at once: Arrow's listing of one
    folder there leaves out the folders that nobody made, which are most. Raises as `list_folder` does.
    """
    if not (isinstance(place, Address) and place.scheme == "gs"):
        scheme = place.scheme if isinstance(place, Address) else ""
        return lambda path: list(list_folder(Address(scheme, path) if scheme else Path(path)))
    from pyarrow.fs import FileInfo, FileType

    # by folder; an object and a folder may have one name
    below: dict[str, dict[tuple[str, bool], Any]] = {}
    for info in _infos_below(place, is_recursive=True):
        folder = info.path.rpartition("/")[0]
        below.setdefault(folder, {})[info.path, info.is_file] = info
        while len(folder) > len(place.path):
            above = folder.rpartition("/")[0]
            below.setdefault(above, {})[folder, False] = FileInfo(folder, FileType.Directory)
            folder = above
    return lambda path: [info for _, info in sorted(below.get(path, {}).items())]


def _infos_below(place: Place, *, is_recursive: bool) -> list[Any]:
    from pyarrow.fs import FileSelector

    fs, path = file_system(place)
    found = fs.get_file_info(FileSelector(path, recursive=is_recursive, allow_not_found=True))
    return sorted(found, key=lambda one: one.path)
