"""The lines that make the network's input of rows, by scikit-learn, of texts by Keras."""

from __future__ import annotations

from collections.abc import Iterator

from kertasks.tables.script.script_table import ScriptTable
from kertasks.tables.statistics import MOST_CATEGORIES
from kertasks.tables.table import Column, Missing, Role, Scaling, TextForm
from kertasks.text.plain_text import one_line

_IMPUTERS = {
    Missing.MEDIAN: 'SimpleImputer(strategy="median")',
    Missing.MOST_FREQUENT: 'SimpleImputer(strategy="most_frequent")',
}
_SCALERS = {
    Scaling.STANDARD: "StandardScaler()",
    Scaling.RANGE: "MinMaxScaler()",
    Scaling.NONE: "FunctionTransformer()",
}


def encoding_lines(of: ScriptTable) -> Iterator[str]:
    """Define ``encode``, fitted to the training rows."""
    yield "train_rows = [rows[place] for place in at_train]"
    yield ""
    for column in of.columns:
        if column.role is Role.CATEGORY:
            yield ""
            yield "# The most frequent categories; any other one is zeros."
            yield "def most_frequent(column):"
            yield "    found = Counter(category(row[column]) for row in train_rows)"
            yield "    found.pop(None, None)"
            yield (
                "    most = sorted(found, key=lambda each: (-found[each], each))"
                f"[:{MOST_CATEGORIES}]"
            )
            yield "    return sorted(most)"
            yield ""
            yield ""
            break
    if of.columns:
        yield "# Of each column: its place, what its cells are, what becomes of them."
        yield "columns = ["
        for column in of.columns:
            place = of.place(column.name)
            read = {Role.NUMBER: "number", Role.DATE: "day"}.get(column.role, "category")
            yield f"    # {one_line(column.name)}".rstrip()
            yield f"    ({place}, {read}, {_encoder(column, place)}),"
        yield "]"
        yield "for column, read, encoder in columns:"
        yield "    encoder.fit(cells(train_rows, column, read))"
        yield ""
    if of.text is not None:
        yield from _vocabulary(of, of.text)
    yield ""
    yield "def encode(rows):"
    yield '    """Give the network\'s input of rows as they stand in the file."""'
    if of.text is None:
        yield "    parts = [encoder.transform(cells(rows, *at)) for *at, encoder in columns]"
        yield '    return np.hstack(parts).astype("float32")'
    elif of.table.text_form is TextForm.SEQUENCE:
        yield '    return np.asarray(vectorize(texts(rows))).astype("int32")'
    elif not of.columns:
        yield "    return hot(rows)"
    else:
        yield "    parts = [encoder.transform(cells(rows, *at)) for *at, encoder in columns]"
        yield '    return np.hstack([*parts, hot(rows)]).astype("float32")'
    yield ""
    yield ""


def _encoder(column: Column, place: int) -> str:
    steps = []
    if column.role is Role.CATEGORY:
        if column.missing is not Missing.DROP:
            steps.append('SimpleImputer(missing_values=None, strategy="most_frequent")')
        steps.append(
            f"OneHotEncoder(categories=[most_frequent({place})], "
            'handle_unknown="ignore", sparse_output=False)'
        )
    else:
        if column.missing is not Missing.DROP:
            steps.append(_IMPUTERS[column.missing])
        scaler = _SCALERS[column.scaling]
        if column.role is Role.DATE:
            scaler = f"make_union({scaler}, FunctionTransformer(season))"
        steps.append(scaler)
    return steps[0] if len(steps) == 1 else f"make_pipeline({', '.join(steps)})"


def _vocabulary(of: ScriptTable, text: Column) -> Iterator[str]:
    table, place = of.table, of.place(text.name)
    yield "def texts(rows):"
    yield '    """Give each row\'s text as words in lower case with blanks between."""'
    yield f'    found = ["" if is_missing(row[{place}]) else row[{place}] for row in rows]'
    yield "    return ["
    yield '        " ".join(re.findall(r"[^\\W_]+(?:\'[^\\W_]+)*", '
    yield '            text.lower().replace("\\u2019", "\'")))'
    yield "        for text in found"
    yield "    ]"
    yield ""
    yield ""
    length = ""
    if table.text_form is TextForm.SEQUENCE:
        length = f", output_sequence_length={table.most_length}"
    yield "# The training rows' most frequent words get a number each."
    yield (
        f"vectorize = layers.TextVectorization("
        f"max_tokens={table.most_words}, standardize=None{length})"
    )
    yield "vectorize.adapt(texts(train_rows))"
    yield ""
    if table.text_form is TextForm.SEQUENCE:
        return
    yield ""
    yield "def hot(rows):"
    yield '    """Give a row for each text, with a 1 for every word that occurs in it."""'
    yield '    found = np.zeros((len(rows), vectorize.vocabulary_size()), dtype="uint8")'
    yield "    for row, numbers in zip(found, np.asarray(vectorize(texts(rows)))):"
    yield "        row[numbers] = 1"
    yield "    found[:, 0] = 0  # where a text is shorter than another one"
    yield "    return found"
    yield ""
