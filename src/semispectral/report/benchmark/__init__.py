"""The page of the benchmark: every split and regime, with its tables and figures."""
