"""Reads of the statistics: call logs, charts, and what is too old."""

from .charts import Chart, account_chart, space_chart
from .logs import CallFilter, CallLog, Party, call_log, latest_calls, space_call_log
from .retention import oldest, reported_before

__all__ = [
    "CallFilter",
    "CallLog",
    "Chart",
    "Party",
    "account_chart",
    "call_log",
    "latest_calls",
    "oldest",
    "reported_before",
    "space_call_log",
    "space_chart",
]
