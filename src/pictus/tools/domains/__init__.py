"""One file per domain of tools; the file name is the name."""
