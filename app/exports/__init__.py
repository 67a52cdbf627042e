"""What leaves the program as files: tables, figures and formats that other programs read."""
