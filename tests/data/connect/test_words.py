"""Names and reasons as plants write them, in four languages."""

from __future__ import annotations

import pytest

from core.data.connect.names import column_fit, fit, tokens, unit_in, vocabulary
from core.data.connect.reasons import guess_loss, shift_word
from core.data.schema import LOSSES, SCHEMA


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("StörGrund_ID", ("stoer", "grund", "id")),
        ("production_start_ts", ("production", "start", "ts")),
        ("Peças Boas", ("pecas", "boas")),
        ("duración(min)", ("duracion", "min")),
        ("???", ()),
    ],
)
def test_names_are_taken_apart(name: str, parts: tuple[str, ...]) -> None:
    assert tokens(name) == parts


def test_a_closer_name_fits_better() -> None:
    assert fit("start", "start") == 1
    assert fit("start_time", "start") > fit("production_start_ts", "start") > 0
    assert fit("Schichtende", "ende") > 0
    assert fit("vendor", "end") == 0


@pytest.mark.parametrize(
    ("name", "logical"),
    [
        ("Gutmenge", "good_units"), ("ok_parts", "good_units"), ("pecas_boas", "good_units"),
        ("good_pieces", "good_units"), ("piezas_buenas", "good_units"),
        ("bad_units", "scrap_units"), ("reject_count", "scrap_units"),
        ("Ausschuss", "scrap_units"), ("refugo", "scrap_units"),
        ("planned_units", "target_units"), ("units_produced", "total_units"),
        ("part_count", "total_units"),
        ("Störgrund", "reason"), ("motivo_parada", "reason"), ("Maschine", "asset"),
        ("máquina", "asset"), ("work_center", "asset"), ("início", "start"), ("Beginn", "start"),
        ("fim", "end"), ("Schicht", "shift"), ("turno", "shift"), ("Taktzeit", "ideal_rate"),
    ],
)  # fmt: skip
def test_a_column_is_best_at_its_own_part(name: str, logical: str) -> None:
    scores = {part: column_fit(name, part) for part in SCHEMA["production"].columns}
    scores |= {part: column_fit(name, part) for part in SCHEMA["downtime"].columns}
    own = column_fit(name, logical)
    assert own >= 0.65
    assert own == max(own, *scores.values())


@pytest.mark.parametrize(
    ("name", "unit"),
    [("duration_s", "s"), ("Dauer_Sek", "s"), ("monitored_hours", "h"), ("down_min", "min"),
     ("Stillstandsminuten", "min"), ("tempo_horas", "h"), ("duration", None)],
)  # fmt: skip
def test_units_in_names(name: str, unit: str | None) -> None:
    assert unit_in(name) == unit


@pytest.mark.parametrize(
    ("reason", "loss"),
    [
        ("Umrüsten", "setup"), ("Changeover 2L", "setup"), ("Troca de ferramenta", "setup"),
        ("Cambio de formato", "setup"), ("no material at infeed", "starved"),
        ("Materialmangel", "starved"), ("Falta de material", "starved"),
        ("Rückstau Palettierer", "blocked"), ("Downstream blocked", "blocked"),
        ("conveyor jam", "breakdown"), ("Störung Greifer", "breakdown"),
        ("Falha elétrica", "breakdown"), ("Rotura de cadena", "breakdown"),
        ("Geplante Wartung", "planned"), ("Lunch break", "planned"),
        ("Kein Auftrag", "no_order"), ("Sem programação", "no_order"),
        ("micro stop", "minor"), ("Unplanned stop", "unclassified"), ("Sonstiges", "unclassified"),
    ],
)  # fmt: skip
def test_reasons_say_their_loss(reason: str, loss: str) -> None:
    found = guess_loss(reason)
    assert found is not None
    assert found[0] == loss


@pytest.mark.parametrize("reason", ["XY 7", "", "4711", "Herr Müller"])
def test_a_reason_that_says_nothing_is_not_guessed(reason: str) -> None:
    assert guess_loss(reason) is None


@pytest.mark.parametrize(
    ("name", "part"),
    [("Früh", "early"), ("Frühschicht", "early"), ("Late", "late"), ("Tarde", "late"),
     ("Nacht", "night"), ("Noite", "night"), ("A", None), ("3", None)],
)  # fmt: skip
def test_shift_names(name: str, part: str | None) -> None:
    assert shift_word(name) == part


def test_the_vocabulary_speaks_of_what_exists() -> None:
    known = {name for fact in SCHEMA.values() for name in fact.columns}
    assert set(vocabulary()["columns"]) <= known
    assert set(vocabulary()["tables"]) <= set(SCHEMA)
    assert set(vocabulary()["losses"]) == set(LOSSES)
