"""How the connector writes what it refuses."""

from typing import assert_never

from aiohttp import web

from tests.fakes.faults import Refuse, TooMany


class Refusal(Exception):
    """A status and the connector's own word for it: learn.microsoft.com, "Status code responses"
    and, for streams, "Response codes"."""

    def __init__(self, status: int, code: str, message: str = "", retry_after: int = 0) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after

    def response(self) -> web.Response:
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        body = {"error": {"code": self.code, "message": self.message or self.code}}
        return web.json_response(body, status=self.status, headers=headers)


def bad(message: str) -> Refusal:
    return Refusal(400, "BadSyntax", message)


def refusal(fault: TooMany | Refuse) -> web.Response:
    """The same for a fault that a test sets: Refuse("PreconditionFailed", status=412)."""
    match fault:
        case TooMany(retry_after=seconds):
            return Refusal(429, "Throttled", "Too many requests.", seconds).response()
        case Refuse(error=error, status=status):
            return Refusal(status, error).response()
        case _:
            assert_never(fault)
