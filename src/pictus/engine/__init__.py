"""Runs shard work: each task is a plain function that writes one shard and gives its receipt."""
