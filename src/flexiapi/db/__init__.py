"""Database furniture: engines, portable fields, compiled statements, locks. Knows no room."""
