"""Prolific: its interface over HTTP, its webhooks, its signed addresses."""
