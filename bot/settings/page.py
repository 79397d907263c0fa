"""What is written from the settings' definitions: .env.example and docs/settings.md's tables."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from bot.settings.setting import ON_OFF, Section, Setting

_WIDTH = 100
_SECRET = {"nothing": "", "all": "yes", "password": "a password in it"}
_HEAD = (
    "Andon works without any of these; each line shows the default or an example. docs/settings.md "
    "says more. A secret may stand in a file instead, with _FILE behind its name "
    "(SLACK_BOT_TOKEN_FILE=/run/secrets/slack_bot_token). `make sync` writes this file from the "
    "code."
)


def env_example(sections: Sequence[Section]) -> str:
    """A .env in which nothing is switched on."""
    lines = [*_comment(_HEAD)]
    for section in sections:
        lines += ["", *_comment(f"--- {section.title}. {section.about}")]
        for setting in section.settings:
            lines += ["", *_comment(_meaning(setting)), f"# {setting.name}={_shown(setting)}"]
    return "\n".join(lines) + "\n"


def setting_tables(sections: Sequence[Section]) -> str:
    """A heading and a table in Markdown for each section."""
    return "\n".join(line for section in sections for line in _table(section)) + "\n\n"


def _table(section: Section) -> Iterator[str]:
    yield from ("", f"## {section.title}", "", _linked(section.about), "")
    yield "| Setting | What it is | Default | Values | Secret | A change |"
    yield "|---|---|---|---|---|---|"
    for one in section.settings:
        default = f"`{_filled(one)}`" if one.default else one.otherwise
        values = ", ".join(f"`{value}`" for value in one.choices)
        example = f"for example `{one.example}`" if one.example else ""
        change = "restart" if one.restart else "at once"
        cells = (
            f"`{one.name}`",
            _linked(one.meaning),
            default,
            values or example,
            _SECRET[one.hides],
            change,
        )
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
    )


def _meaning(setting: Setting) -> str:
    said = setting.meaning
    if setting.choices and setting.choices != ON_OFF:
        said = f"{said} One of {', '.join(setting.choices)}."
    return f"{said} Without it: {setting.otherwise}." if setting.otherwise else said


def _shown(setting: Setting) -> str:
    return _filled(setting) or setting.example


def _filled(setting: Setting) -> str:
    return setting.default.replace("{home}", ".andon")


def _linked(text: str) -> str:
    """Pages of docs/ as links, as seen from docs/settings.md."""
    return re.sub(r"docs/([\w-]+\.md)", r"[\1](\1)", text)
