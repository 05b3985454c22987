"""What the terminal sends is keys, pasted text or answers, however the bytes are cut."""

from __future__ import annotations

import pytest

from kertui.terminal.input.incoming import (
    MOST_PASTED,
    Answer,
    Arrival,
    Incoming,
    Keys,
    Pasted,
)

BEGIN, END = "\x1b[200~", "\x1b[201~"


def taken(*reads: str, asked: bool = False) -> list[Arrival]:
    """What comes of so many reads, and of the quiet after them."""
    incoming = Incoming()
    incoming.asked = asked
    return [*(one for read in reads for one in incoming.feed(read)), *incoming.pause()]


def keys(*sequences: str) -> list[Arrival]:
    return [*map(Keys, sequences)]


@pytest.mark.parametrize(
    ("read", "sequences"),
    [
        ("xor\ra", ["x", "o", "r", "\r", "a"]),
        ("\x1bq", ["\x1b", "q"]),
        ("\x1b\x1b[Aq", ["\x1b", "\x1b[A", "q"]),
        ("\x1b\r", ["\x1b", "\r"]),
        ("\x1b\x7f", ["\x1b\x7f"]),
        ("\x1bOP\x1bOAx", ["\x1bOP", "\x1bOA", "x"]),
        ("\x1b[<35;10;5Mj\x1b[97;1u", ["\x1b[<35;10;5M", "j", "\x1b[97;1u"]),
        ("\x1b[[Dx", ["\x1b[[D", "x"]),
        ("\x1b[57441;129u", ["\x1b[57441;129u"]),
        ("\x1b]abc", ["\x1b", "]", "a", "b", "c"]),
        ("\x1bPause", ["\x1b", "P", "a", "u", "s", "e"]),
        ("j" * 40, ["j"] * 40),
        ("é日", ["é", "日"]),
    ],
)
def test_keys_come_one_by_one_in_their_order(read: str, sequences: list[str]) -> None:
    assert taken(read) == keys(*sequences)


@pytest.mark.parametrize("cut", range(1, 6))
def test_a_sequence_may_be_cut_anywhere(cut: int) -> None:
    sequence = "\x1b[1;5A"
    assert taken("a" + sequence[:cut], sequence[cut:] + "b") == keys("a", sequence, "b")


def test_escape_alone_is_a_key_once_nothing_follows() -> None:
    incoming = Incoming()
    assert incoming.feed("\x1b") == []
    assert incoming.pause() == keys("\x1b")
    assert incoming.feed("[A") == keys("[", "A")


def test_the_rest_of_a_sequence_is_not_typed_where_it_is_late() -> None:
    incoming = Incoming()
    assert incoming.feed("\x1b[1;") == []
    assert incoming.pause() == []
    assert incoming.feed("5Ax") == keys("\x1b[1;5A", "x")
    assert incoming.feed("\x1b[1;") == []
    assert incoming.stall() == []
    assert incoming.feed("x") == keys("x")


@pytest.mark.parametrize(
    "text",
    [
        "one\rtwo\rthree",
        "\x1b[31mred\x1b[0m and a long line of text that is no sequence q\r",
        "\x1b",
        "\x1b[20",
        "",
        "\x03\x04\x1a",
        "日本語 e\u0301 👩‍🔬",
    ],
)
def test_a_marked_paste_is_whole_and_no_key_is_in_it(text: str) -> None:
    whole = f"a{BEGIN}{text}{END}\rq"
    expected = [*keys("a"), Pasted(text), *keys("\r", "q")]
    assert taken(whole) == expected
    for cut in range(1, len(whole)):
        assert taken(whole[:cut], whole[cut:]) == expected


def test_a_paste_of_any_length_takes_bounded_room() -> None:
    incoming = Incoming()
    assert incoming.feed(BEGIN) == []
    for _ in range(300):
        assert incoming.feed("word " * 800) == []
    (paste,) = incoming.feed(END)
    assert isinstance(paste, Pasted)
    assert (len(paste.text), paste.left_out) == (MOST_PASTED, 300 * 4000 - MOST_PASTED)


def test_a_paste_whose_end_is_lost_ends_with_the_quiet() -> None:
    incoming = Incoming()
    assert incoming.feed(f"{BEGIN}half of it\x1b[20") == []
    assert incoming.pause() == []
    assert incoming.stall() == [Pasted("half of it\x1b[20")]
    assert incoming.feed(f"{END}q") == keys("q")


@pytest.mark.parametrize(
    "reads",
    [
        ("three lines pasted\rwhere nothing\rmarks them",),
        ("two lines\nof a file",),
        ("a text longer than one read takes, which ", "goes\ron", "q"),
        ("\x1b[1mwith\x1b[0m the colours of a log\x07\r", "q\x1b[31md"),
    ],
)
def test_what_comes_too_fast_for_keys_is_a_paste(reads: tuple[str, ...]) -> None:
    assert taken(*reads) == [Pasted("".join(reads), marked=False)]


def test_keys_after_an_unmarked_paste_are_keys() -> None:
    incoming = Incoming()
    assert incoming.feed("a line of text that was pasted\r") == []
    assert incoming.pause() == [Pasted("a line of text that was pasted\r", marked=False)]
    assert incoming.feed("q") == keys("q")


@pytest.mark.parametrize(
    "answer",
    [
        "\x1b[?62;22;52c",
        "\x1b[>83;50000;0c",
        "\x1bP1$r0;48:2::1:2:3m\x1b\\",
        "\x1bP>|tmux 3.4\x1b\\",
        "\x1b]11;rgb:ffff/ffff/ffff\x07",
        "\x1b[?997;1n",
        "\x1b_Gi=1;OK\x1b\\",
    ],
)
def test_an_answer_is_no_key_even_when_it_is_late(answer: str) -> None:
    for cut in range(2, len(answer)):
        assert taken(answer[:cut], f"{answer[cut:]}q") == [Answer(answer), *keys("q")]


def test_where_the_cursor_is_is_an_answer_once_after_it_was_asked() -> None:
    assert taken("\x1b[1;2R", "\x1b[1;2R", asked=True) == [
        Answer("\x1b[1;2R"),
        *keys("\x1b[1;2R"),
    ]
    assert taken("\x1b[1;2R") == keys("\x1b[1;2R")
