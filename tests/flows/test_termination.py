"""SIGTERM ends a run also where its exception is raised in a destructor, which swallows it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest
from prefect.exceptions import TerminationSignal

from flows.prefect_tasks import termination_kept


@pytest.fixture(autouse=True)
def prefect_handler() -> Iterator[None]:
    """Handle SIGTERM as Prefect does in a run of a flow."""

    def end(number: int, frame: object) -> None:
        raise TerminationSignal(signal=number)

    former = signal.signal(signal.SIGTERM, end)
    yield
    signal.signal(signal.SIGTERM, former)


class Swallowing:
    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_termination_that_a_destructor_swallows_comes_again() -> None:
    began = time.monotonic()
    with pytest.raises(TerminationSignal), termination_kept():
        first, second = Swallowing(), Swallowing()
        del first
        del second
        while time.monotonic() < began + 60:  # the work of the run
            time.sleep(0.01)
    assert signal.getsignal(signal.SIGTERM).__name__ == "end"  # type: ignore[union-attr]


def test_a_run_without_one_is_left_alone() -> None:
    with termination_kept():
        pass
    with pytest.raises(TerminationSignal), termination_kept():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_another_exception_of_a_destructor_is_reported_as_ever() -> None:
    seen: list[str] = []

    class Broken:
        def __del__(self) -> None:
            raise ValueError("broken")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.unraisablehook", lambda each: seen.append(str(each.exc_value)))
        with termination_kept():
            Broken()
    assert seen == ["broken"]
