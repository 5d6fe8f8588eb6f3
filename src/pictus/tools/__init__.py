"""What a function-calling record may call: tools with their schemas, and results worked out from facts."""
