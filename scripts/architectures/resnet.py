"""Residual and densely connected networks."""
from .graph import Graph, image

RESNET = "He et al., Deep Residual Learning, arXiv 1512.03385; stride on the 3x3 convolution as torchvision has it (v1.5)"


def basic_block(g, name, t, k, stride):
    """Two 3x3 convolutions beside a shortcut."""
    u = g.conv(f"{name}.conv1", t, k, 3, stride, 1)
    u = g.conv(f"{name}.conv2", u, k, 3, 1, 1)
    if stride != 1 or t.c != k:
        t = g.conv(f"{name}.down", t, k, 1, stride, "valid")
    return g.add_up(f"{name}.add", u, t)


def bottleneck(g, name, t, k, stride):
    u = g.conv(f"{name}.conv1", t, k)
    u = g.conv(f"{name}.conv2", u, k, 3, stride, 1)
    u = g.conv(f"{name}.conv3", u, 4 * k)
    if stride != 1 or t.c != 4 * k:
        t = g.conv(f"{name}.down", t, 4 * k, 1, stride, "valid")
    return g.add_up(f"{name}.add", u, t)


def stem(g, t):
    t = g.conv("conv1", t, 64, 7, 2, 3)
    return g.pool("maxpool", t, 3, 2, 1)


def resnet(block, counts):
    g = Graph()
    t = stem(g, image(3, 224))
    for stage, count in enumerate(counts):
        for i in range(count):
            t = block(g, f"layer{stage + 1}.{i}", t, 64 << stage, 2 if stage and not i else 1)
    g.linear("fc", g.global_pool("avgpool", t), 1000)
    return g


def densenet121():
    g = Graph()
    t = stem(g, image(3, 224))
    for block, count in enumerate((6, 12, 24, 16), 1):
        for i in range(count):
            name = f"block{block}.{i}"
            u = g.norm(f"{name}.norm", t)
            u = g.conv(f"{name}.conv1", u, 128)
            u = g.conv(f"{name}.conv2", u, 32, 3, 1, 1, bn=False)
            t = g.concat(f"{name}.concat", t, u)
        if block < 4:
            t = g.norm(f"transition{block}.norm", t)
            t = g.conv(f"transition{block}.conv", t, t.c // 2, bn=False)
            t = g.pool(f"transition{block}.pool", t, 2, 2, "valid", "avg")
    t = g.norm("norm", t)
    g.linear("fc", g.global_pool("avgpool", t), 1000)
    return g


MODELS = {
    "resnet18": ("ResNet18", lambda: resnet(basic_block, (2, 2, 2, 2)), RESNET),
    "resnet34": ("ResNet34", lambda: resnet(basic_block, (3, 4, 6, 3)), RESNET),
    "resnet50": ("ResNet50-v1.5", lambda: resnet(bottleneck, (3, 4, 6, 3)), RESNET),
    "resnet101": ("ResNet101-v1.5", lambda: resnet(bottleneck, (3, 4, 23, 3)), RESNET),
    "densenet121": ("DenseNet121", densenet121, "Huang et al., DenseNet, arXiv 1608.06993, as torchvision has it"),
}
