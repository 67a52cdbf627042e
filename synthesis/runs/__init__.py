"""A run: from a spec's plan, by way of tasks and a journal, to a finished and checked bundle."""
