"""files.getUploadURLExternal, the upload itself, files.completeUploadExternal, files.info.

docs.slack.dev/messaging/working-with-files: ask for an address, POST the bytes to it (the answer
is "OK - <length>"), complete. Only a completed file can be shared or shown in a `slack_file`.
"""

from typing import Any

from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.methods.chat import Content, new_message
from tests.fakes.slack.methods.context import Args, Context, channel_of
from tests.fakes.slack.state import BOT_USER, File, Json


def get_upload_url(context: Context, args: Args) -> Json:
    name, length = args.need("filename", "missing_argument"), args.integer("length", 0, 2**40)
    if length <= 0:
        raise ApiError("missing_argument")
    if len(args.text("alt_txt")) > 1000:
        raise ApiError("alt_txt_too_large")
    file = File(context.workspace.new_id("F"), name, length, alt_text=args.text("alt_txt"))
    context.workspace.files[file.id] = file
    return {"ok": True, "upload_url": f"{context.url}/upload/{file.id}", "file_id": file.id}


def upload(context: Context, file_id: str, content: bytes) -> tuple[int, str]:
    """HTTP status and text for the bytes sent to an upload address."""
    file = context.workspace.files.get(file_id)
    if file is None:
        return 404, "not found"
    if len(content) != file.length:
        return 400, f"expected {file.length} bytes, got {len(content)}"
    file.content = content
    return 200, f"OK - {len(content)}"


def complete(context: Context, args: Args) -> Json:
    wanted: Any = args.json("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted:
        raise ApiError("invalid_arguments")
    files = []
    for item in wanted:
        file = context.workspace.files.get(str(item.get("id")))
        if file is None or file.content is None:
            raise ApiError("file_not_found")
        file.title = item.get("title") or file.name
        files.append(file)
    if args.text("channel_id"):
        _share(context, args, [file.id for file in files])
    for file in files:
        file.completed_at = context.workspace.clock.now()
    context.workspace.changes.happened()
    return {"ok": True, "files": [file_json(context, file) for file in files]}


def _share(context: Context, args: Args, files: list[str]) -> None:
    channel = channel_of(context, args, "channel_id")
    if BOT_USER not in channel.members:
        raise ApiError("not_in_channel")
    content = Content(args.text("initial_comment"), files=files)
    message = new_message(context, channel, content, "files.completeUploadExternal")
    message.thread_ts = args.text("thread_ts") or None
    context.posted(message)


def file_json(context: Context, file: File) -> Json:
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "size": file.length,
        "url_private": f"{context.url}/files/{file.id}",
        "permalink": f"{context.url}/files/{file.id}",
        "alt_txt": file.alt_text,
    }


def info(context: Context, args: Args) -> Json:
    file = context.workspace.files.get(args.text("file"))
    if file is None:
        raise ApiError("file_not_found")
    return {"ok": True, "file": file_json(context, file)}
