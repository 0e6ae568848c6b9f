"""Mail: how a message of the outbox becomes what its reader sees, and how it is handed to the mail server."""
