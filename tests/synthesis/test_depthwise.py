import pytest
import torch
from timm.layers import Conv2dSame
from torch import nn

from synthesis.optimise.depthwise import StridedDepthwise, _Convolution, is_strided_depthwise

CASES = [
    (kernel, stride, size, same)
    for kernel in (3, 5)
    for stride in (2, 3)
    for size in (12, 13)
    for same in (0, 1)
]


def depthwise(kernel, stride, same):
    torch.manual_seed(kernel + stride)
    if same:
        return Conv2dSame(4, 4, kernel, stride=stride, groups=4).requires_grad_(False)
    return nn.Conv2d(4, 4, kernel, stride=stride, padding=kernel // 2, groups=4).requires_grad_(False)


@pytest.mark.parametrize(("kernel", "stride", "size", "same"), CASES)
def test_value_and_gradient_equal_the_convolution_s(kernel, stride, size, same):
    conv = depthwise(kernel, stride, same)
    inputs = torch.randn(2, 4, size, size + 3).bfloat16().requires_grad_()
    outputs = StridedDepthwise(conv)(inputs)
    weights = torch.randn_like(outputs)
    (gradient,) = torch.autograd.grad(outputs, inputs, weights)
    exact_inputs = inputs.detach().float().requires_grad_()
    exact = conv(exact_inputs)
    (exact_gradient,) = torch.autograd.grad(exact, exact_inputs, weights.float())
    torch.testing.assert_close(outputs.float(), exact, rtol=0.02, atol=0.02)
    torch.testing.assert_close(gradient.float(), exact_gradient, rtol=0.02, atol=0.03)


def test_the_gradient_formula_is_exact_in_double_precision():
    inputs = torch.randn(1, 2, 7, 8, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 1, 3, 5, dtype=torch.float64)
    sides = ((0, 1), (2, 1))
    assert torch.autograd.gradcheck(lambda x: _Convolution.apply(x, weight, None, (2, 3), sides), inputs)


def test_float32_uses_the_library_s_own_convolution():
    conv = depthwise(3, 2, same=0)
    inputs = torch.randn(1, 4, 9, 9)
    assert torch.equal(StridedDepthwise(conv)(inputs), conv(inputs))


def test_only_strided_depthwise_convolutions_are_meant():
    assert is_strided_depthwise(depthwise(3, 2, same=1))
    assert not is_strided_depthwise(nn.Conv2d(4, 4, 3, groups=4))
    assert not is_strided_depthwise(nn.Conv2d(4, 4, 3, stride=2))
    assert not is_strided_depthwise(nn.Conv2d(4, 4, 3, stride=2, dilation=2, groups=4))
