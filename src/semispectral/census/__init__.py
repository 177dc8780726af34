"""The census: what each scan holds, counted once; whether the scans go together, and whether two are the same."""
