"""Learn: from a blend to a trained vision-language model; the only folder that imports torch at the top of a file."""
