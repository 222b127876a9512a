"""Configuration of an instance: typed settings, Django's settings, logging."""
