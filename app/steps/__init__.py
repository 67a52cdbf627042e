"""What a session consists of: kinds of steps, one module each, and the course that is made of them."""
