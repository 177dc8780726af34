"""The benchmark: scenes x splits x labels per class x seeds x methods, fitted in few processes and scored alike."""
