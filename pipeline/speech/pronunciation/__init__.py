"""How names and words are said, as phones of the recogniser's dictionary."""
