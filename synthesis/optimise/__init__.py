"""From noise to a metamer: objectives, recipes, and the batch that they are applied to."""
