"""A CSV file as a part: columns of text become numbers and times where every value is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.files.forms import NOTHING, TYPES, Form, Style, form_of, is_unclear, read, style_of
from core.data.files.part import EMPTY, Part, Read, quoted, text, written
from core.data.files.problem import FileProblem, FileRefused
from core.data.files.text import Shape

if TYPE_CHECKING:
    import duckdb

_SAMPLE = 5_000
_ATTEMPTS = 4
_MOSTLY = 0.9
_SHOWN = 40


def table(
    raw: duckdb.DuckDBPyConnection,
    path: Path,
    shape: Shape,
    name: str,
    target: Path,
    file: str,
    above: int = 0,
) -> Read:
    """Reads the whole file, whose text is UTF-8. `file` is what it is called in problems, `above`
    how many rows of it are not in `path`.

    Raises FileRefused where a row has other cells than the header says, naming the line.
    """
    return _Table(raw, path, shape, file, above).read(name, target)


@dataclass(slots=True)
class _Table:
    raw: duckdb.DuckDBPyConnection
    path: Path
    shape: Shape
    file: str
    above: int

    def read(self, name: str, target: Path) -> Read:
        sample = self._sample()
        style = style_of(v for values in sample.values() for v in values)
        if not style and self.shape.separator == ",":
            style = "dot"  # as in a workbook's sheets, and wherever the comma separates
        forms = {column: form_of(values, style) for column, values in sample.items()}
        rows = self._written(forms, sample, style, target)
        problems = [FileProblem(self.file, "doubled", {"column": d}, refused=False)
                    for d in self.shape.doubled]  # fmt: skip
        if not rows:
            problems.append(FileProblem(self.file, "header_only", refused=False))
        empty = self._empty(target) if rows else set(forms)
        columns = tuple((c, EMPTY if c in empty else TYPES[f]) for c, f in forms.items())
        problems += [
            problem for c, f in forms.items() if f == "text" and c not in empty
            for problem in self._mixed(c, sample[c], style)
        ]  # fmt: skip
        return Read((Part(name, str(target), columns, rows),), tuple(problems))

    @property
    def _source(self) -> str:
        names = ", ".join(f"{text(column)}: 'VARCHAR'" for column in self.shape.columns)
        nothing = ", ".join(map(text, NOTHING))
        skip = self.shape.skip + self.shape.header
        return (
            f"read_csv({text(str(self.path))}, columns = {{{names}}}, auto_detect = false, "
            f"header = false, skip = {skip}, delim = {text(self.shape.separator)}, "
            f"quote = '\"', escape = '\"', nullstr = [{nothing}], store_rejects = true, "
            "rejects_limit = 10)"
        )

    def _sample(self) -> dict[str, list[str]]:
        """Values of each column in the first rows."""
        rows = self._run(f"SELECT * FROM {self._source} LIMIT {_SAMPLE}")
        cells = zip(*rows, strict=True) if rows else ((),) * len(self.shape.columns)
        return {
            name: [value for value in values if value is not None]
            for name, values in zip(self.shape.columns, cells, strict=True)
        }

    def _written(
        self,
        forms: dict[str, Form],
        sample: Mapping[str, list[str]],
        style: Style,
        target: Path,
    ) -> int:
        """Writes the part, with `forms` mended where rows beyond the sample have others."""
        import duckdb

        for _ in range(_ATTEMPTS):
            cells = ", ".join(f"{_strict(c, form)} AS {quoted(c)}" for c, form in forms.items())
            try:
                rows = written(self.raw, f"SELECT {cells} FROM {self._source}", (), target)
            except duckdb.InvalidInputException as error:
                if _MISFIT not in str(error):
                    raise FileRefused("unreadable") from None
            except duckdb.Error:
                raise FileRefused("unreadable") from None
            else:
                self._whole_rows()
                return rows
            self._mend(forms, sample, style)
        raise FileRefused("unreadable")

    def _mend(self, forms: dict[str, Form], sample: Mapping[str, list[str]], style: Style) -> None:
        for column, form in forms.items():
            if form == "text":
                continue
            cell = quoted(column)
            found = self._run(
                f"SELECT DISTINCT {cell} FROM {self._source} "
                f"WHERE {cell} IS NOT NULL AND ({read(cell, form)}) IS NULL LIMIT 100"
            )
            if found:
                sample[column].extend(value for (value,) in found)
                forms[column] = form_of(sample[column], style)

    def _whole_rows(self) -> None:
        """Raises FileRefused where a row lacks cells or has too many: a row left out would be a
        figure that is too small."""
        found = self.raw.execute(
            "SELECT line, error_type FROM reject_errors ORDER BY line LIMIT 1"
        ).fetchone()
        if found is None:
            return
        key = {"MISSING COLUMNS": "too_short", "TOO MANY COLUMNS": "too_long"}
        raise FileRefused(
            key.get(str(found[1]), "broken_row"),
            row=int(found[0]) + self.above,
            n=len(self.shape.columns),
        )

    def _mixed(self, column: str, sample: Sequence[str], style: Style) -> list[FileProblem]:
        """A column that is text because of a few of its values."""
        unclear = is_unclear(sample, style)
        if unclear is not None:
            told = {"column": column, "value": unclear}
            return [FileProblem(self.file, "unclear_number", told, refused=False)]
        kinds = [form_of([value], style) != "text" for value in sample]
        if sum(kinds) < _MOSTLY * len(kinds) or all(kinds):
            return []
        value = sample[kinds.index(False)]
        cell = quoted(column)
        rows = self.raw.execute(
            f"SELECT row FROM (SELECT row_number() OVER () AS row, {cell} FROM {self._source}) "
            f"WHERE {cell} = $1 LIMIT 1", [value],
        ).fetchone()  # fmt: skip
        line = (int(rows[0]) if rows else 0) + self.shape.skip + self.shape.header + self.above
        told_row: dict[str, str | int] = {"column": column, "value": value[:_SHOWN], "row": line}
        return [FileProblem(self.file, "mixed", told_row, refused=False)]

    def _empty(self, target: Path) -> set[str]:
        """The columns in which no row has a value."""
        counts = ", ".join(f"count({quoted(column)})" for column in self.shape.columns)
        found = (
            self.raw.execute(f"SELECT {counts} FROM read_parquet({text(str(target))})").fetchone()
            or ()
        )
        return {c for c, n in zip(self.shape.columns, found, strict=True) if not n}

    def _run(self, statement: str) -> list[tuple[str, ...]]:
        import duckdb

        try:
            return self.raw.execute(statement).fetchall()
        except duckdb.Error:
            raise FileRefused("unreadable") from None


_MISFIT = "andon: another form"


def _strict(column: str, form: Form) -> str:
    """The value; an error where a cell does not have the column's form."""
    cell = quoted(column)
    if form == "text":
        return cell
    misfit = f"CAST(error({text(_MISFIT)}) AS {TYPES[form]})"
    return f"CASE WHEN {cell} IS NOT NULL THEN coalesce({read(cell, form)}, {misfit}) END"
