"""What the two lists (register and pipeline) share: filters, columns, views beside them. No pages of its own."""
