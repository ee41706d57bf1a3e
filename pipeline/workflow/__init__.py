"""What is done with a session between its stages, and every use case of a person: one function each, in its module."""
