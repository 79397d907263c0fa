"""A plant's own database and a Supabase project together, as plant.toml and .env say."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.app import App, build
from bot.clock import clock_at
from bot.settings import load
from core.answer import Actions, Answer, Notice, Table
from core.request import Place, Request, User
from tests.data.questions import SOME_OR_ALL, unlike
from tests.data.supabase.conftest import PRIVATE, SAMPLE
from tests.data.supabase.project import KEY, Project
from tests.plants import NOW

THERE = ("asset", "product", "product_rate", "cost", "target", "calendar")
ASKER, PLACE = User("console:local"), Place("console")


def plant_toml(sample: Path, *, also: Sequence[str] = (), there: Sequence[str] = THERE) -> str:
    """The sample's own, with facts elsewhere."""
    text = SAMPLE.read_text("utf-8").replace("{home}/plant.db", str(sample))
    text = text.replace('name = "sample plant"', 'name = "MES"')
    for fact in there:
        text = text.replace(
            f'[facts.{fact}]\ntable = "{fact}"', f'[facts.{fact}]\nsource = "cloud"'
        )
    for fact in also:
        text = text.replace(f"[facts.{fact}]\n", f'[facts.{fact}]\nalso = "cloud"\n')
    return f'{text}\n[sources.cloud]\nkind = "supabase"\nname = "Supabase"\n'


class Installed:
    """Andon as an administrator sets it up, in a folder of its own."""

    def __init__(self, folder: Path, project: Project, toml: str, access: str = "") -> None:
        (folder / "plant.toml").write_text(toml, "utf-8")
        environ = {
            "ANDON_HOME": str(folder / "home"),
            "ANDON_PLANT_FILE": str(folder / "plant.toml"),
            "SUPABASE_URL": project.url,
            "SUPABASE_KEY": KEY,
            "SUPABASE_JWT_KEY": json.dumps(PRIVATE),
        }
        if access:
            (folder / "access.toml").write_text(access, "utf-8")
            environ["ANDON_ACCESS_FILE"] = str(folder / "access.toml")
        self.settings = load(environ, folder)

    def answers(self, questions: Sequence[str]) -> dict[str, Answer]:
        async def ask() -> dict[str, Answer]:
            app: App = build(self.settings, clock_at(NOW))
            try:
                return {q: await app.handle(Request(ASKER, PLACE, q, NOW)) for q in questions}
            finally:
                await app.close()

        return asyncio.run(ask())


def plain(answer: Answer) -> tuple[object, ...]:
    """Without what differs from store to store: buttons name the answer's id, actions their own."""
    kept = (part for part in answer.parts if not isinstance(part, Actions))
    if answer.tool == "action_list":
        return (re.sub(r"#[0-9a-f]{8}", "", repr(tuple(kept))),)
    return tuple(kept)


@pytest.mark.parametrize("questions", SOME_OR_ALL)
def test_every_tool_says_the_same(
    questions: Sequence[str], project: Project, sample_path: Path, tmp_path: Path
) -> None:
    for name in ("alone", "together"):
        (tmp_path / name).mkdir()
    alone = Installed(tmp_path / "alone", project, plant_toml(sample_path, there=()))
    both = plant_toml(sample_path, also=("production", "downtime", "scrap"))
    together = Installed(tmp_path / "together", project, both)
    wanted, found = alone.answers(questions), together.answers(questions)
    for question in questions:
        assert list(unlike(plain(wanted[question]), plain(found[question]), question)) == []
    cited = {c.source for answer in found.values() for c in answer.citations}
    assert cited == {"MES", "Supabase"}
    assert {c.source for c in found["/oee line-3 yesterday"].citations} <= {"MES", "Supabase"}


def test_a_difference_is_shown_and_explained(
    project: Project, sample_path: Path, tmp_path: Path
) -> None:
    moved = 'update public.production set start = start {0} {1}, "end" = "end" {0} {1}'
    by, where = "interval '5 hours'", " where asset = 'line-3'"
    project.run("alter table public.production drop constraint production_pkey")
    project.run(moved.format("-", by) + where)
    try:
        toml = plant_toml(sample_path, also=("production",), there=())
        answer = Installed(tmp_path, project, toml).answers(["/oee line-3 yesterday"])
        parts = answer["/oee line-3 yesterday"].parts
    finally:
        project.run(moved.format("+", by) + where)
        project.run("alter table public.production add primary key (asset, start)")
    table = next(part for part in parts if isinstance(part, Table) and "MES" in part.columns)
    # The last row says how many more there are.
    assert {row[-1] for row in table.rows} - {""} == {"times read in another time zone"}
    assert any(isinstance(part, Notice) and "those of MES" in part.text for part in parts)


def test_a_person_of_one_area_gets_no_row_of_another(
    project: Project, sample_path: Path, tmp_path: Path
) -> None:
    """Every question to the project carried their scope, but those for definitions."""
    access = '[default]\nsee = ["packaging"]\n'
    toml = plant_toml(sample_path, there=(*THERE, "production", "downtime", "scrap", "live"))
    answers = Installed(tmp_path, project, toml, access).answers(
        ["/oee line-3 yesterday", "/oee grinder-5 yesterday", "/downtime"]
    )
    assert answers["/oee line-3 yesterday"].outcome == "answer"
    assert answers["/oee grinder-5 yesterday"].outcome == "no_data"
    assert "rinder" not in str(answers["/downtime"].parts)


def test_the_project_is_down(mended: Project, sample_path: Path, tmp_path: Path) -> None:
    """What does not lie there is answered all the same; no key is told."""
    mended.gateway.lasting = "paused"
    toml = plant_toml(sample_path, there=("cost",))
    answers = Installed(tmp_path, mended, toml).answers(["/oee line-3 yesterday", "/cost line-3"])
    assert [answer.outcome for answer in answers.values()] == ["answer", "answer"]
    shown = answers["/oee line-3 yesterday"].parts
    assert any(
        isinstance(part, Notice) and "Supabase does not answer" in part.text for part in shown
    )
    told = str(answers)
    assert "Supabase" in told
    assert not [secret for secret in (KEY, PRIVATE["d"], "Bearer") if secret in told]


@pytest.mark.parametrize("fallback", ["cost"])
def test_a_table_of_ones_own_stands_in(
    mended: Project, sample_path: Path, tmp_path: Path, fallback: str
) -> None:
    mended.gateway.lasting = "paused"
    text = plant_toml(sample_path, there=(fallback,))
    text = text.replace('source = "cloud"', 'source = "cloud"\nfallback = "main"')
    text = text.replace("[rules]", f'[source.facts.{fallback}]\ntable = "{fallback}"\n\n[rules]')
    answer = Installed(tmp_path, mended, text).answers(["/cost line-3"])["/cost line-3"]
    assert answer.outcome == "answer"
    notices = [part.text for part in answer.parts if isinstance(part, Notice)]
    assert any(text.startswith("Supabase does not answer") and "MES" in text for text in notices)


def test_everything_in_the_project(project: Project, sample_path: Path, tmp_path: Path) -> None:
    """No other database; tables as the migrations name them."""
    text = plant_toml(sample_path, there=()).split("[sources.cloud]")[0]
    text = re.sub(r"\[source\].*?\n\n", '[source]\nkind = "supabase"\n\n', text, flags=re.DOTALL)
    text = re.sub(r'table = "\w+"', "", text)
    answers = Installed(tmp_path, project, text).answers(["/oee line-3 yesterday", "/actions"])
    assert {answer.outcome for answer in answers.values()} == {"answer"}
    assert {c.source for a in answers.values() for c in a.citations} == {"Supabase"}
