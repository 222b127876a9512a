"""Running the service: import, seeding, health and metrics."""
