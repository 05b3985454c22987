"""Looks at a folder: what by class is in it, what it can be made, and what is wrong with that.

It decodes nothing: of a picture only what its file says of itself is read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

import msgspec

from kertasks.folders.class_folders import (
    PICTURE_ENDINGS,
    TEST,
    TEXT_ENDINGS,
    TRAIN,
    VALIDATION,
    ClassFile,
    ClassFiles,
    WrongFolder,
    find_files,
)
from kertasks.folders.folder_digest import MOST_FILES, content_hash, looked_digest
from kertasks.folders.folder_facts import picture_facts, text_facts
from kertasks.folders.folder_look import (
    ClassCount,
    FolderData,
    FolderLook,
    LeftOutFile,
    SizeCount,
)
from kertasks.folders.pictures.header import BrokenPicture, PictureHeader, read_header
from kertasks.folders.pictures.picture_folder import PictureFolder
from kertasks.folders.texts.text_files import BrokenText, read_text
from kertasks.folders.texts.text_folder import TextFolder
from kertasks.templates.fitted_recipes import recipes_for
from kertasks.text.numbers import counted, grouped
from kertasks.text.plain_text import one_line, visible_name

MOST_OPENED = MOST_FILES
"""Files that are opened: of more, as many at equal distances."""

_SMALL_SIDE = 64
"""Pixels of the longer side that are suggested at most: an epoch of a thousand such pictures takes
two cores seconds."""

_MOST_SIZES = 12
_MOST_NAMED = 50
_MOST_TOLD = 3
_UNEVEN = 20
"""Times as many files that a class may have as another before it is said."""

_HALF = 0.5

_OTHERWISE = {
    "blake2b": "have another name or hold something else",
    "state": "have another name, size or time of change",
}
"""What is known of files that changed, by the way a folder is known again."""


def look(path: str | Path, data: FolderData | None = None) -> FolderLook:
    """Look at a folder of pictures or of texts by class.

    Args:
        path: of the folder.
        data: what a person made of it; None to have all of it suggested.

    Raises:
        WrongFolder: it is no such folder.
    """
    folder = Path(path)
    files, is_texts = _files_of(folder, data)
    if not files.files:
        wanted = "texts (.txt)" if is_texts else "pictures or texts (.txt)"
        raise WrongFolder(folder, f"no class's folder in it has {wanted}")
    opened = files.files[:: -(-len(files.files) // MOST_OPENED)]
    headers: list[PictureHeader] = []
    broken: dict[ClassFile, str] = {}
    for file in opened:
        try:
            if is_texts:
                read_text(folder / file.name)
            else:
                headers.append(read_header(folder / file.name))
        except (BrokenPicture, BrokenText) as error:
            broken[file] = str(error)
    whole = [file for file in files.files if file not in broken]
    digest = looked_digest(folder, files)
    said = _suggested(path, files, digest, len(whole), headers, data, is_texts=is_texts)
    counts = _counts(files, whole)
    problems = tuple(_problems(said, files, counts))
    facts = text_facts(said) if isinstance(said, TextFolder) else picture_facts(said)
    named = [(visible_name(file.name), why) for file, why in broken.items()]
    left_out = [*named, *files.left_out.named][:_MOST_NAMED]
    return FolderLook(
        data=said,
        classes=counts,
        parts=files.parts,
        sizes=_sizes(headers),
        left_out=tuple(LeftOutFile(*one) for one in left_out),
        left_out_count=len(broken) + files.left_out.count,
        problems=problems,
        warnings=(
            *_changed(digest, len(whole), data),
            *_warnings(folder, files, opened, whole, counts),
        ),
        recipe="" if problems else recipes_for("", facts)[0].name,
    )


def _files_of(folder: Path, data: FolderData | None) -> tuple[ClassFiles, bool]:
    """The files of a folder, and whether they are texts: of which there are more."""
    if data is not None:
        is_texts = isinstance(data, TextFolder)
        return find_files(folder, TEXT_ENDINGS if is_texts else PICTURE_ENDINGS), is_texts
    try:
        pictures = find_files(folder, PICTURE_ENDINGS)
    except WrongFolder as error:  # perhaps because it is full of texts
        try:
            return find_files(folder, TEXT_ENDINGS), True
        except WrongFolder:
            raise error from None
    try:
        texts = find_files(folder, TEXT_ENDINGS)
    except WrongFolder:
        return pictures, False
    more_texts = len(texts.files) > len(pictures.files)
    return (texts, True) if more_texts else (pictures, False)


def _suggested(
    path: str | Path,
    files: ClassFiles,
    digest: str,
    rows: int,
    headers: Sequence[PictureHeader],
    data: FolderData | None,
    *,
    is_texts: bool,
) -> FolderData:
    if data is not None:
        known = [name for name in data.classes if name in files.classes]
        new = [name for name in files.classes if name not in known]
        classes = (*known, *new)
        return msgspec.structs.replace(data, classes=classes, digest=digest, rows=rows)
    if is_texts:
        return TextFolder(str(path), files.classes, digest=digest, rows=rows)
    width, height = _small_size(headers)
    colour = sum(header.colour for header in headers) > _HALF * len(headers)
    return PictureFolder(str(path), files.classes, height, width, colour, digest=digest, rows=rows)


def _small_size(headers: Sequence[PictureHeader]) -> tuple[int, int]:
    """The usual width and height, both made as much smaller as the longer one has to be."""
    if not headers:
        return _SMALL_SIDE // 2, _SMALL_SIDE // 2
    width = median(header.width for header in headers)
    height = median(header.height for header in headers)
    share = min(1.0, _SMALL_SIDE / max(width, height))
    return max(1, round(width * share)), max(1, round(height * share))


def _sizes(headers: Sequence[PictureHeader]) -> tuple[SizeCount, ...]:
    counts = Counter((header.width, header.height) for header in headers)
    return tuple(SizeCount(*size, files) for size, files in counts.most_common(_MOST_SIZES))


def _counts(files: ClassFiles, whole: Sequence[ClassFile]) -> tuple[ClassCount, ...]:
    found = Counter((file.label, file.part) for file in whole)
    return tuple(
        ClassCount(one_line(name), *(found[place, part] for part in (TRAIN, VALIDATION, TEST)))
        for place, name in enumerate(files.classes)
    )


def _problems(data: FolderData, files: ClassFiles, counts: Sequence[ClassCount]) -> Iterator[str]:
    if len(counts) < 2:
        yield f"there is one class, {counts[0].name}; wanted: two or more"
    holds_out = TEST not in files.parts and data.test > 0
    fewest = 2 if holds_out else 1
    for one in counts:
        if one.train < fewest:
            yield f"the class {one.name} has {counted(one.train, 'file')} to train on"
    rows = sum(one.train for one in counts)
    if holds_out and min(int(data.test * rows), rows - int(data.test * rows)) < len(counts):
        yield (
            f"{100 * data.test:g} % of {counted(rows, 'file')} is too little for "
            f"{len(counts)} classes"
        )
    cleaned = Counter(one.name for one in counts)
    for name, times in cleaned.items():
        if times > 1:
            yield f"{times} folders of classes look alike: {name}"


def _changed(digest: str, rows: int, data: FolderData | None) -> Iterator[str]:
    """What is another since the folder was looked at before."""
    if data is None or not data.digest or data.digest == digest:
        return
    before = f"{grouped(data.rows)} then, {grouped(rows)} now"
    if data.rows == rows:
        before = f"as many files, of which one or more {_OTHERWISE[digest.partition(':')[0]]}"
    yield f"the folder has changed since it was looked at: {before}"


def _warnings(
    folder: Path,
    files: ClassFiles,
    opened: Sequence[ClassFile],
    whole: Sequence[ClassFile],
    counts: Sequence[ClassCount],
) -> Iterator[str]:
    if len(opened) < len(files.files):
        yield f"{grouped(len(opened))} of {grouped(len(files.files))} files were opened"
    trained = [one for one in counts if one.train]
    if trained:
        most = max(trained, key=lambda one: one.train)
        least = min(trained, key=lambda one: one.train)
        if most.train > _UNEVEN * least.train:
            yield (
                f"{most.name} has {grouped(most.train)} files, {least.name} has "
                f"{grouped(least.train)}"
            )
    for part in files.parts:
        lacks = [one.name for one in counts if not getattr(one, part)]
        if lacks and part != TRAIN:
            yield f"{part} has no file of {', '.join(lacks[:_MOST_TOLD])}"
    broken = set(opened).difference(whole)
    yield from _repeated(folder, [file for file in opened if file not in broken])


def _repeated(folder: Path, files: Sequence[ClassFile]) -> Iterator[str]:
    """Files of the same content in two classes, in two parts, or at all."""
    of_size = defaultdict(list)
    for file in files:
        of_size[file.size].append(file)
    of_content = defaultdict(list)
    for some in of_size.values():
        for file in some if len(some) > 1 else ():
            of_content[content_hash(folder, file)].append(file)
    same = [some for content, some in of_content.items() if content and len(some) > 1]
    in_classes = [_unlike(some, lambda file: file.label) for some in same]
    in_parts = [_unlike(some, lambda file: file.part) for some in same]
    said = False
    for pairs, where in ((in_classes, "in two classes"), (in_parts, "to train and to test")):
        found = [pair for pair in pairs if pair is not None]
        for first, second in found[:_MOST_TOLD]:
            names = f"{visible_name(first.name)} and {visible_name(second.name)}"
            yield f"{names} are the same, {where}"
        if len(found) > _MOST_TOLD:
            yield f"{grouped(len(found) - _MOST_TOLD)} more are the same, {where}"
        said = said or bool(found)
    again = sum(len(some) - 1 for some in same)
    if again and not said:
        yield f"{counted(again, 'file')} repeat another one of the same class"


def _unlike(
    files: Sequence[ClassFile], key: Callable[[ClassFile], object]
) -> tuple[ClassFile, ClassFile] | None:
    """The first file, and the first after it that differs in something."""
    first = files[0]
    return next(((first, file) for file in files if key(file) != key(first)), None)
