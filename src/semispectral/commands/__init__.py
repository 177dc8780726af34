"""The command line, a module for each subcommand, and the configuration as a whole (`configuration.py`)."""
