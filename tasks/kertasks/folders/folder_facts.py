"""What is known of a folder before its files are read: what recipes are fitted to. No NumPy."""

from __future__ import annotations

from kertasks.folders.pictures.picture_folder import PictureFolder
from kertasks.folders.texts.text_folder import TextFolder
from kertasks.tables.table import TextForm
from kertasks.templates.data_facts import DataFacts, InputForm
from kertasks.text.numbers import grouped


def picture_facts(data: PictureFolder) -> DataFacts:
    """What recipes for pictures are fitted to."""
    return DataFacts(
        kind=data.kind,
        form=InputForm.PICTURE,
        shape=(data.height, data.width, data.channels),
        rows=round(data.rows * (1 - data.test)),
        classes=len(data.classes),
        target="picture",
    )


def picture_summary(data: PictureFolder) -> str:
    """One line on a folder of pictures."""
    look = "in colour" if data.colour else "in grey"
    return (
        f"{grouped(data.rows)} pictures of {len(data.classes)} classes, made "
        f"{data.width} x {data.height} {look}, {data.scaling}"
    )


def text_facts(data: TextFolder) -> DataFacts:
    """What recipes for texts are fitted to."""
    is_sequence = data.text_form is TextForm.SEQUENCE
    return DataFacts(
        kind=data.kind,
        form=InputForm.SEQUENCE if is_sequence else InputForm.WORDS,
        shape=(data.most_length if is_sequence else data.most_words,),
        rows=round(data.rows * (1 - data.test)),
        classes=len(data.classes),
        vocabulary=data.most_words if is_sequence else 0,
        target="text",
    )


def text_summary(data: TextFolder) -> str:
    """One line on a folder of texts."""
    form = "words" if data.text_form is TextForm.WORDS else f"first {data.most_length} words"
    return (
        f"{grouped(data.rows)} texts of {len(data.classes)} classes, as the {form} of "
        f"{grouped(data.most_words)}"
    )
