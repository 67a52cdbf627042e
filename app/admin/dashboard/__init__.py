"""Pages that follow a running study: its progress, live, and its participants."""
