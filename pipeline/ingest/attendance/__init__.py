"""Lists of participants as platforms write them, and the stays on the session's clock that they say."""
