"""What Keras's docstrings say of a class and of its arguments, and what kinds those are of."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Family

_SECTION = re.compile(
    r"(Args|Arguments|Call arguments|Returns?|Raises|Examples?|References?"
    r"|Input shape|Output shape|Usage|Standalone usage|Attributes|Notes?"
    r"|Formula|Configuration|Methods):?"
)
_ADMONITION = re.compile(r"^(Note|Notes):", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!a\.k\.a\.)(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-Z`(])")


@dataclass(frozen=True)
class Docstring:
    """The parts of a docstring, each as plain paragraphs."""

    summary: str = ""
    help: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    call_arguments: dict[str, str] = field(default_factory=dict)


def read_docstring(of: object, names: Iterable[str], call_names: Iterable[str] = ()) -> Docstring:
    """The docstring of a class or function, split by the names of its arguments."""
    text = inspect.getdoc(of) or ""
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.strip() in _ARGS), len(lines))
    body: list[str] = []
    for line in lines[:start]:
        if body and _SECTION.fullmatch(line.strip()) and not _ADMONITION.match(line.strip()):
            break
        body.append(line)
    paragraphs = _paragraphs(body)
    return Docstring(
        summary=_SENTENCE_END.split(paragraphs[0], maxsplit=1)[0] if paragraphs else "",
        help="\n\n".join(paragraphs),
        arguments=_entries(_section(lines, _ARGS), names),
        call_arguments=_entries(_section(lines, ("Call arguments:",)), call_names),
    )


_ARGS = ("Args:", "Arguments:")


def _section(lines: list[str], titles: tuple[str, ...]) -> list[str]:
    """The lines under a title, up to the next one at the title's indentation."""
    start = next((i for i, line in enumerate(lines) if line.strip() in titles), None)
    if start is None:
        return []
    indent = _indent(lines[start])
    section: list[str] = []
    for line in lines[start + 1 :]:
        if line.strip() and _indent(line) <= indent:
            break
        section.append(line)
    return section


def _entries(section: list[str], names: Iterable[str]) -> dict[str, str]:
    """``name: text`` entries. Only known names start one: the text has colons of its own,
    and Keras's indentation is not always straight."""
    known = set(names)
    entries: dict[str, list[str]] = {}
    current: list[str] = []
    for line in section:
        found = re.match(r"\s*`?(\*{0,2}\w+)`?(?:\s*\([^)]*\))?\s*:(?:\s+(.*))?$", line)
        if found and found[1] in known and found[1] not in entries:
            current = entries[found[1]] = [found[2] or ""]
        elif found and found[1].startswith("*"):
            current = []
        else:
            current.append(line)
    return {name: " ".join(_without_urls(text).split()) for name, text in entries.items()}


def _without_urls(lines: list[str]) -> str:
    return re.sub(r"\[([^\]]+)\]\(\s*[^)\s]+\s*\)", r"\1", "\n".join(lines))


def _paragraphs(lines: list[str]) -> list[str]:
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", _without_urls(lines).strip()):
        if "```" in paragraph or paragraph.lstrip().startswith(">>>"):
            break
        is_list = re.match(r"\s*(-|\d+\.)\s", paragraph)
        paragraphs.append(paragraph.strip() if is_list else " ".join(paragraph.split()))
    return [paragraph for paragraph in paragraphs if paragraph]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


_FAMILY_OF_NAME = (
    (re.compile(r"(^|_)initializer$"), Family.INITIALIZERS),
    (re.compile(r"(^|_)regularizer$"), Family.REGULARIZERS),
    (re.compile(r"(^|_)constraint$"), Family.CONSTRAINTS),
    (re.compile(r"(^|_)activation$"), Family.ACTIVATIONS),
)
_LAYER = re.compile(r"`?keras\.layers\.\w+`?(,| or| instance)|\bcell instances?\b|^List of layers")
_OPTIMIZER = re.compile(r"`keras\.optimizers\.Optimizer` instance")

_LAYER_NAMES = ("layer", "layers", "cell", "cells")

_OFFERS = re.compile(
    r"one of|either|(values|it|set|which) can be|can be `?[\"']|values (are|include)|supported"
    r"|options are|^(a )?string,? `?[\"']|strings? indicating|according to|mode by which",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"`?([A-Za-z][A-Za-z0-9_-]*)`?\"|'([A-Za-z][A-Za-z0-9_-]*)'")
_LISTED = re.compile(r"- [*`\"]+([A-Za-z]\w*)[*`\"]+")

