"""What participants are asked to do with a stimulus, one folder a task."""
