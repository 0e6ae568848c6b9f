"""Against programs that register, and against whoever wants to learn who did: docs/abuse.md says what and why."""
