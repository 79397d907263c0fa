"""Who may ask which model, and the headers of every answer."""

from collections.abc import Sequence

from tests.fakes.model.errors import ApiError, Json, bad_request


def check_key(header: str | None, right: str) -> None:
    if not header or not header.startswith("Bearer "):
        raise ApiError(
            401,
            "You didn't provide an API key. You need to provide your API key in an "
            "Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
        )
    key = header.removeprefix("Bearer ")
    if key != right:
        raise ApiError(
            401,
            f"Incorrect API key provided: {key[:3]}***{key[-4:]}. You can find your API key at "
            "https://platform.openai.com/account/api-keys.",
            code="invalid_api_key",
        )


def check_model(body: Json, known: Sequence[str]) -> None:
    name = body.get("model")
    if not name:
        raise bad_request("you must provide a model parameter")
    if name not in known:
        message = f"The model `{name}` does not exist or you do not have access to it."
        raise ApiError(404, message, code="model_not_found")


def usual_headers(number: int) -> dict[str, str]:
    return {
        "x-request-id": f"req_{number:08d}",
        "openai-version": "2020-10-01",
        "openai-processing-ms": "1",
        "x-ratelimit-limit-requests": "500",
        "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-reset-requests": "120ms",
    }
