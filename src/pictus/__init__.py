"""pictus: from annotated pictures to instruction data one can trust.

What stands here is the public interface; everything else may change between versions.
"""

__version__ = "0.1.0"
