"""What an operator wants to know when, or before, something is wrong: each check finds, and says what to do."""
