"""The pages that attendees read: server-rendered, whole without JavaScript."""
