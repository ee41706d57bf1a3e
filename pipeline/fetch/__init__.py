"""Fetches recordings of Zoom, Teams and Meet into an inbox, with the user's own credentials; never a part of a run."""

from pipeline.fetch.credentials import read_credentials
from pipeline.fetch.fetch_recordings import FetchOptions, FetchReport, fetch_recordings

__all__ = ["FetchOptions", "FetchReport", "fetch_recordings", "read_credentials"]
