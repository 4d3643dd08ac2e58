"""What each layer may load, seen in a fresh interpreter, and the names that are ours alone."""

from __future__ import annotations

import importlib.metadata
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import transforms
import warehouse

ROOT = Path(__file__).parents[1]
NEWSFOLD = Path(sys.executable).with_name("newsfold")


def modules_of(package: object) -> list[str]:
    path, name = package.__path__, package.__name__  # type: ignore[attr-defined]
    return [found.name for found in pkgutil.walk_packages(path, f"{name}.")]


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


@pytest.mark.slow
def test_transforms_load_no_database_no_flows_and_no_scipy() -> None:
    found = loaded_by("import " + ", ".join(modules_of(transforms)))
    assert not found & {"duckdb", "prefect", "scipy", "flows", "warehouse"}


@pytest.mark.slow
def test_the_warehouse_loads_no_prefect_and_of_ours_only_types() -> None:
    found = loaded_by("import " + ", ".join(modules_of(warehouse)))
    assert "prefect" not in found
    assert {name for name in found if name.startswith(("transforms.", "flows"))} <= {"transforms.types"}


def test_types_need_the_standard_library_only() -> None:
    found, before = (
        {name.partition(".")[0] for name in loaded_by(statement)}
        for statement in ("import transforms.types", "")
    )  # what an installation adds to every start (Debian: sitecustomize) is not ours
    assert found - {"transforms"} <= set(sys.stdlib_module_names) | before | {
        name for name in found if name.startswith("_")
    }


def test_help_loads_nothing_heavy() -> None:
    found = loaded_by(
        "import contextlib\nfrom flows.cli import main\nwith contextlib.suppress(SystemExit): main(['--help'])"
    )
    assert not found & {"duckdb", "prefect", "scipy", "numpy", "pyarrow", "pydantic", "trafilatura", "rich"}


def test_a_former_name_of_a_command_still_calls_it() -> None:
    from click import Context

    from flows.cli import COMMANDS, FORMER_NAMES, cli

    context = Context(cli)
    for former, present in FORMER_NAMES.items():
        assert former not in COMMANDS
        assert cli.get_command(context, former) is cli.get_command(context, present) is not None


def test_our_package_names_belong_to_us_alone() -> None:
    owners = importlib.metadata.packages_distributions()
    for name in ("flows", "transforms", "warehouse"):
        assert set(owners.get(name, ["newsfold"])) == {"newsfold"}


def test_every_command_has_help() -> None:
    from flows.cli import COMMANDS

    for name in COMMANDS:
        done = subprocess.run([NEWSFOLD, name, "--help"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"Usage: newsfold {name}")
