"""The themes and the names of their colours.

Colours of curves and classes are of Okabe and Ito's palette (or darkened for a light ground),
which people with any colour vision tell apart; a mark or a stroke always goes with them.

Tokens beside Textual's own: ``$train`` and ``$validation`` (curves), ``$best`` (best epoch),
``$dim`` (labels, units), ``$faint`` (rules, axes), ``$key`` (keys in the footer and in texts),
``$selection`` (ground of the chosen row), ``$class-0`` … ``$class-7``, and those that the ramps
of heat maps go through: ``$heat-low``, ``$heat-middle``, ``$heat-high`` (below, at and above the
middle), ``$heat-none``, ``$heat-some``, ``$heat-full`` (from nothing to the most).
"""

from __future__ import annotations

from textual.theme import Theme

from kertui.terminal.line_filters import MARKED_GROUND

CLASS_COLOURS = 8
"""How many class colours there are; more classes begin again."""

_SKY, _ORANGE, _GREEN, _PURPLE = "#56b4e9", "#e69f00", "#2fbf92", "#cc79a7"
_YELLOW, _BLUE, _VERMILLION, _GREY = "#f0e442", "#3d8fd1", "#e2703a", "#9aa4af"

DARK = Theme(
    name="kertui-dark",
    primary="#2fbf92",
    secondary="#8a96a3",
    accent="#2fbf92",
    warning="#e6b450",
    error="#ff7b72",
    success="#2fbf92",
    foreground="#d5dbe2",
    background="#101419",
    surface="#161b22",
    panel="#1d242d",
    dark=True,
    variables={
        "train": _SKY,
        "validation": _ORANGE,
        "best": _YELLOW,
        "dim": "#8a96a3",
        "faint": "#3a444f",
        "key": "#d5dbe2",
        "selection": "#1c3a36",
        "border": "#2fbf92",
        "border-blurred": "#3a444f",
        "block-cursor-background": "#1c3a36",
        "block-cursor-foreground": "#f2f6fa",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#1d242d",
        "block-cursor-blurred-foreground": "#d5dbe2",
        "block-hover-background": "#1d242d",
        "footer-background": "#101419",
        "footer-key-foreground": "#d5dbe2",
        "footer-description-foreground": "#8a96a3",
        "scrollbar": "#3a444f",
        "scrollbar-hover": "#55616e",
        "scrollbar-active": "#2fbf92",
        "scrollbar-background": "#101419",
        "scrollbar-background-hover": "#161b22",
        "scrollbar-background-active": "#161b22",
        "scrollbar-corner-color": "#101419",
        "class-0": _SKY,
        "class-1": _ORANGE,
        "class-2": _GREEN,
        "class-3": _PURPLE,
        "class-4": _YELLOW,
        "class-5": _BLUE,
        "class-6": _VERMILLION,
        "class-7": _GREY,
        "heat-low": _SKY,
        "heat-middle": "#20262d",
        "heat-high": _ORANGE,
        "heat-none": "#1a2129",
        "heat-some": "#2f7db5",
        "heat-full": "#d6efff",
    },
)

LIGHT = Theme(
    name="kertui-light",
    primary="#00664f",
    secondary="#59636e",
    accent="#00664f",
    warning="#7d5200",
    error="#b3261e",
    success="#00664f",
    foreground="#1c2228",
    background="#fbfbf9",
    surface="#f2f2ef",
    panel="#e8e8e4",
    dark=False,
    variables={
        "train": "#0063a0",
        "validation": "#a34a00",
        "best": "#7d5200",
        "dim": "#59636e",
        "faint": "#c3c8cd",
        "key": "#1c2228",
        "selection": "#cfe7de",
        "border": "#00664f",
        "border-blurred": "#c3c8cd",
        "block-cursor-background": "#cfe7de",
        "block-cursor-foreground": "#10151a",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#e8e8e4",
        "block-cursor-blurred-foreground": "#1c2228",
        "block-hover-background": "#eeeeea",
        "footer-background": "#fbfbf9",
        "footer-key-foreground": "#1c2228",
        "footer-description-foreground": "#59636e",
        "scrollbar": "#c3c8cd",
        "scrollbar-hover": "#9aa4af",
        "scrollbar-active": "#00664f",
        "scrollbar-background": "#fbfbf9",
        "scrollbar-background-hover": "#f2f2ef",
        "scrollbar-background-active": "#f2f2ef",
        "scrollbar-corner-color": "#fbfbf9",
        "class-0": "#0063a0",
        "class-1": "#a34a00",
        "class-2": "#00664f",
        "class-3": "#97407a",
        "class-4": "#6f6500",
        "class-5": "#2a4b8d",
        "class-6": "#b3261e",
        "class-7": "#59636e",
        "heat-low": "#1f78b4",
        "heat-middle": "#f2efe9",
        "heat-high": "#d9730d",
        "heat-none": "#edf0f2",
        "heat-some": "#6aaed6",
        "heat-full": "#08306b",
    },
)

_OWN_TOKENS = (
    "train",
    "validation",
    "best",
    "dim",
    "faint",
    "key",
    *(f"class-{number}" for number in range(CLASS_COLOURS)),
    *(f"heat-{place}" for place in ("low", "middle", "high", "none", "some", "full")),
)

MONOCHROME = Theme(
    name="kertui-monochrome",
    ansi=True,
    primary="ansi_default",
    secondary="ansi_default",
    accent="ansi_default",
    warning="ansi_default",
    error="ansi_default",
    success="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    variables={
        **dict.fromkeys(_OWN_TOKENS, "ansi_default"),
        "selection": MARKED_GROUND,
        "border": "ansi_default",
        "border-blurred": "ansi_default",
        "block-cursor-background": MARKED_GROUND,
        "block-cursor-foreground": "ansi_default",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-text-style": "bold",
        "footer-key-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-selection-background": MARKED_GROUND,
        "scrollbar": "ansi_default",
        "scrollbar-hover": "ansi_default",
        "scrollbar-active": "ansi_default",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
        "screen-selection-background": MARKED_GROUND,
        "screen-selection-foreground": "ansi_default",
    },
)
"""For ``NO_COLOR``: the terminal's own two colours, with bold, reverse and underline."""

THEMES = (DARK, LIGHT, MONOCHROME)


def default_tokens(theme: Theme) -> dict[str, str]:
    """What a theme leaves out: our tokens for Textual's own themes.

    Textual 8.2 also leaves variables that its widgets use out of an ANSI theme; they are filled
    in here, all with the terminal's own colours.
    """
    own = (DARK if theme.dark else LIGHT).variables
    if not theme.ansi:
        return {token: own[token] for token in (*_OWN_TOKENS, "selection")}
    names = {*DARK.to_color_system().generate(), "ansi-background", "ansi-foreground"}
    return {name: "none" if name.endswith("-style") else "ansi_default" for name in names}
