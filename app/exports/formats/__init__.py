"""The formats that a study's trials leave the program in, one module each; `registry` knows all."""
