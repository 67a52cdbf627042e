"""Where participants come from: recruiters, their submissions, and what is paid."""
