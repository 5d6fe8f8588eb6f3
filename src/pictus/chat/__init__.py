"""The chat-completions protocol, which every model is asked in: requests, replies, faults and the wire."""
