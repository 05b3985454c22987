"""A folder of texts as a few lines of plain Python."""

from __future__ import annotations

from pathlib import Path

from kertasks.export.script.script_data import Scaling, ScriptData
from kertasks.files import said_path
from kertasks.folders.class_folders import TEXT_ENDINGS
from kertasks.folders.folder_script import FolderScript
from kertasks.folders.texts.text_files import MOST_BYTES
from kertasks.folders.texts.text_folder import TextFolder
from kertasks.tables.rows.texts import WORD
from kertasks.tables.table import TextForm

_READ = '''

def read_all(folder):
    """Give the texts of a folder as words with blanks between, and their classes."""
    x, y = [], []
    for label, path in files_in(folder):
        try:
            text = path.read_text("utf-8-sig")
        except UnicodeDecodeError:
            text = ""
        is_text = text.strip() and "\\0" not in text
        if not is_text or path.stat().st_size > MOST_BYTES:
            print("left out:", path)
            continue
        words = re.findall(WORD, text.lower().replace("\\u2019", "'"))
        x.append(" ".join(words))
        y.append(label)
    return np.array(x, "object"), np.array(y, "int32")

'''

_VOCABULARY = """
# The training texts' most frequent words get a number each.
vectorize = layers.TextVectorization(
    max_tokens={words}, standardize=None, output_sequence_length={length}
)
vectorize.adapt(x_train)
"""

_HOT = '''

def encode(texts):
    """Give a row for each text, with a 1 for every word that occurs in it."""
    rows = np.zeros((len(texts), vectorize.vocabulary_size()), dtype="uint8")
    for row, text in zip(rows, texts, strict=True):
        row[np.asarray(vectorize([text]))[0]] = 1
    rows[:, 0] = 0  # stands for no word
    return rows

'''

_SEQUENCE = '''

def encode(texts):
    """Give the numbers of each text's words, cut or filled up with zeros at the end."""
    return np.asarray(vectorize(texts)).astype("int32")

'''


def script(data: TextFolder, base: Path) -> ScriptData:
    """What ``kertasks.folders.texts.loading.load`` does, in plain Python.

    Raises:
        WrongFolder: the folder is not there or holds no classes.
    """
    folder = said_path(base, data.path).absolute()
    is_sequence = data.text_form is TextForm.SEQUENCE
    vocabulary = _VOCABULARY.strip("\n").format(
        words=data.most_words, length=data.most_length if is_sequence else None
    )
    learnt = f"{vocabulary}\n{_SEQUENCE if is_sequence else _HOT}\n"
    return FolderScript.of(folder, TEXT_ENDINGS, data.classes, data.test).data(
        f'WORD = r"{WORD}"\nMOST_BYTES = {MOST_BYTES:_}',
        _READ,
        scalings=(Scaling(learnt, "x", "encode({rows})"),),
    )
