"""All that matters of a firm on one page, for a visit: ``content`` gathers it, ``paper`` lays it out for a PDF.

The page of the browser shows the same content, so that what is printed and what is sent cannot differ.
"""
