"""What every paper's folder must keep to, as rules with advice: asked by `claimcheck check` and by the test suite alike."""
