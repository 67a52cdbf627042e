"""What both programs share: errors, files, YAML and CSV from anybody, how charts look, and stopping."""
