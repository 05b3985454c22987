"""Where a user's runs and caches are kept."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

HOME_SETTING = "KERTUI_HOME"
"""Environment variable: the home, for this process and those it starts."""

CACHE_SETTING = "KERTUI_CACHE"
"""Environment variable: the cache folder."""

CONFIG_SETTING = "KERTUI_CONFIG"
"""Environment variable: the folder of what a person has set up."""

TASKS_SETTING = "KERTUI_TASKS"
"""Environment variable: folders of task files, as many as are parted by ``os.pathsep``."""


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


def config_dir() -> Path:
    """``KERTUI_CONFIG``, or the platform's folder for a user's settings."""
    given = os.environ.get(CONFIG_SETTING)
    return Path(given).expanduser() if given else platformdirs.user_config_path("kertui")


def task_file_folders() -> tuple[Path, ...]:
    """Where a user's task files are: ``tasks`` in the config folder, which need not be there, and
    every folder of ``KERTUI_TASKS``."""
    named = os.environ.get(TASKS_SETTING, "").split(os.pathsep)
    return config_dir() / "tasks", *(Path(folder).expanduser() for folder in named if folder)
