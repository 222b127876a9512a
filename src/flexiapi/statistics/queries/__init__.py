"""Reads of the statistics: call logs, charts, and what is too old."""

from .charts import Bars, Chart, Measure, Period, account_chart, space_chart
from .logs import CallFilter, CallLog, Party, batches, call_log, latest_calls, space_call_log
from .retention import oldest, reported_before

__all__ = [
    "Bars",
    "CallFilter",
    "CallLog",
    "Chart",
    "Measure",
    "Party",
    "Period",
    "account_chart",
    "batches",
    "call_log",
    "latest_calls",
    "oldest",
    "reported_before",
    "space_call_log",
    "space_chart",
]
