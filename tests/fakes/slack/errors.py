"""What a Web API method answers when it refuses."""

from typing import Any


class ApiError(Exception):
    """`{"ok": false, "error": …}`, with HTTP 200 as Slack does it."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more

    def body(self) -> dict[str, Any]:
        return {"ok": False, "error": self.error, **self.more}


class RateLimited(Exception):
    """HTTP 429 with `Retry-After` in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


def invalid_blocks(problems: list[str]) -> ApiError:
    """The form that Slack gives: seen in adobe/spacecat-api-service#194, incidentbot#328."""
    return ApiError(
        "invalid_blocks",
        errors=problems,
        response_metadata={"messages": [f"[ERROR] {problem}" for problem in problems]},
    )


def invalid_arguments(problems: list[str]) -> ApiError:
    """A view or an argument that does not fit: the form is seen in imryche/blockkit#105."""
    return ApiError(
        "invalid_arguments",
        response_metadata={"messages": [f"[ERROR] {problem}" for problem in problems]},
    )
