"""Without a model, and before its first question, nothing of LangChain is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ASK = """
import asyncio, sys
from datetime import datetime, timezone
from pathlib import Path
from bot.app import build
from bot.settings import load
from core.request import Place, Request, User

NOW = datetime(2026, 3, 12, 11, 20, tzinfo=timezone.utc)
app = build(load({variables!r}, Path("/nowhere")), lambda: NOW)

async def ask(*texts):
    for text in texts:
        request = Request(User("console:ana"), Place("console"), text, NOW)
        assert (await app.handle(request)).outcome == "answer", text
        print(any(m.partition(".")[0] in LAZY for m in sys.modules))
    await app.close()

LAZY = ("langchain_core", "langgraph", "openai")
asyncio.run(ask(*{texts!r}))
"""
ROOT = Path(__file__).parents[3]


def imported(home: Path, texts: tuple[str, ...], **variables: str) -> list[str]:
    """After each question, whether any of it is imported."""
    code = ASK.format(variables={"ANDON_HOME": str(home), **variables}, texts=texts)
    environ = {name: value for name, value in os.environ.items() if "OPENAI" not in name}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_langchain_is_imported_with_the_first_free_question(
    sample_path: Path, tmp_path: Path
) -> None:
    (tmp_path / "plant.db").symlink_to(sample_path)
    questions = ("/oee line-3 yesterday", "How was line 3 yesterday?")
    assert imported(tmp_path, questions) == ["False", "False"]
    key = {"OPENAI_API_KEY": "sk-x", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    assert imported(tmp_path, questions, ANDON_MODEL="m", **key) == ["False", "True"]
