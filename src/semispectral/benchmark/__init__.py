"""The benchmark: scenes x splits x label budgets x seeds x methods, fitted in few processes and scored alike."""
