"""What tmux hands on to the window around it."""

from __future__ import annotations

import subprocess

_PATIENCE = 2.0
"""Seconds tmux may take to answer."""


def hands_on_all_colours() -> bool:
    """Whether tmux knows that the terminal around it has 16 million colours (``RGB`` or ``Tc``);
    else it makes 256 of them, and two that stand apart may become one. Runs a program: call it
    from a thread."""
    commands = (
        ["tmux", "display-message", "-p", "#{client_termfeatures}"],
        ["tmux", "show-messages", "-T"],
    )
    features, described = (_output(command) for command in commands)
    if "RGB" in features.strip().split(","):
        return True
    lines = (line.split(":", 1)[-1].strip() for line in described.splitlines())
    return any(
        line.endswith("(flag) true") and line.split(":")[0] in ("RGB", "Tc") for line in lines
    )


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
