"""Acquire: datasets by their names, and the pictures of rows by their addresses."""
