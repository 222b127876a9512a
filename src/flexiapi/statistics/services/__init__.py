"""Writes of the statistics: what Flexisip reports, and its end."""
