"""What is wrong in plant.toml is said in the file's words, with the nearest right name."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.mapping import load
from core.errors import MisconfiguredError

SHIFT = '[[plants.a.shifts]]\nname = "A"\nend = "14:00"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "source: is missing"),
        ('source = "x"', "source: must be a table: [source]"),
        ('[source]\nurll = "x"', "source.urll: is not known here; did you mean url?"),
        ("[source]\nurl = 3", "source.url: must be a valid string"),
        ('[source]\nkind = "sq"', "source.kind: must be 'sql' or 'supabase'"),
        (
            '[source]\n[plants.a]\nzon = "UTC"',
            "plants.a.zon: is not known here; did you mean zone?",
        ),
        (f"[source]\n{SHIFT}", "plants.a.shifts number 1.start: is missing"),
        (
            f'[source]\n{SHIFT}start = "6"',
            "plants.a.shifts number 1.start: must be a time of day, such as 06:00",
        ),
        (
            f"[source]\n{SHIFT}start = 06:00:00\n{SHIFT}start = 06:00:00\nxx = 1",
            "plants.a.shifts number 2.xx: is not known here; "
            "known are name, start, end, days, aliases",
        ),
        ("assets = 3\n[source]", "assets: must be a list: [ … ]"),
        ('[source]\n[plants.a]\nzone = "X"', "plants.a.zone: 'X' is no IANA time zone, such as"),
        ('[source]\n[facts.sales]\ntable = "x"', "facts.sales: must be 'asset', "),
        (
            '[source]\n[facts.asset]\ntable = "x"\ncolumns.id = { colum = "x" }',
            "facts.asset.columns.id.colum: is not known here; did you mean column?",
        ),
        ("[source]\nx = [", "plant.toml: cannot be read: "),
    ],
)
def test_a_mistake_is_named(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "plant.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(MisconfiguredError) as caught:
        load(path, home=tmp_path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
