"""The decision: a snapshot of the consent store in, an outcome for each participant, interval and purpose out."""
