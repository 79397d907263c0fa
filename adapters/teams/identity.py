"""Who the bot is towards Microsoft, and which addresses count as Microsoft's."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# What two libraries could read as two different hosts is none.
_HOST = re.compile(r"[a-z0-9.:-]+")


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Microsoft's clouds, with the addresses that botframework.connector.auth has.

    `issuer` and `metadata` are of the tokens that the connector brings, `login` and `scope` of
    those that the bot asks for. A host that begins with "." stands for all hosts that end so.
    """

    issuer: str
    metadata: str
    login: str
    scope: str
    hosts: tuple[str, ...]


PUBLIC = Cloud(
    issuer="https://api.botframework.com",
    metadata="https://login.botframework.com/v1/.well-known/openidconfiguration",
    login="https://login.microsoftonline.com",
    scope="https://api.botframework.com/.default",
    hosts=("smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com", ".botframework.com"),
)
US_GOVERNMENT = Cloud(
    issuer="https://api.botframework.us",
    metadata="https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
    login="https://login.microsoftonline.us",
    scope="https://api.botframework.us/.default",
    hosts=(
        "smba.infra.gov.teams.microsoft.us",
        "smba.infra.dod.teams.microsoft.us",
        ".botframework.azure.us",
    ),
)


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot's registration: a single tenant's app. Without an `app_id` nobody is checked and
    nobody but this machine is answered: the Agents Playground. Whoever serves such a bot makes
    sure of `on_this_machine`.

    `hosts` are further hosts that replies may go to.
    """

    app_id: str = ""
    tenant: str = ""
    secret: str = field(default="", repr=False)
    cloud: Cloud = PUBLIC
    hosts: tuple[str, ...] = ()

    @property
    def anonymous(self) -> bool:
        return not self.app_id

    def may_call(self, service_url: object) -> bool:
        """Whether replies may be sent there: https to a host on the list, plain http only on this
        machine and only if that is on the list."""
        hosts = LOOPBACK if self.anonymous else (*self.cloud.hosts, *self.hosts)
        return isinstance(service_url, str) and _allowed(service_url, hosts)


def on_this_machine(host: str) -> bool:
    """Whether a server bound to this address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _allowed(url: str, hosts: Iterable[str]) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not _HOST.fullmatch(host):
        return False
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return False
    if host in LOOPBACK:
        return parts.scheme in ("http", "https") and host in hosts
    known = any(host == one or (one.startswith(".") and host.endswith(one)) for one in hosts)
    return parts.scheme == "https" and port in (None, 443) and known
