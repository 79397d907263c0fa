"""What families of models accept. Each rule names where it was seen."""

import re

from tests.fakes.model.errors import Json, bad_request

_GENERATION = re.compile(r"gpt-(\d+)(?:\.(\d+))?")


def reasons(model: str) -> bool:
    """o1, o3, …, gpt-5 and newer, but not gpt-5-chat."""
    found = _GENERATION.match(model)
    newer = found is not None and int(found[1]) >= 5 and "chat" not in model
    return newer or re.match(r"o\d", model) is not None


def wants_responses(model: str) -> bool:
    """From gpt-5.6 on, tools in /v1/chat/completions need `reasoning_effort: "none"`
    (BerriAI/litellm#34569 tried it with and without the field; docker/docker-agent#4165)."""
    found = _GENERATION.match(model)
    return found is not None and (int(found[1]), int(found[2] or 0)) >= (5, 6)


def check_chat(model: str, body: Json) -> None:
    """The fields that this model refuses in /v1/chat/completions."""
    if not reasons(model):
        if body.get("reasoning_effort") is not None:
            # umputun/tg-spam#304
            raise bad_request("Unrecognized request argument supplied: reasoning_effort")
        return
    if "max_tokens" in body:
        raise bad_request(
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            "max_tokens",
            "unsupported_parameter",
        )
    if "stop" in body:
        raise _unsupported("stop")
    effort = body.get("reasoning_effort")
    if effort != "none" and body.get("temperature") not in (None, 1):
        raise bad_request(
            f"Unsupported value: 'temperature' does not support {body['temperature']} with this "
            "model. Only the default (1) value is supported.",
            "temperature",
            "unsupported_value",
        )
    if wants_responses(model) and body.get("tools") and effort != "none":
        raise bad_request(
            f"Function tools with reasoning_effort are not supported for {model} in "
            "/v1/chat/completions. To use function tools, use /v1/responses or set "
            "reasoning_effort to 'none'.",
            "reasoning_effort",
        )


def check_responses(model: str, body: Json) -> None:
    """The fields that this model refuses in /v1/responses."""
    effort = (body.get("reasoning") or {}).get("effort")
    if not reasons(model) and effort is not None:
        raise _unsupported("reasoning.effort")
    if reasons(model) and effort != "none" and body.get("temperature") not in (None, 1):
        raise _unsupported("temperature")


def _unsupported(param: str) -> Exception:
    message = f"Unsupported parameter: '{param}' is not supported with this model."
    return bad_request(message, param, "unsupported_parameter")
