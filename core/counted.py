"""What is counted of questions, sources and deliveries; core/agent/counted.py: of models."""

from __future__ import annotations

from core.meter import FAST_SECONDS, Counted, Level, Timed

ASKS = Counted(
    "andon_asks",
    "Requests that came to the door, by the channel, the outcome of the answer (answer, clarify, "
    "unknown_asset, decline, no_data, error, or failed where there was none) and the cause "
    "(person, delivery).",
    ("channel", "outcome", "cause"),
)
ASK_TIMES = Timed(
    "andon_ask_seconds", "From the door to the answer, by channel.", ("channel",), FAST_SECONDS
)
TOO_FAST = Counted(
    "andon_too_fast",
    "Requests that were turned away since their person asked faster than ANDON_RATE_LIMIT allows, "
    "by channel; they are not among andon_asks.",
    ("channel",),
)
DEFECTS = Counted("andon_defects", "Answers in whose place the reader got the id of a defect.")
WORK = Timed(
    "andon_work_seconds",
    "From what a platform delivered until it is worked off, by channel and ending (done, unknown, "
    "failed; handed_back where the process stopped).",
    ("channel", "ending"),
)
STAGES = Timed(
    "andon_stage_seconds",
    "Stages of the work on a request: ack (written down, so that it can be acknowledged), plan "
    "(which tool is meant), model (a language model, with the tools it calls), tools (a tool's "
    "run), render (an answer drawn for its platform, with pictures), send (until the platform has "
    "it).",
    ("stage",),
    FAST_SECONDS,
)
TOOLS = Timed(
    "andon_tool_seconds",
    "Runs of a tool, by tool and ending (ok, asked_back, user_error, source_unavailable, failed).",
    ("tool", "ending"),
    FAST_SECONDS,
)
SOURCES = Timed(
    "andon_source_seconds",
    "Reads from a data source that no cache answered, by the source's name in plant.toml and the "
    "ending: ok, no_data, failed, or the problem that readers are told (timeout, unreachable, "
    "resting …).",
    ("source", "ending"),
    FAST_SECONDS,
)
CACHE = Counted(
    "andon_cache_reads",
    "Reads through the cache, by how long it keeps such (live, daily, static) and the result: hit, "
    "shared (waited for another's load), miss, stale (an older value, for the source failed; a "
    "miss before).",
    ("tier", "result"),
)
DELIVERIES = Level(
    "andon_deliveries", "Rows of the outbox by state; the same in every replica.", ("state",)
)
DELIVERY_LAG = Timed(
    "andon_delivery_lag_seconds",
    "From when something was due until the platform had it.",
    (),
    (1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0),
)
ALERTS = Level(
    "andon_alerts",
    "Alerts that are open, by priority (high, medium, low) and state (unacknowledged, "
    "acknowledged, shelved, returned: over, but nobody has seen it); the same in every replica.",
    ("priority", "state"),
)
ALERT_LOAD = Level(
    "andon_alerts_raised_last_hour",
    "How often alerts came up in the last 60 minutes, all areas; the same in every replica.",
)
JOBS = Timed(
    "andon_job_seconds",
    "Runs of the jobs by the clock, by job and ending (ok, failed).",
    ("job", "ending"),
    FAST_SECONDS,
)
TROUBLES = Level(
    "andon_trouble", "1 where background work cannot be done, by its name; else 0.", ("name",)
)
LOOP_LAG = Timed(
    "andon_loop_lag_seconds",
    "By how much the event loop was late, looked at four times a second.",
    (),
    (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5),
)
OBSERVED = Level(
    "andon_observed_timestamp_seconds",
    "When the rows behind andon_deliveries and andon_alerts were last read, in Unix seconds.",
)
BUILD = Level("andon_build_info", "1, with the version that runs.", ("version",))
