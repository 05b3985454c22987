"""Where a user's runs and caches are kept."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

HOME_SETTING = "KERTUI_HOME"
"""Environment variable: the home, for this process and those it starts."""

CACHE_SETTING = "KERTUI_CACHE"
"""Environment variable: the cache folder."""


def default_home() -> Path:
    """``KERTUI_HOME``, or the platform's folder for a user's data."""
    given = os.environ.get(HOME_SETTING)
    return Path(given).expanduser() if given else platformdirs.user_data_path("kertui")


def cache_dir() -> Path:
    """``KERTUI_CACHE``, or the platform's folder for a user's caches."""
    given = os.environ.get(CACHE_SETTING)
    return Path(given).expanduser() if given else platformdirs.user_cache_path("kertui")


def own_tasks_dir() -> Path:
    """Where a user's tasks of data are kept: a folder of the home."""
    return default_home() / "tasks"
