"""Function calls: read from what a model wrote, and compared with what it should have called.

Nothing that a model wrote is ever run.
"""
