"""A table's rows in plain Python: read, split and encoded by scikit-learn, without kertasks.

The same rows in the same order, and numbers that are equal but for rounding. The script reads
cells that a training has read before: what such a training refuses is not looked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kertasks.export.script.expressions import literal
from kertasks.export.script.script_data import ScriptData
from kertasks.files import said_path
from kertasks.tables.cell_sql import date_formats
from kertasks.tables.statistics import DAYS_OF_A_YEAR, MOST_CATEGORIES, feature_columns
from kertasks.tables.table import Column, Missing, Role, Scaling, SplitWay, Table, TextForm

_IMPUTERS = {
    Missing.MEDIAN: 'SimpleImputer(strategy="median")',
    Missing.MOST_FREQUENT: 'SimpleImputer(strategy="most_frequent")',
}
_SCALERS = {
    Scaling.STANDARD: "StandardScaler()",
    Scaling.RANGE: "MinMaxScaler()",
    Scaling.NONE: "FunctionTransformer()",
}
_PLACES = {
    "FunctionTransformer": "sklearn.preprocessing",
    "MinMaxScaler": "sklearn.preprocessing",
    "OneHotEncoder": "sklearn.preprocessing",
    "StandardScaler": "sklearn.preprocessing",
    "SimpleImputer": "sklearn.impute",
    "make_pipeline": "sklearn.pipeline",
    "make_union": "sklearn.pipeline",
    "train_test_split": "sklearn.model_selection",
    "GroupShuffleSplit": "sklearn.model_selection",
    "Counter": "collections",
}
_GZIP = b"\x1f\x8b"


def script(table: Table, base: Path) -> ScriptData:
    """What ``load`` does, in plain Python."""
    writer = _Writer(table, base)
    code = "\n".join(writer.lines())
    names = sorted(name for name in _PLACES if f"{name}(" in code)
    modules = sorted({_PLACES[name] for name in names})
    imports = [
        f"from {module} import {', '.join(name for name in names if _PLACES[name] == module)}"
        for module in modules
    ]
    if "duckdb." in code:
        imports.append("import duckdb")
    return ScriptData(
        code,
        imports=tuple(imports),
        has_validation=table.split.way is SplitWay.COLUMN and bool(table.split.validation_values),
        has_test=table.split.test > 0 or table.split.way is SplitWay.COLUMN,
        target_scale="y_deviation" if writer.scales_target else None,
    )


class _Writer:
    """Writes the code of one table.

    Args:
        table: what is made of the file.
        base: the folder that its path is relative to.
    """

    def __init__(self, table: Table, base: Path) -> None:
        self._table = table
        self._path = said_path(base, table.path)
        self._seen = [table.column(name) for name in feature_columns(table)]
        self._text = next((one for one in self._seen if one.role is Role.TEXT), None)
        self._columns = [one for one in self._seen if one is not self._text]
        self.scales_target = table.scale_target and not table.classes

    def lines(self) -> Iterator[str]:
        """The whole of it."""
        yield from self._reading()
        yield from self._cells()
        yield from self._used_rows()
        yield from self._splitting()
        yield from self._encoding()
        yield from self._arrays()

    def _place(self, name: str) -> int:
        """Which column of the file it is, from 0."""
        return [column.name for column in self._table.columns].index(name)

    # The file

    def _reading(self) -> Iterator[str]:
        table, reading = self._table, self._table.reading
        yield f"PATH = {literal(str(self._path))}"
        kind = self._kind()
        if kind == "Parquet":
            yield "rows = duckdb.read_parquet(PATH)"
            yield 'rows = rows.project("COLUMNS(*)::VARCHAR").fetchall()  # cells as texts'
            yield ""
            return
        if kind == "JSON lines":
            yield ""
            yield ""
            yield "def text_of(value):"
            yield '    """Give a value as it stands in the file."""'
            yield "    is_text = value is None or isinstance(value, str)"
            yield "    return value if is_text else json.dumps(value)"
            yield ""
            yield ""
        opened = "gzip.open" if self._is_gzip() else "open"
        encoding = "utf-8-sig" if reading.encoding == "utf-8" else reading.encoding
        mode = '"rt", ' if opened == "gzip.open" else ""
        how = f'{mode}encoding={literal(encoding)}, newline=""'
        yield f"with {opened}(PATH, {how}) as file:"
        if kind == "JSON lines":
            yield "    objects = [json.loads(line, parse_int=str, parse_float=str) for line in file"
            yield "        if line.strip()]"
            names = ", ".join(literal(column.name) for column in table.columns)
            yield f"NAMES = ({names},)"
            yield "rows = [[text_of(each.get(name)) for name in NAMES] for each in objects]"
            yield ""
            return
        if reading.skip:
            yield f"    for _ in range({reading.skip}):"
            yield "        next(file)"
        if len(reading.delimiter) > 1:
            yield f'    rows = [line.rstrip("\\r\\n").split({literal(reading.delimiter)}) '
            yield "        for line in file if line.strip()]"
        else:
            quoting = (
                f", quotechar={literal(reading.quote)}"
                if reading.quote
                else ", quoting=csv.QUOTE_NONE"
            )
            quoting = "" if reading.quote == '"' else quoting
            delimiter = (
                "" if reading.delimiter == "," else f", delimiter={literal(reading.delimiter)}"
            )
            yield f"    rows = [row for row in csv.reader(file{delimiter}{quoting}) if row]"
        if reading.header:
            yield "rows = rows[1:]  # the first one names the columns"
        yield ""

    def _kind(self) -> str:
        ending = "".join(self._path.suffixes[-2:]).lower()
        try:
            with self._path.open("rb") as file:
                if file.read(4) == b"PAR1":
                    return "Parquet"
        except OSError:
            pass  # who runs the script has the file, perhaps elsewhere
        if ending.endswith((".parquet", ".pq")):
            return "Parquet"
        json_endings = (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".json.gz")
        return "JSON lines" if ending.endswith(json_endings) else "CSV"

    def _is_gzip(self) -> bool:
        try:
            with self._path.open("rb") as file:
                return file.read(2) == _GZIP
        except OSError:
            return self._path.suffix == ".gz"

    # What is in a cell

    def _cells(self) -> Iterator[str]:
        reading = self._table.reading
        roles = {column.role for column in self._seen}
        missing = ", ".join(literal(text.strip()) for text in reading.missing)
        yield f"MISSING = {{{missing}}}" if missing else "MISSING = set()"
        yield ""
        yield ""
        yield "def is_missing(cell):"
        yield "    return cell is None or cell.strip() in MISSING"
        yield ""
        yield ""
        if Role.NUMBER in roles or not self._table.classes or self._sorts_by_number:
            group = "[. '\\u00a0\\u202f]" if reading.decimal == "," else "[, '\\u00a0\\u202f]"
            decimal = '.replace(",", ".")' if reading.decimal == "," else ""
            yield "def number(cell):"
            yield '    """Give the number in a cell, NaN where it is missing."""'
            yield "    if is_missing(cell):"
            yield "        return np.nan"
            yield f'    return float(re.sub("{group}", "", cell.strip()){decimal})'
            yield ""
            yield ""
        if Role.DATE in roles or self._sorts_by_date:
            yield from self._day()
        if Role.CATEGORY in roles:
            yield "def category(cell):"
            yield "    return None if is_missing(cell) else cell.strip()"
            yield ""
            yield ""
        if self._columns:
            yield "def cells(rows, column, read):"
            yield '    """Give one column of the file, shape (rows, 1)."""'
            yield "    values = [read(row[column]) for row in rows]"
            yield '    dtype = object if read.__name__ == "category" else float'
            yield "    return np.array(values, dtype=dtype).reshape(-1, 1)"
            yield ""
            yield ""

    @property
    def _sort_role(self) -> Role | None:
        choice = self._table.split
        if choice.way is not SplitWay.TIME or choice.column is None:
            return None
        role = self._table.column(choice.column).role
        return Role.NUMBER if role is Role.NUMBER else Role.DATE

    @property
    def _sorts_by_number(self) -> bool:
        return self._sort_role is Role.NUMBER

    @property
    def _sorts_by_date(self) -> bool:
        return self._sort_role is Role.DATE

    def _day(self) -> Iterator[str]:
        formats = ", ".join(map(literal, date_formats(self._table.reading)))
        yield f"FORMATS = ({formats})"
        yield ""
        yield ""
        yield "def day(cell):"
        yield '    """Give the days since 1970 of a date in a cell, NaN where it is missing."""'
        yield "    if is_missing(cell):"
        yield "        return np.nan"
        yield '    found = re.fullmatch(r"(\\d{4})[-/](\\d\\d?)[-/](\\d\\d?)(.*)", cell.strip())'
        yield "    if found:"
        yield "        year, month, date, time = found.groups()"
        yield '        iso = f"{year}-{int(month):02}-{int(date):02}{time}"'
        yield "        moment = datetime.datetime.fromisoformat(iso)"
        yield "    else:"
        yield "        for form in FORMATS:"
        yield "            try:"
        yield "                moment = datetime.datetime.strptime(cell.strip(), form)"
        yield "                break"
        yield "            except ValueError:"
        yield "                pass"
        yield "    if moment.tzinfo is not None:"
        yield "        moment = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)"
        yield "    return (moment - datetime.datetime(1970, 1, 1)) / datetime.timedelta(days=1)"
        yield ""
        yield ""
        yield "def season(days):"
        yield '    """Give the place in the year: its end is near the beginning of the next."""'
        yield f"    turns = 2 * np.pi * days / {DAYS_OF_A_YEAR}"
        yield "    return np.hstack([np.sin(turns), np.cos(turns)])"
        yield ""
        yield ""

    # Rows

    def _used_rows(self) -> Iterator[str]:
        table = self._table
        needed = [self._place(table.target)]
        needed += [self._place(one.name) for one in self._seen if one.missing is Missing.DROP]
        if table.split.way is SplitWay.TIME and table.split.column is not None:
            needed.append(self._place(table.split.column))
        places = ", ".join(map(str, sorted(set(needed))))
        yield "# Rows without their target, or another cell that must be there, are left out."
        yield f"NEEDED = [{places}]"
        yield "rows = [row for row in rows if not any(is_missing(row[place]) for place in NEEDED)]"
        target = self._place(table.target)
        if table.classes:
            classes = ", ".join(literal(label.strip()) for label in table.classes)
            yield f"CLASSES = [{classes}]"
            yield f"y = [CLASSES.index(row[{target}].strip()) for row in rows]"
            yield 'y = np.array(y, dtype="int32")'
        else:
            yield f"y = np.array([number(row[{target}]) for row in rows])"
        yield ""

    def _splitting(self) -> Iterator[str]:
        choice = self._table.split
        column = None if choice.column is None else self._place(choice.column)
        has_test = choice.test > 0
        yield "order = np.arange(len(rows))"
        match choice.way:
            case SplitWay.RANDOM | SplitWay.STRATIFIED if has_test:
                stratify = ", stratify=y" if choice.way is SplitWay.STRATIFIED else ""
                yield (
                    f"train, test = train_test_split("
                    f"order, test_size={choice.test!r}, random_state=SEED{stratify})"
                )
            case SplitWay.TIME:
                read = "number" if self._sorts_by_number else "day"
                yield "# The last rows by time are held out."
                yield f"moments = np.array([{read}(row[{column}]) for row in rows])"
                yield 'order = np.argsort(moments, kind="stable")'
                if has_test:
                    yield f"first = len(rows) - math.ceil({choice.test!r} * len(rows))"
                    yield "train, test = order[:first], order[first:]"
                else:
                    yield "train = order"
            case SplitWay.GROUP:
                yield f'groups = np.array([(row[{column}] or "").strip() for row in rows])'
                if has_test:
                    yield (
                        f"splitter = GroupShuffleSplit(n_splits=1, test_size={choice.test!r}, "
                        "random_state=SEED)"
                    )
                    yield "train, test = next(splitter.split(order, groups=groups))"
                else:
                    yield "train = order"
                yield "# The rows of a group stay together."
                yield "found, of_row = np.unique(groups[train], return_inverse=True)"
                yield "turns = np.random.RandomState(SEED).permutation(len(found))"
                yield 'train = train[np.argsort(turns[of_row], kind="stable")]'
            case SplitWay.COLUMN:
                yield f'marks = np.array([(row[{column}] or "").strip().lower() for row in rows])'
                tests = [value.strip().lower() for value in choice.test_values]
                validates = [value.strip().lower() for value in choice.validation_values]
                yield f"is_test = np.isin(marks, {tests!r})"
                yield f"is_val = np.isin(marks, {validates!r}) & ~is_test"
                yield (
                    "train = np.random.RandomState(SEED).permutation("
                    "np.flatnonzero(~is_test & ~is_val))"
                )
                yield "val, test = np.flatnonzero(is_val), np.flatnonzero(is_test)"
            case _:
                yield "train = np.random.RandomState(SEED).permutation(len(rows))"
        yield "train_rows = [rows[place] for place in train]"
        yield ""

    # Encoding

    def _encoding(self) -> Iterator[str]:
        for column in self._columns:
            if column.role is Role.CATEGORY:
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
        if self._columns:
            yield "# Of each column: its place, what its cells are, what becomes of them."
            yield "columns = ["
            for column in self._columns:
                place = self._place(column.name)
                read = {Role.NUMBER: "number", Role.DATE: "day"}.get(column.role, "category")
                yield f"    # {column.name.splitlines()[0] if column.name else column.name}"
                yield f"    ({place}, {read}, {self._encoder(column, place)}),"
            yield "]"
            yield "for column, read, encoder in columns:"
            yield "    encoder.fit(cells(train_rows, column, read))"
            yield ""
        if self._text is not None:
            yield from self._vocabulary(self._text)
        yield ""
        yield "def encode(rows):"
        yield '    """Give the network\'s input of rows as they stand in the file."""'
        if self._text is None:
            yield "    parts = [encoder.transform(cells(rows, *at)) for *at, encoder in columns]"
            yield '    return np.hstack(parts).astype("float32")'
        elif self._table.text_form is TextForm.SEQUENCE:
            yield '    return np.asarray(vectorize(texts(rows))).astype("int32")'
        elif not self._columns:
            yield "    return hot(rows)"
        else:
            yield "    parts = [encoder.transform(cells(rows, *at)) for *at, encoder in columns]"
            yield '    return np.hstack([*parts, hot(rows)]).astype("float32")'
        yield ""
        yield ""

    def _encoder(self, column: Column, place: int) -> str:
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

    def _vocabulary(self, text: Column) -> Iterator[str]:
        table, place = self._table, self._place(text.name)
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

    def _arrays(self) -> Iterator[str]:
        choice = self._table.split
        kinds = ["train"]
        if choice.way is SplitWay.COLUMN:
            if choice.validation_values:
                kinds.append("val")
            kinds.append("test")
        elif choice.test > 0:
            kinds.append("test")
        for kind in kinds:
            rows = "train_rows" if kind == "train" else f"[rows[place] for place in {kind}]"
            yield f"x_{kind}, y_{kind} = encode({rows}), y[{kind}]"
        if self.scales_target:
            yield "# The target is scaled too: the loss is then in deviations."
            yield "y_mean, y_deviation = y_train.mean(), y_train.std()"
            for kind in kinds:
                yield f"y_{kind} = (y_{kind} - y_mean) / y_deviation"
        if not self._table.classes:
            for kind in kinds:
                yield f'y_{kind} = y_{kind}.astype("float32")'
