"""The `plenary` command line, for those who run an installation."""
