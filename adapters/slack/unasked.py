"""Slack's failures, as whoever sends unasked has to know them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from adapters import Gone, MaybeSent, NotSent, Unsupported
from adapters.slack.web_api import OutcomeUnknown, Refused, Unreachable

_MINUTE = 60.0

# Nobody can write there any more: deleted, archived, the bot removed, the person gone.
_GONE = frozenset({"channel_not_found", "not_in_channel", "is_archived", "restricted_action",
                   "restricted_action_read_only_channel", "user_not_found", "users_not_found",
                   "user_disabled", "user_not_visible", "cannot_dm_bot",
                   "messages_tab_disabled"})  # fmt: skip
# The app itself is not let in: nothing is wrong with the place, an administrator has to act.
_LOCKED_OUT = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked",
                         "token_expired", "missing_scope", "no_permission", "org_login_required",
                         "team_access_not_granted", "access_denied", "team_added_to_org",
                         "ekm_access_denied"})  # fmt: skip


@contextmanager
def sorted_failures() -> Iterator[None]:
    """Raises NotSent, MaybeSent and Gone; Unsupported for what Slack does not take at all."""
    try:
        yield
    except Unreachable as error:
        raise NotSent(str(error), error.wait) from error
    except OutcomeUnknown as error:
        raise MaybeSent(str(error)) from error
    except Refused as refused:
        if refused.code in _GONE:
            raise Gone(refused.code) from refused
        if refused.code in _LOCKED_OUT:
            raise NotSent(refused.code, _MINUTE) from refused
        raise Unsupported(" ".join((refused.code, *refused.details))) from refused
