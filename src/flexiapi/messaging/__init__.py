"""What leaves by mail and SMS: queued, delivered and retried."""
