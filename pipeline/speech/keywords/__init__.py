"""The search of the sound for known names and terms: a loop of phones, and a second recognition beside windows."""
