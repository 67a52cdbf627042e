"""How sessions end: completed, screened out, expired, withdrawn."""
