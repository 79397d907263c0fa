"""From shift to shift: what is handed over, who completes it and who signs it."""
