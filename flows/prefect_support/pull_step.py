"""The pull step of the deployments: nothing is fetched, the package that the worker has is what runs."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import flows


def use_installed() -> dict[str, str]:
    """Print which newsfold runs, and from where: the pull step of deployments, which use the installed package.

    Returns an empty dict, so that a run keeps its working folder. Without a pull step Prefect adds one that changes
    into the folder of whoever deployed, on every machine.
    """
    print(f"newsfold {version('newsfold')} of {Path(flows.__file__).parents[1]}")
    return {}
