"""The verifier, measured: statements that hold and statements that were changed, over sets of other hands."""
