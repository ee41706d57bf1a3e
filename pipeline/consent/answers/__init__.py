"""Answers of forms: tables are read, checked row by row and filed as events."""
