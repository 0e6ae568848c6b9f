"""Where mail comes in: a listener for mail servers, or a mailbox that is read. Both keep what comes, and no more."""
