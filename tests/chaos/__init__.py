"""A campaign that must arrive although everything that carries it is killed, emptied, restarted, or refuses."""
