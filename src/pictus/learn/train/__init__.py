"""Train: steps of rows go through a model, and what was learned stands on the disk whatever happens."""
