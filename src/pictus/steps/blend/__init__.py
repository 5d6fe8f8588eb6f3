"""Blend: what a stage of training is fed with, in which order, chosen and counted before a model is loaded."""

BLEND = "blend"  # in the folder of a training, the one of its blend
