"""How Slack writes what it refuses. The methods that faults strike at are those of the Web API,
"response_url" and "upload"."""

from aiohttp import web

from tests.fakes.faults import Refuse, TooMany


def refusal(fault: TooMany | Refuse) -> web.Response:
    """`internal_error`, `fatal_error`, `ratelimited`, …"""
    match fault:
        case TooMany(retry_after=seconds):
            return too_many(seconds)
        case Refuse(error=error, status=status):
            return web.json_response({"ok": False, "error": error}, status=status)


def too_many(seconds: int) -> web.Response:
    """Slack's answer to too many requests (docs.slack.dev/apis/web-api/rate-limits)."""
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": str(seconds)})
