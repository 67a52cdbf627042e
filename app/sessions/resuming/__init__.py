"""Who runs a session: one page at a time, and what becomes of a session that was left."""
