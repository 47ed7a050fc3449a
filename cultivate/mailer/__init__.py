"""Mail: letters rendered, messages built, the way to the server. What is sent when is the outbox's business."""
