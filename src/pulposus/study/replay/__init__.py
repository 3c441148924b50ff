"""Published experiments run again: cases, set-ups, verdicts and what they amount to."""
