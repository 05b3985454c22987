"""What Keras's docstrings say of a class and of each of its arguments."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

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
        summary=first_sentence(paragraphs[0]) if paragraphs else "",
        help="\n\n".join(paragraphs),
        arguments=_entries(_section(lines, _ARGS), names),
        call_arguments=_entries(_section(lines, ("Call arguments:",)), call_names),
    )


_ARGS = ("Args:", "Arguments:")


def first_sentence(text: str) -> str:
    """The first sentence of a paragraph."""
    return _SENTENCE_END.split(text.strip(), maxsplit=1)[0]


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
    return {name: " ".join(" ".join(_without_urls(text)).split()) for name, text in entries.items()}


def _without_urls(lines: list[str]) -> list[str]:
    text = "\n".join(lines)
    return [re.sub(r"\[([^\]]+)\]\(\s*[^)\s]+\s*\)", r"\1", text)]


def _paragraphs(lines: list[str]) -> list[str]:
    text = "\n".join(_without_urls(lines)).strip()
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", text):
        if "```" in paragraph or paragraph.lstrip().startswith(">>>"):
            break
        is_list = re.match(r"\s*(-|\d+\.)\s", paragraph)
        paragraphs.append(paragraph.strip() if is_list else " ".join(paragraph.split()))
    return [paragraph for paragraph in paragraphs if paragraph]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
