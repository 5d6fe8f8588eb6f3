"""One file per step: `plan` works out what would be done, `run` does it."""
