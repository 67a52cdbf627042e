"""The report: one content, set as a self-contained HTML page and as PDF."""
