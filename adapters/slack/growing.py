"""A message that grows sentence by sentence while the answer is made.

In the conversation with the bot it is one of Slack's streams. In a channel only the asker would
see a stream grow, so there a marked message is updated. A stream takes no mark before it ends:
what a killed process left of one is found by being the bot's only unmarked words in the thread.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from adapters.intake import Job
from adapters.slack.escape import mrkdwn
from adapters.slack.inbound import Asked
from adapters.slack.posts import Posts
from adapters.slack.web_api import OutcomeUnknown, Refused, Unreachable


class Growing:
    """`ts` is the message's, "" while there is none; `told` is how many sentences it says."""

    def __init__(self, posts: Posts, asked: Asked, job: Job, earlier: str) -> None:
        self.ts = earlier
        self.told = 0
        self._posts = posts
        self._author = asked.author
        self._target = asked.target
        self._job = job
        self._may_stream = asked.pane
        self._is_streaming = False

    async def note(self, text: str) -> None:
        """Begins with a text that sentences take the place of."""
        if self._target.response_url:
            await self._posts.note(self._target, text)
            self.ts = "note"
        elif await self._job.sending():
            self.ts = await self._posts.note(self._target, text, delivery=self._job.claim.key)

    async def tell(self, sentences: Sequence[str]) -> float:
        """Makes it say them; how many seconds to wait before it may say more."""
        if self._target.response_url:  # takes five messages, and commands are not spoken to
            return math.inf
        try:
            if await self._add(sentences):
                self.told = len(sentences)
                return self._posts.times.pace
        except Unreachable as error:
            return max(error.wait, self._posts.times.pace)
        except (Refused, OutcomeUnknown):
            pass
        return math.inf  # the answer will say it

    async def end(self) -> None:
        """An open stream takes no other words; closed, it is marked."""
        if self._is_streaming:
            await self._posts.end_stream(self._target, self.ts, self._job.claim.key)

    async def _add(self, sentences: Sequence[str]) -> bool:
        """False where another process has taken over."""
        key, text = self._job.claim.key, mrkdwn(" ".join(sentences))
        if self._is_streaming:
            try:
                more = mrkdwn(" ".join(sentences[self.told :]))
                await self._posts.append(self._target, self.ts, f" {more}")
                return True
            except Refused:  # it lives for some minutes only
                self._is_streaming = False
        if self.ts:
            await self._posts.say(self._target, self.ts, text, key)
            return True
        if not await self._job.sending():
            return False
        if self._may_stream:
            try:
                since = question_ts(self._job)
                self.ts = await self._posts.stream(self._target, self._author, text, since)
                self._is_streaming = bool(self.ts)
            except Refused:  # such as an app without the assistant's features
                pass
            self._may_stream = False
            if self._is_streaming:
                return True
        self.ts = await self._posts.note(self._target, text, delivery=key)
        return True


def question_ts(job: Job) -> str:
    """The ts of the message that asked."""
    return str((job.claim.payload.get("event") or {}).get("ts") or "")
