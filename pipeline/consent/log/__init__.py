"""The consent store: the chained log of events, people, notice deliveries, decisions and agreements."""
