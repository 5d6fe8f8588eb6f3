"""Streams of rows from the files that datasets come in, each row with its place."""
