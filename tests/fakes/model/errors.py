"""What the API answers when it refuses: an HTTP status and `{"error": {…}}`."""

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """One error of the API. `headers` go with it, `Retry-After` for instance."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.param = param
        self.code = code
        self.headers = headers or {}

    def body(self) -> Json:
        error = {"message": self.message, "type": self.kind}
        return {"error": {**error, "param": self.param, "code": self.code}}


def bad_request(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    return ApiError(400, message, param=param, code=code)


def missing(param: str) -> ApiError:
    return bad_request(
        f"Missing required parameter: '{param}'.", param, "missing_required_parameter"
    )


def unknown(param: str) -> ApiError:
    return bad_request(f"Unknown parameter: '{param}'.", param, "unknown_parameter")


def wrong_type(param: str, expected: str, value: Any) -> ApiError:
    names = {
        dict: "an object",
        list: "an array",
        str: "a string",
        bool: "a boolean",
        int: "an integer",
    }
    got = "null" if value is None else names.get(type(value), "a decimal")
    message = f"Invalid type for '{param}': expected {expected}, but got {got} instead."
    return bad_request(message, param, "invalid_type")


def too_long(param: str, limit: int, value: str) -> ApiError:
    message = (
        f"Invalid '{param}': string too long. Expected a string with maximum length {limit}, "
        f"but got a string with length {len(value)} instead."
    )
    return bad_request(message, param, "string_above_max_length")


def empty_array(param: str) -> ApiError:
    message = (
        f"Invalid '{param}': empty array. Expected an array with minimum length 1, "
        "but got an empty array instead."
    )
    return bad_request(message, param, "empty_array")


def not_among(value: Any, supported: list[str], param: str) -> ApiError:
    listed = ", ".join(f"'{name}'" for name in supported[:-1]) + f", and '{supported[-1]}'"
    message = f"Invalid value: '{value}'. Supported values are: {listed}."
    return bad_request(message, param, "invalid_value")


def no_match(param: str, pattern: str) -> ApiError:
    message = (
        f"Invalid '{param}': string does not match pattern. "
        f"Expected a string that matches the pattern '{pattern}'."
    )
    return bad_request(message, param, "invalid_value")
