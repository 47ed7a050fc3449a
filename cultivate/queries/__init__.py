"""Every read: scoped, ordered, returned as plain values."""
