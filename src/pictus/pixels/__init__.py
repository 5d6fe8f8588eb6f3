"""Encoded pictures of strangers to the pictures that are wanted: looked at first, upright, of their size."""
