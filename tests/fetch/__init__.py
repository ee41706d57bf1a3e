"""Fetching, against a server process on loopback that speaks each platform's API as its public reference says."""
