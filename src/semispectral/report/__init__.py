"""The report and its template (`report.html`): data, split, training, results, and how far to trust them."""
