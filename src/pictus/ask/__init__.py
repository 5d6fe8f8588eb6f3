"""Many prompts to one model: journal, pace, retries, tokens and money; answers come out in the order of the prompts."""
