"""What is measured of answers: recognition, confusion, consistency, difficulty, exclusions."""
