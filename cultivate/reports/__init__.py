"""Counts as tables, workbooks and pictures, for letters and downloads. pandas and matplotlib live here."""
