"""What the scripts of pictures and of texts have in common: which files, and how they are split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kertasks.export.script.expressions import Call, Items, lines_of, literal
from kertasks.export.script.script_data import FoldsOf, Prepared, ScriptData
from kertasks.folders.class_folders import PART_NAMES, TEST, TRAIN, VALIDATION, find_files

_FILES = '''

def files_in(folder):
    """Give the number of its class and the path of each file, in a fixed order."""
    for label, name in enumerate(CLASSES):
        for path in sorted((folder / name).rglob("*"), key=str):
            parts = path.relative_to(folder).parts
            if path.is_symlink() or any(part.startswith(".") for part in parts):
                continue
            if path.suffix.lower() not in ENDINGS or not path.is_file():
                continue
            if path.stat().st_size:
                yield label, path'''


@dataclass(frozen=True, slots=True)
class FolderScript:
    """The lines around those that read a file."""

    folder: Path
    endings: tuple[str, ...]
    classes: tuple[str, ...]
    share: float
    """Held out to test, where the folder has no files for that."""

    parts: tuple[str, ...]
    """The parts that the folder has."""

    @classmethod
    def of(
        cls, folder: Path, endings: Sequence[str], classes: tuple[str, ...], share: float
    ) -> FolderScript:
        """Look at the folder.

        Raises:
            WrongFolder: it has no files by class.
        """
        found = find_files(folder, endings, classes)
        return cls(folder, tuple(endings), classes, share, found.parts)

    def data(
        self,
        before: str,
        read: str,
        imports: tuple[str, ...] = (),
        scalings: tuple[Prepared, ...] = (),
    ) -> ScriptData:
        """The whole.

        Args:
            before: constants of the reader.
            read: defines ``read_all(folder)``, which gives arrays ``x`` and ``y`` by ``files_in``.
            imports: of ``before`` and ``read``.
            scalings: what becomes of ``x`` by what is learnt of the training rows.
        """
        code = [
            *lines_of("FOLDER = ", Call.of("Path", literal(str(self.folder)))),
            *lines_of("CLASSES = ", Items(tuple(map(literal, self.classes)))),
            *lines_of("ENDINGS = ", Items(tuple(map(literal, self.endings)))),
            before,
            _FILES,
            read,
            *self._split(),
        ]
        holds_out = bool(self.share) and TEST not in self.parts
        of_split = (
            "from sklearn.model_selection import train_test_split"
            if holds_out
            else "from sklearn.utils import shuffle"
        )
        return ScriptData(
            "\n".join(code),
            ("from pathlib import Path", of_split, *imports),
            has_validation=VALIDATION in self.parts,
            has_test=TEST in self.parts or holds_out,
            scalings=scalings,
            folds=FoldsOf(),
        )

    def _split(self) -> list[str]:
        train = f"FOLDER / {literal(self._name_of(TRAIN))}" if self.parts else "FOLDER"
        lines = [f"x_train, y_train = read_all({train})"]
        if self.share and TEST not in self.parts:
            split = Call.of(
                "train_test_split",
                "x_train",
                "y_train",
                test_size=literal(self.share),
                random_state="SEED",
                stratify="y_train",
            )
            lines += lines_of("x_train, x_test, y_train, y_test = ", split)
        else:
            lines.append("x_train, y_train = shuffle(x_train, y_train, random_state=SEED)")
        for part, names in ((VALIDATION, "x_val, y_val"), (TEST, "x_test, y_test")):
            if part in self.parts:
                lines.append(f"{names} = read_all(FOLDER / {literal(self._name_of(part))})")
        return lines

    def _name_of(self, part: str) -> str:
        """What the folder of a part is called."""
        names = sorted(path.name for path in self.folder.iterdir() if path.is_dir())
        return next(name for name in names if name.casefold() in PART_NAMES[part])
