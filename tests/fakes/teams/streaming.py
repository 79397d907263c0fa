"""Streams: learn.microsoft.com, "Stream bot messages", REST API."""

from tests.fakes.teams.errors import Refusal
from tests.fakes.teams.state import Conversation, Json, Stream

LIFE = 120.0


def info_of(activity: Json) -> Json | None:
    """The streaminfo entity; None where the message is no part of a stream."""
    return next(
        (one for one in activity.get("entities") or () if one.get("type") == "streaminfo"), None
    )


def begin_or_go_on(place: Conversation, activity: Json, now: float, new_id: str) -> Stream:
    """The stream that the activity belongs to, with what the activity adds to it.

    Raises:
        Refusal: 400 or 403; 202 where a part came too late and is dropped.
    """
    info = info_of(activity)
    assert info is not None
    if place.kind != "personal":
        raise _not_allowed("Content stream is not allowed")
    final = activity["type"] == "message"
    _check(info, activity, final)
    if "streamId" not in info:
        if info["streamSequence"] != 1:
            raise Refusal(400, "BadRequest", "the first streamSequence must be 1")
        said = "" if info.get("streamType") == "informative" else activity["text"]
        stream = place.streams[new_id] = Stream(new_id, now, 1, [activity["text"]], said)
        return stream
    known = place.streams.get(info["streamId"])
    if known is None:
        raise Refusal(400, "BadRequest", "unknown streamId")
    return _go_on(known, info, activity, now, final)


def _go_on(stream: Stream, info: Json, activity: Json, now: float, final: bool) -> Stream:
    if stream.over:
        raise _not_allowed("Content stream is not allowed on an already completed streamed message")
    if now - stream.at > LIFE:
        stream.over = True
        raise _not_allowed("Content stream finished due to exceeded streaming time.")
    if final:
        stream.over = True
    elif info["streamSequence"] <= stream.sequence:
        raise Refusal(202, "ContentStreamSequenceOrderPreConditionFailed")
    elif info.get("streamType") != "informative" and not activity["text"].startswith(stream.said):
        raise _not_allowed(
            "Request streamed content should contain the previously streamed content"
        )
    else:
        stream.sequence = info["streamSequence"]
        if info.get("streamType") != "informative":
            stream.said = activity["text"]
    stream.texts.append(activity.get("text") or "")
    return stream


def _check(info: Json, activity: Json, final: bool) -> None:
    kind = info.get("streamType", "streaming")
    if final:
        if kind != "final" or "streamSequence" in info or "streamId" not in info:
            raise Refusal(400, "BadRequest", "the last part: streamType final, no streamSequence")
        return
    if kind not in ("informative", "streaming"):
        raise Refusal(400, "BadRequest", "streamType is informative or streaming")
    if not isinstance(info.get("streamSequence"), int):
        raise Refusal(400, "BadRequest", "streamSequence is required")
    if not activity.get("text"):
        raise Refusal(400, "BadRequest", "Start streaming activities should include text")
    if activity.get("attachments"):
        raise Refusal(400, "BadRequest", "attachments are for the last part only")


def _not_allowed(message: str) -> Refusal:
    return Refusal(403, "ContentStreamNotAllowed", message)
