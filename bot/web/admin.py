"""`/admin/…`: what an administrator's script may see and do. Not there without a token."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiohttp import web
from aiohttp.typedefs import Handler

_BEARER = "Bearer "
_LONGEST_WORDS = 2_000


class Admin(Protocol):
    """What is at work now, as far as administration goes."""

    @property
    def admin_token(self) -> str:
        """ "" where there is no administration by HTTP."""

    async def status(self) -> dict[str, Any]: ...

    async def reload(self) -> str:
        """Why the new settings are not taken, "" where they are."""

    async def told(self, said: str) -> tuple[int, dict[str, Any]]:
        """An HTTP status and the answer to the words of `andon admin`."""


def add_admin(router: web.UrlDispatcher, admin: Admin) -> None:
    def guarded(act: Callable[[web.Request], Awaitable[web.Response]]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            _admit(request, admin.admin_token)
            return await act(request)

        return handle

    async def status(_request: web.Request) -> web.Response:
        return web.json_response(await admin.status())

    async def reload(_request: web.Request) -> web.Response:
        problem = await admin.reload()
        told = {"taken": not problem, **({"problem": problem} if problem else {})}
        return web.json_response(told, status=409 if problem else 200)

    async def told(request: web.Request) -> web.Response:
        status, answer = await admin.told(_words(await request.text()))
        return web.json_response(answer, status=status)

    router.add_get("/admin/status", guarded(status))
    router.add_post("/admin/command", guarded(told))
    router.add_post("/admin/reload", guarded(reload))


def _words(body: str) -> str:
    """Plain text, one line, as it is typed behind `andon admin`."""
    words = " ".join(body.split())
    if not words or len(words) > _LONGEST_WORDS:
        raise web.HTTPBadRequest(text="the body is what is typed behind `andon admin`")
    return words


def _admit(request: web.Request, token: str) -> None:
    """As if nothing were there where no token is set; 401 for whoever shows another one."""
    if not token:
        raise web.HTTPNotFound
    given = request.headers.get("Authorization", "")
    shown = given[len(_BEARER) :] if given.startswith(_BEARER) else ""
    if not hmac.compare_digest(shown.encode("utf-8", "replace"), token.encode()):
        raise web.HTTPUnauthorized(headers={"WWW-Authenticate": "Bearer"})
