"""The pages of a study at its recruiter."""
