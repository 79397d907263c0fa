"""deploy/compose.yml and the Caddyfile, held against the code: what they name is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from bot.metrics import Metrics
from bot.readiness import Readiness
from bot.settings import NAMES, SETTINGS
from bot.web.application import web_app
from bot.web.limits import WebTimes
from tests.plants import NOW

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yml").read_text("utf-8"))
CADDY = (ROOT / "deploy" / "Caddyfile").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
REPLICAS = {name: one for name, one in COMPOSE["services"].items() if name.startswith("andon-")}
FILES = {one.file_name for one in SETTINGS if one.is_secret}


def paths() -> set[str]:
    app = web_app(None, Metrics(), readiness=Readiness(lambda: NOW))
    return {route.resource.canonical for route in app.router.routes() if route.resource}


def test_three_replicas_are_the_same() -> None:
    first, *others = REPLICAS.values()
    assert len(others) == 2
    assert all(one == first for one in others)


@pytest.mark.parametrize("name", sorted(COMPOSE["x-andon"]["environment"]))
def test_every_setting_is_one(name: str) -> None:
    assert name in NAMES or name in FILES


def test_secrets_stand_in_files() -> None:
    given = COMPOSE["x-andon"]["environment"]
    assert not {one.name for one in SETTINGS if one.is_secret} & given.keys()
    folder = dict(volume.split(":")[:2][::-1] for volume in COMPOSE["x-andon"]["volumes"])
    named = [Path(value) for name, value in given.items() if name in FILES]
    assert {str(path.parent) for path in named} == {"/run/andon"} <= folder.keys()


def test_it_is_stopped_no_sooner_than_it_ends() -> None:
    given = COMPOSE["x-andon"]["environment"]
    takes = int(given["ANDON_DRAIN_SECONDS"]) + int(given["ANDON_GRACE_SECONDS"])
    assert int(COMPOSE["x-andon"]["stop_grace_period"].rstrip("s")) > takes
    every = re.search(r"health_interval (\d+)s", CADDY)
    assert every is not None
    assert int(given["ANDON_DRAIN_SECONDS"]) > 2 * int(every[1])


def test_build_arguments_are_the_image_s() -> None:
    known = set(re.findall(r"^ARG (\w+)", DOCKERFILE, re.MULTILINE))
    assert set(COMPOSE["x-andon"]["build"]["args"]) <= known


def test_pages_and_port_are_those_of_the_code() -> None:
    (port,) = re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)
    asked = [
        re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", DOCKERFILE),
        re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", str(COMPOSE["x-andon"]["healthcheck"])),
    ]
    assert [found and found.groups() for found in asked] == [(port, "/healthz"), (port, "/readyz")]
    proxied = re.findall(r"(andon-\d):(\d+)", CADDY)
    assert proxied == [(name, port) for name in REPLICAS]
    (health,) = re.findall(r"health_uri (\S+)", CADDY)
    assert {health, "/readyz", "/healthz"} <= paths()


def test_the_proxy_passes_on_what_platforms_call_and_keeps_connections_shorter() -> None:
    (passed,) = re.findall(r"^\s+path (.+)$", CADDY, re.MULTILINE)
    assert passed.split() == ["/slack/events", "/api/messages"]
    (kept,) = re.findall(r"keepalive (\d+)s", CADDY)
    (waited,) = re.findall(r"response_header_timeout (\d+)s", CADDY)
    assert int(kept) < WebTimes().idle
    assert int(waited) > WebTimes().whole


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_nobody_can_do_more_than_needed(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "ports" not in service or name == "caddy"
