"""A small drawn world with exact annotations, and the whole way of the data through it."""
