"""Studies in the making: drafts that a form or a YAML text changes, their checks, trials and opening."""
