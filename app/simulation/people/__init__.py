"""The kinds of simulated participants: how they answer, how they go through a session, over which network."""
