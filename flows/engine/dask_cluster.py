"""A Dask scheduler's address in, its workers as the nodes of a cluster out (extra `newsfold[dask]`)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from flows.engine.remote import ClusterError, Future, NodeMismatchError
from warehouse.errors import require

CONNECT_SECONDS = 15.0
# Loggers that have a level of their own; what they say of a lost connection in a page, we say in a line.
_TALKATIVE = ("distributed", "distributed.client")


class DaskCluster:
    """A `Cluster`: the workers of a running Dask cluster, each of whose threads does one item at a time.

    `address` is that of the scheduler (`dask://host:8786`), to which it connects at once. Raises ClusterError where
    nothing answers there, MissingExtra where `distributed` is not installed.
    """

    def __init__(self, address: str) -> None:
        require("distributed", wanted="engine dask://", extra="dask")
        from distributed import Client

        self._address = address
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            connect: Any = Client  # untyped
            self._client: Any = connect(
                address.replace("dask://", "tcp://", 1),
                timeout=CONNECT_SECONDS,
                set_as_default=False,
                direct_to_workers=False,
            )
        except (OSError, TimeoutError) as error:
            raise ClusterError(f"no Dask scheduler answers at {address}") from error

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future:
        """Hand a call to the Dask scheduler and return its future at once."""
        future: Future = self._client.submit(fn, *args, pure=False)
        return future

    def slots(self) -> int:
        """Return the number of threads of all workers, as last reported to the client.

        Raises ClusterError when the cluster is lost.
        """
        try:
            if self._client.status != "running":
                raise ClusterError(f"the Dask scheduler at {self._address} is gone")
            return sum(self._client.nthreads().values())
        except (OSError, TimeoutError, AttributeError) as error:
            raise ClusterError(f"the Dask scheduler at {self._address} is gone") from error

    def on_every_node(self, fn: Callable[..., Any], /, *args: Any) -> Mapping[str, Any]:
        """Run a function once on every worker and return {address of the worker: result}.

        Raises ClusterError where no worker joins in time, NodeMismatchError where the function raised on one.
        """
        try:
            self._client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except (OSError, TimeoutError) as error:
            raise ClusterError(f"no worker has joined the Dask scheduler at {self._address}") from error
        found: dict[str, Any] = self._client.run(fn, *args, on_error="return")
        for node, answer in found.items():
            if isinstance(answer, BaseException):
                raise NodeMismatchError(f"node {node} cannot run newsfold: {type(answer).__name__}: {answer}")
        return found

    def close(self) -> None:
        """Disconnect from the cluster, which goes on running."""
        try:
            self._client.close(timeout=5)
        except (OSError, TimeoutError):  # the scheduler is gone
            return
