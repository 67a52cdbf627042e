"""What is done with an uploaded file in a process of its own: it is decoded, measured and written anew."""
