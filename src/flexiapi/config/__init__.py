"""Configuration of an instance: typed settings from DotEnv file and environment, Django's settings, logging."""
