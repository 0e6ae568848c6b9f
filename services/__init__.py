"""What runs: one package for each process, none importing another."""
