"""Blend corpora: choose rows, work out the order in which a stage sees them, and make conversations of captions."""
