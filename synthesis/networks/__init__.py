"""Networks that metamers can be made for: how they are declared, found, built and read as graphs."""
