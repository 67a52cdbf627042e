"""The session of a participant: what comes next, its trials, their answers, its end."""
