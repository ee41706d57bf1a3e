"""The whole consent store as one file, and back."""
