"""Faces in pictures: the arithmetic around the network, and the network itself where it was pulled."""
