"""The update of `fast` is Adam's, item by item."""

import torch

from synthesis.optimise.recipes import Fast


def _adam(recipe, picture, gradients):
    """Adam written out for one picture, with the rate that falls in a straight line."""
    mean, square = torch.zeros_like(picture), torch.zeros_like(picture)
    for step, gradient in enumerate(gradients):
        mean = recipe.beta1 * mean + (1 - recipe.beta1) * gradient
        square = recipe.beta2 * square + (1 - recipe.beta2) * gradient**2
        rate = recipe.learning_rate * (1 - step / recipe.max_steps)
        fair_mean = mean / (1 - recipe.beta1 ** (step + 1))
        fair_square = square / (1 - recipe.beta2 ** (step + 1))
        picture = (picture - rate * fair_mean / (fair_square.sqrt() + 1e-12)).clip(0, 1)
    return picture


def test_each_item_takes_the_steps_of_plain_adam():
    recipe = Fast()
    torch.manual_seed(0)
    pictures = torch.rand(2, 3, 8, 8)
    # Items differ in size and in the steps that they have done, and some pixels have no gradient at all.
    gradients = torch.randn(9, 2, 3, 8, 8) * torch.tensor([1e-5, 10.0]).view(2, 1, 1, 1)
    gradients[..., 0] = 0
    first, state = pictures[:1], recipe.new_state(pictures[:1])
    for step in range(4):
        first = recipe.update(first, gradients[step, :1], state, torch.tensor([step]))
    both = torch.cat([first, pictures[1:]])
    state = {name: torch.cat([value, torch.zeros_like(value)]) for name, value in state.items()}
    for step in range(4, 9):
        both = recipe.update(both, gradients[step], state, torch.tensor([step, step - 4]))
    torch.testing.assert_close(both[0], _adam(recipe, pictures[0], gradients[:, 0]), rtol=0, atol=1e-6)
    torch.testing.assert_close(both[1], _adam(recipe, pictures[1], gradients[4:, 1]), rtol=0, atol=1e-6)


def test_the_iterates_that_are_given_stay_as_they_are():
    inputs = torch.full((1, 3, 4, 4), 0.5)
    Fast().update(inputs, torch.ones_like(inputs), Fast().new_state(inputs), torch.tensor([0]))
    assert (inputs == 0.5).all()
