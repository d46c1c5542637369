"""The nouns: states, money, times, and the schemas of the frames that travel. No disk, clock, network or screen."""
