"""`python -m tests.fakes.slack [--port N] [--limits] [--keep-calls N]`: the fake by itself.

Prints one line of JSON (url, api_url, tokens, signing_secret, a user, a channel) and serves until
it is stopped: for benchmarks with the server in a process of its own, and for trying by hand.
"""

import argparse
import asyncio
import contextlib
import json

from tests.fakes.slack import PATIENCE, FakeSlack, Limits, Settings


async def serve(port: int, keep_calls: int, *, limits: bool) -> None:
    given = Limits() if limits else None
    settings = Settings(patience=PATIENCE)
    async with FakeSlack(
        port=port, limits=given, keep_calls=keep_calls, settings=settings
    ) as slack:
        ana = slack.user("ana")
        channel = slack.channel("line-3", [ana])
        about = {
            "url": slack.url,
            "api_url": slack.api_url,
            "bot_token": slack.bot_token,
            "app_token": slack.app_token,
            "signing_secret": slack.signing_secret,
            "user": ana.id,
            "channel": channel.id,
        }
        print(json.dumps(about), flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--keep-calls", type=int, default=1000)
    parser.add_argument("--limits", action="store_true")
    args = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(args.port, args.keep_calls, limits=args.limits))


if __name__ == "__main__":
    main()
