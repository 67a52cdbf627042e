"""Amazon Mechanical Turk, by its own library."""
