"""Networks of depthwise convolutions, for telephones."""
from .graph import Graph, image

MOBILENET_V2 = "Sandler et al., MobileNetV2, arXiv 1801.04381"
# output channels, repetitions, stride; the first block does not expand
V2_STAGES = ((16, 1, 1), (24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1))


def rounded(width, divisor=8):
    """To a multiple of the divisor, and not down by more than a tenth."""
    result = max(divisor, int(width + divisor / 2) // divisor * divisor)
    return result + divisor if result < 0.9 * width else result


def mobilenet_v1():
    g = Graph()
    t, _ = mobilenet_v1_features(g, image(3, 224))
    g.linear("fc", g.global_pool("avgpool", t), 1000)
    return g


def mobilenet_v1_features(g, t, padding=1):
    """The last map, and the last one of stride 16, which detectors look at."""
    t = g.conv("conv0", t, 32, 3, 2, padding)
    middle = None
    widths = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
    for i, k in enumerate(widths):
        middle = t if i == 11 else middle
        t = g.depthwise(f"block{i}.dw", t, 3, 2 if i in (1, 3, 5, 11) else 1, padding)
        t = g.conv(f"block{i}.pw", t, k)
    return t, middle


def mobilenet_v2_features(g, t, padding=1):
    """The last map, and the expansion of the first block of stage 160, which detectors look at."""
    t = g.conv("conv0", t, 32, 3, 2, padding)
    middle = None
    for k, count, stride in V2_STAGES:
        for i in range(count):
            name, start = f"{k}.{i}", t
            if k > 16:
                t = g.conv(f"{name}.exp", t, 6 * t.c)
                middle = t if name == "160.0" else middle
            t = g.depthwise(f"{name}.dw", t, 3, stride if i == 0 else 1, padding)
            t = g.conv(f"{name}.proj", t, k)
            if i:
                t = g.add_up(f"{name}.add", t, start)
    return g.conv("head", t, 1280), middle


def mobilenet_v2():
    g = Graph()
    t, _ = mobilenet_v2_features(g, image(3, 224))
    g.linear("fc", g.global_pool("avgpool", t), 1000)
    return g


def squeeze_excite(g, name, t, squeezed):
    """Channels are weighted by what two small layers make of their means."""
    u = g.global_pool(f"{name}.se.pool", t)
    u = g.conv(f"{name}.se.reduce", u, squeezed, bn=False, bias=True)
    u = g.conv(f"{name}.se.expand", u, t.c, bn=False, bias=True)
    return g.scale(f"{name}.se.scale", t, u)


def inverted_residual(g, name, t, r, expanded, k, stride, squeezed):
    start = t
    if expanded != t.c:
        t = g.conv(f"{name}.exp", t, expanded)
    t = g.depthwise(f"{name}.dw", t, r, stride, r // 2)
    if squeezed:
        t = squeeze_excite(g, name, t, squeezed)
    t = g.conv(f"{name}.proj", t, k)
    return g.add_up(f"{name}.add", t, start) if stride == 1 and start.c == k else t


# filter, expanded, output, squeeze-and-excitation, stride
V3_LARGE = ((3, 16, 16, 0, 1), (3, 64, 24, 0, 2), (3, 72, 24, 0, 1), (5, 72, 40, 1, 2), (5, 120, 40, 1, 1),
            (5, 120, 40, 1, 1), (3, 240, 80, 0, 2), (3, 200, 80, 0, 1), (3, 184, 80, 0, 1), (3, 184, 80, 0, 1),
            (3, 480, 112, 1, 1), (3, 672, 112, 1, 1), (5, 672, 160, 1, 2), (5, 960, 160, 1, 1), (5, 960, 160, 1, 1))
V3_SMALL = ((3, 16, 16, 1, 2), (3, 72, 24, 0, 2), (3, 88, 24, 0, 1), (5, 96, 40, 1, 2), (5, 240, 40, 1, 1),
            (5, 240, 40, 1, 1), (5, 120, 48, 1, 1), (5, 144, 48, 1, 1), (5, 288, 96, 1, 2), (5, 576, 96, 1, 1),
            (5, 576, 96, 1, 1))


def mobilenet_v3(blocks, last):
    g = Graph()
    t = g.conv("conv0", image(3, 224), 16, 3, 2, 1)
    for i, (r, expanded, k, se, stride) in enumerate(blocks):
        t = inverted_residual(g, f"block{i}", t, r, expanded, k, stride, rounded(expanded / 4) if se else 0)
    t = g.conv("head", t, 6 * t.c)
    t = g.linear("fc1", g.global_pool("avgpool", t), last)
    g.linear("fc2", t, 1000)
    return g


def efficientnet_b0():
    g = Graph()
    t = g.conv("stem", image(3, 224), 32, 3, 2, 1)
    # expansion, filter, stride, output, repetitions
    stages = ((1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3),
              (6, 5, 2, 192, 4), (6, 3, 1, 320, 1))
    for stage, (expansion, r, stride, k, count) in enumerate(stages, 1):
        for i in range(count):
            t = inverted_residual(g, f"stage{stage}.{i}", t, r, expansion * t.c, k, stride if i == 0 else 1, t.c // 4)
    t = g.conv("head", t, 1280)
    g.linear("fc", g.global_pool("avgpool", t), 1000)
    return g


def shuffle(g, name, left, right):
    t = g.concat(f"{name}.concat", left, right)
    return g.reshape(f"{name}.shuffle", t, t.c, t.y, t.x)


def shufflenet_v2():
    g = Graph()
    t = g.conv("conv1", image(3, 224), 24, 3, 2, 1)
    t = g.pool("maxpool", t, 3, 2, 1)
    for stage, (count, k) in enumerate(((4, 116), (8, 232), (4, 464)), 2):
        half = k // 2
        for i in range(count):
            name = f"stage{stage}.{i}"
            if i == 0:
                left = g.conv(f"{name}.left.pw", g.depthwise(f"{name}.left.dw", t, 3, 2, 1), half)
                right = t
            else:
                left = g.split(f"{name}.left", t, half)
                right = g.split(f"{name}.right", t, half)
            right = g.conv(f"{name}.pw1", right, half)
            right = g.depthwise(f"{name}.dw", right, 3, 1 if i else 2, 1)
            right = g.conv(f"{name}.pw2", right, half)
            t = shuffle(g, name, left, right)
    t = g.conv("conv5", t, 1024)
    g.linear("fc", g.global_pool("avgpool", t), 1000)
    return g


V3 = "Howard et al., MobileNetV3, arXiv 1905.02244, as torchvision has it"
MODELS = {
    "mobilenet_v1": ("MobileNetV1", mobilenet_v1, "Howard et al., MobileNets, arXiv 1704.04861"),
    "mobilenet_v2": ("MobileNetV2", mobilenet_v2, MOBILENET_V2),
    "mobilenet_v3_small": ("MobileNetV3-small", lambda: mobilenet_v3(V3_SMALL, 1024), V3),
    "mobilenet_v3_large": ("MobileNetV3-large", lambda: mobilenet_v3(V3_LARGE, 1280), V3),
    "efficientnet_b0": ("EfficientNet-B0", efficientnet_b0, "Tan, Le, EfficientNet, arXiv 1905.11946"),
    "shufflenet_v2_x1_0": ("ShuffleNetV2-x1.0", shufflenet_v2, "Ma et al., ShuffleNet V2, arXiv 1807.11164"),
}
