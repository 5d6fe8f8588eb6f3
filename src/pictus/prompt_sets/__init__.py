"""Prompt sets: how facts become messages for a model, and how its answer becomes turns."""
