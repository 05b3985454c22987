"""What an error says, without where in whose code it was raised. Pure: no Keras, no TensorFlow.

Keras and TensorFlow put their reason between a header, stacks, names of graph nodes and the
arguments of a call. A person gets the reason; the traceback is in a log.
"""

from __future__ import annotations

import re

from kertasks.text.plain_text import without_colours

_LONGEST = 300
"""Characters of a reason that are told."""

_WRAPPED = (
    # A layer's call, a model that cannot be built: the reason is what they wrap.
    re.compile(
        r"^Exception encountered when calling [^\n]*\.\s*\n(?P<inner>.*?)"
        r"(?:\n\s*Arguments received by .*)?$",
        re.DOTALL,
    ),
    re.compile(r"^.*?\bException encountered:\s*\n'(?P<inner>.*)'$", re.DOTALL),
    # Several operations of a graph failed: the first one.
    re.compile(
        r"^\d+ root error\(s\) found\.\s*\(0\) [A-Z_]+:\s*(?P<inner>.*?)\n\s*(?:\[\[|\(1\)).*$",
        re.DOTALL,
    ),
    # A Python function called from a graph: what it raised stands before its stack.
    re.compile(r"^(?P<inner>\w+: .*?)\nTraceback \(most recent call last\):\n.*$", re.DOTALL),
)
_IN_USER_CODE = re.compile(r"^(?:\w+: )?in user code:\s*\n")
_STACK = re.compile(
    r"^Graph execution error:[ \t]*$\n?"
    r"|^Detected at node .*$\n?"
    r"|^ *File \"[^\n]*\", line \d+, in .*$\n?",
    re.MULTILINE,
)
_UNSUPPORTED = re.compile(r"^Detected unsupported operations when trying to compile graph")
_NO_KERNEL = re.compile(r"(\w+) \(No registered '")
_ASSERTION = re.compile(r"^assertion failed: (?P<data>.*)$", re.DOTALL)
_SAID_BY_ASSERTION = re.compile(r"\[([^\[\]=]*[A-Za-z]{2}[^\[\]=]*?):?\]")

_FIRST = re.compile(r"(?:[^\n]*:[ \t]*\n\s*)*[^\n]*")

_MACHINERY: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\s*\[\[\{\{node .*?\}\}\]\]"), ""),
    (re.compile(r"\s*\[Op:[^\]]+\](?: name:.*)?"), ""),
    (re.compile(r"\{\{function_node .*?\}\}\s*"), ""),
    (re.compile(r"'\{\{node [^}]*\}\} = (\w+)[^']*'"), r"\1"),
    (re.compile(r"\{\{node (.*?)\}\}"), r"\1"),
    (re.compile(r"\n\s*Hint: If you want to see a list of allocated tensors.*", re.DOTALL), ""),
    (re.compile(r"\s*tf2xla conversion failed while .*", re.DOTALL), ""),
    (re.compile(r" on /job:\S+(?: by allocator \S+)?"), ""),
    (re.compile(r"(outside the valid range of \[.*?\)\.)\s+Label values: .*", re.DOTALL), r"\1"),
)


def without_stack(error: BaseException) -> str:
    """All that an error says in its own words, on as many lines as it has.

    Args:
        error: of Keras, TensorFlow or any code.
    """
    said = error.args[0] if isinstance(error, KeyError) and error.args else error
    text = without_colours(str(said)).strip()
    while (shorter := _unwrapped(text)) != text:
        text = shorter
    if _UNSUPPORTED.match(text):
        names = ", ".join(dict.fromkeys(_NO_KERNEL.findall(text)))
        return f"XLA has no operation {names}" if names else text
    found = _ASSERTION.match(text)
    if found is not None:
        words = _SAID_BY_ASSERTION.search(found["data"])
        text = f"assertion failed: {words[1].strip()}" if words else text
    return text


def why(error: BaseException) -> str:
    """The reason in an error, the first line of it; empty where it gives none.

    Args:
        error: of Keras, TensorFlow or any code.
    """
    # A first line that ends in a colon says nothing without the one under it.
    first = _FIRST.match(without_stack(error))
    line = " ".join(first[0].split() if first else ()).removeprefix(f"{type(error).__name__}: ")
    if len(line) > _LONGEST:
        line = line[:_LONGEST].rsplit(" ", 1)[0] + " …"
    if isinstance(error, KeyError) and " " not in line:
        return repr(line) if line else line  # a name that was not found
    return line


def described(error: BaseException) -> str:
    """The error's class and its reason.

    Args:
        error: of Keras, TensorFlow or any code.
    """
    kind, reason = type(error), why(error)
    if not reason:
        return kind.__name__
    # TensorFlow's classes are those of its status codes, and tell a person nothing.
    is_status = kind.__module__.startswith("tensorflow.")
    return reason if is_status else f"{kind.__name__}: {reason}"


def _unwrapped(text: str) -> str:
    for wrapping in _WRAPPED:
        found = wrapping.match(text)
        if found is not None:
            text = found["inner"].strip()
    if _IN_USER_CODE.match(text):
        text = _after_user_code(text)
    text = _STACK.sub("", text).strip()
    for machinery, rest in _MACHINERY:
        text = machinery.sub(rest, text)
    return text.strip()


def _after_user_code(text: str) -> str:
    """What stands under the stack that AutoGraph puts before an error: files at four blanks, their
    lines at eight, then the error at four."""
    kept: list[str] = []
    in_stack = True
    for line in _IN_USER_CODE.sub("", text).splitlines():
        if in_stack and (not line.strip() or line.startswith((" " * 8, '    File "'))):
            continue
        in_stack = False
        kept.append(line.removeprefix("    "))
    return "\n".join(kept)