_OPENING = re.compile(
    r"^\(?optional\)?[.,:]?\s*|^(defaults to `?[^`\s]*`?|unset by default)\.\s*", re.IGNORECASE
)
_SEVERAL = re.compile(
    r"\b(tuples?|lists?|arrays?|axes|ids|shape|sequence of)\b|\bD integer tensor|\dD \w+ tensor"
    r"|\(s\)",
    re.IGNORECASE,
)
_FLOAT = re.compile(
    r"\b(floats?|floating|scalar|fraction|probability|momentum|rate|factor|epsilon|slope|value)\b"
    r"|standard deviation|value\(s\)",
    re.IGNORECASE,
)
_INTEGER = re.compile(
    r"\b(int|ints|integers?|number of|size of|how many|dimension of|seed|rank|index|ids|axis|axes"
    r"|shape|dims)\b",
    re.IGNORECASE,
)
_SURELY_INTEGER = re.compile(
    r"^(an? )?(\w+ )?(positive )?(int\b|ints\b|integers?\b|number of|size of)|\dD integer",
    re.IGNORECASE,
)
_STRING = re.compile(r"\b(string|str|name of|equation)\b", re.IGNORECASE)
_BOOLEAN = re.compile(r"^(optional )?(a )?(python )?(bool|boolean)\b|^whether|^if `?true`?", re.I)
_NONE = re.compile(r"\bNone\b")
_RANGE = re.compile(
    r"(?:between|in|in range) (?:the range )?`?[\[(]?"
    r"(-?\d+(?:\.\d+)?)(?: and |, ?|-| to )(-?\d+(?:\.\d+)?)"
)
_AT_LEAST = re.compile(r"(?:>=|at least|greater than or equal to) (-?\d+(?:\.\d+)?)\b")


def argument_of(name: str, default: object, text: str) -> Argument:
    """One argument as its docstring describes it, taken as one that need not be given.

    Args:
        name: the argument's name.
        default: its default; None also where it has none.
        text: what the docstring says of it, one paragraph.
    """
    family = next((family for pattern, family in _FAMILY_OF_NAME if pattern.search(name)), None)
    if family is None and _OPTIMIZER.search(text):
        family = Family.OPTIMIZERS
    choices = _choices(default, text)
    kind = ArgumentKind.COMPONENT if family else _kind(name, default, text, choices)
    minimum, maximum = _limits(kind, text)
    return Argument(
        name=name,
        kind=kind,
        required=False,
        default=default,
        optional=default is None or bool(_NONE.search(text)),
        choices=choices if kind is ArgumentKind.CHOICE else (),
        family=family,
        help=text,
        minimum=minimum,
        maximum=maximum,
    )


def _kind(name: str, default: object, text: str, choices: tuple[str, ...]) -> ArgumentKind:
    opening = _OPENING.sub("", _OPENING.sub("", text))[:160]
    if name in _LAYER_NAMES or _LAYER.search(opening):
        return ArgumentKind.LAYER
    if isinstance(default, bool) or (default is None and _BOOLEAN.search(opening)):
        return ArgumentKind.BOOLEAN
    if "path to a" in text:  # no recipe makes Keras read a file
        return ArgumentKind.INTEGERS
    if name == "name":
        return ArgumentKind.STRING
    if name == "mask_value" and default is None:
        return ArgumentKind.ANY  # of the kind of the inputs: whole numbers or words
    if len(choices) > 1 and isinstance(default, str | None):
        return ArgumentKind.CHOICE
    if isinstance(default, str):
        return ArgumentKind.ANY if _BOOLEAN.search(opening) else ArgumentKind.STRING
    return _number_kind(name, default, opening)


def _number_kind(name: str, default: object, opening: str) -> ArgumentKind:
    # The first clause says the type; what follows talks of other things too.
    clause = re.split(r"[.;] |, (?:specifying|the|dimensionality) ", opening)[0]
    several = isinstance(default, (tuple, list)) or bool(_SEVERAL.search(clause))
    numbers = default if isinstance(default, (tuple, list)) else (default,)
    is_whole = bool(_SURELY_INTEGER.search(clause))
    is_float = any(isinstance(number, float) for number in numbers) or (
        bool(_FLOAT.search(clause)) and not is_whole
    )
    if name.endswith("_range"):
        return ArgumentKind.NUMBERS
    if is_float:
        return ArgumentKind.NUMBERS if several else ArgumentKind.NUMBER
    if _STRING.search(clause) and not is_whole:
        return ArgumentKind.STRING
    if isinstance(default, (int, tuple, list)) or _INTEGER.search(clause):
        return ArgumentKind.INTEGERS if several else ArgumentKind.INTEGER
    # Of F1Score the docstring tells what it is for, and the class takes floats alone.
    return ArgumentKind.NUMBER if name == "threshold" else ArgumentKind.ANY


def _choices(default: object, text: str) -> tuple[str, ...]:
    """The strings that the docstring offers, in its order, the default among them."""
    # Where the default is no string, quoted words may be examples or other arguments.
    if not isinstance(default, str) and not _OFFERS.search(text[:200]):
        return ()
    found = [a or b for a, b in _QUOTED.findall(text)] + _LISTED.findall(text)
    if isinstance(default, str) and default not in found:
        found.insert(0, default)
    return tuple(dict.fromkeys(word for word in found if word not in ("None", "True", "False")))


def _limits(kind: ArgumentKind, text: str) -> tuple[float | None, float | None]:
    numeric = (
        ArgumentKind.INTEGER,
        ArgumentKind.NUMBER,
        ArgumentKind.INTEGERS,
        ArgumentKind.NUMBERS,
    )
    if kind not in numeric:
        return None, None
    opening = text[:110]
    between = _RANGE.search(opening)
    if between:
        return float(between[1]), float(between[2])
    at_least = _AT_LEAST.search(opening)
    if at_least:
        return float(at_least[1]), None
    if re.search(r"\bpositive int", opening, re.I):
        return 1.0, None
    if re.search(r"\b(positive float|non-?negative)", opening, re.I):
        return 0.0, None
    return None, None
