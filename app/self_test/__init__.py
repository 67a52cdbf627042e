"""The page on which a laboratory tests a computer: how exactly it shows pictures and plays sounds."""
