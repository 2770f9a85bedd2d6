"""The whole story of a reception without a browser: `tiepdan rehearse`. Measured, checked, and reported."""
