"""Teams' app package, made from the tools: the manifest and the icons, in a zip to upload."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bot.manifests.teams_icons import BACK, colour_icon, outline_icon
from core import registry
from core.words import Words

SCHEMA = "1.25"
_URL = "https://developer.microsoft.com/json-schemas/teams/v{}/MicrosoftTeams.schema.json"
# Teams lists ten at most; the others can be typed all the same, and `andon` names them.
LISTED = (
    "production",
    "oee",
    "downtime",
    "losses",
    "alerts",
    "actions",
    "safety",
    "cost",
    "trend",
    "andon",
)
_SCOPES = ("personal", "team", "groupChat")
_ABOUT = "Ask your plant: output, downtime, OEE, cost and safety."
_MORE = (
    "Andon answers questions on your plant's data with figures, a picture and their sources: what "
    "is running, what stopped and why, what it cost, what to do first.\n\nWrite to it in your own "
    "words or with a command, alone or, with @Andon, in a channel or a group chat. There it shows "
    "only what everyone may see."
)
_LONGEST_AGO = (1980, 1, 1, 0, 0, 0)  # the zip is the same every time it is made


def manifest(app_id: str, company: str, website: str) -> dict[str, Any]:
    """The manifest of the app whose bot is registered as `app_id`."""
    return {
        "$schema": _URL.format(SCHEMA),
        "manifestVersion": SCHEMA,
        "version": version("andon"),
        "id": app_id,
        "developer": {
            "name": company[:32],
            "websiteUrl": website,
            "privacyUrl": website,
            "termsOfUseUrl": website,
        },
        "name": {"short": "Andon", "full": "Andon, the plant's assistant"},
        "description": {"short": _ABOUT, "full": _MORE},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#" + bytes(BACK[:3]).hex().upper(),
        "bots": [
            {
                "botId": app_id,
                "scopes": list(_SCOPES),
                "supportsFiles": False,
                "isNotificationOnly": False,
                "commandLists": [{"scopes": list(_SCOPES), "commands": _commands()}],
            }
        ],
        "validDomains": [],
    }


def package(app_id: str, company: str, website: str) -> bytes:
    """The zip to upload in Teams' admin center."""
    text = json.dumps(manifest(app_id, company, website), ensure_ascii=False, indent=2)
    files: Mapping[str, bytes] = {
        "manifest.json": text.encode(),
        "color.png": colour_icon(),
        "outline.png": outline_icon(),
    }
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name, _LONGEST_AGO), content)
    return packed.getvalue()


def _commands() -> list[dict[str, str]]:
    """Teams puts the title into the message, without a slash."""
    words = Words("en")
    named = registry.by_command()
    about = {command: words.say(f"help.{named[command]}") for command in LISTED if command in named}
    about["andon"] = "Help with all commands; your own settings: andon me"
    return [{"title": command, "description": about[command]} for command in LISTED]
