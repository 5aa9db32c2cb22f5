// Replaced as the target lands.
