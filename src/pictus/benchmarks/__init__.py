"""Benchmarks: one file for each, with its official score."""
