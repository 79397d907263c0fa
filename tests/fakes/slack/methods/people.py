"""auth.test, users.info, users.list, usergroups.users.list.

docs.slack.dev/reference/methods/users.info: the `locale` is there only with `include_locale`.
"""

from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.methods.context import Args, Context
from tests.fakes.slack.state import APP, BOT, BOT_USER, TEAM, Json, User


def auth_test(context: Context, args: Args) -> Json:
    return {
        "ok": True,
        "url": "https://andon-works.slack.com/",
        "team": "Andon Works",
        "user": context.workspace.users[BOT_USER].name,
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "app_id": APP,
        "is_enterprise_install": False,
    }


def user_json(user: User, *, locale: bool) -> Json:
    body: Json = {
        "id": user.id,
        "team_id": user.team,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "tz": user.tz,
        "is_bot": user.is_bot,
        "profile": {
            "real_name": user.real_name,
            "display_name": user.display_name,
            "team": user.team,
        },
    }
    return {**body, "locale": user.locale} if locale else body


def user_info(context: Context, args: Args) -> Json:
    user = context.workspace.users.get(args.text("user"))
    if user is None:
        raise ApiError("user_not_found")
    return {"ok": True, "user": user_json(user, locale=args.flag("include_locale"))}


def user_list(context: Context, args: Args) -> Json:
    locale = args.flag("include_locale")
    users = [user_json(user, locale=locale) for user in context.workspace.users.values()]
    return {"ok": True, "members": users, "response_metadata": {"next_cursor": ""}}


def group_users(context: Context, args: Args) -> Json:
    group = context.workspace.groups.get(args.text("usergroup"))
    if group is None:
        raise ApiError("no_such_subteam")
    return {"ok": True, "users": list(group)}
