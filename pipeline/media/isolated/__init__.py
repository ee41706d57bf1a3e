"""Programs that read files from outside, apart in a child with limits; they import nothing else of ours."""
