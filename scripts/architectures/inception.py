"""GoogLeNet and its successors: parallel branches joined along the channels."""
from .graph import Graph, image

# 1x1; 3x3 reduced, 3x3; 5x5 reduced, 5x5; after the pool. None: a pool between stages.
GOOGLENET = (
    ("3a", 64, 96, 128, 16, 32, 32), ("3b", 128, 128, 192, 32, 96, 64), ("pool3", None),
    ("4a", 192, 96, 208, 16, 48, 64), ("4b", 160, 112, 224, 24, 64, 64), ("4c", 128, 128, 256, 24, 64, 64),
    ("4d", 112, 144, 288, 32, 64, 64), ("4e", 256, 160, 320, 32, 128, 128), ("pool4", None),
    ("5a", 256, 160, 320, 32, 128, 128), ("5b", 384, 192, 384, 48, 128, 128),
)


def googlenet(original):
    """torchvision has batch normalisation, 3x3 filters where the paper has 5x5, and a 2x2 pool before 5a."""
    g = Graph()
    norm = {"bn": not original, "bias": original}
    t = g.conv("conv1", image(3, 224), 64, 7, 2, 3, **norm)
    t = g.pool("pool1", t, 3, 2, 0, ceil=True)
    t = g.conv("conv2.reduce", t, 64, **norm)
    t = g.conv("conv2", t, 192, 3, 1, 1, **norm)
    t = g.pool("pool2", t, 3, 2, 0, ceil=True)
    for name, *widths in GOOGLENET:
        if widths == [None]:
            r = 2 if name == "pool4" and not original else 3
            t = g.pool(name, t, r, 2, 0, ceil=True)
            continue
        one, reduce3, three, reduce5, five, project = widths
        a = g.conv(f"{name}.1x1", t, one, **norm)
        b = g.conv(f"{name}.3x3_reduce", t, reduce3, **norm)
        b = g.conv(f"{name}.3x3", b, three, 3, 1, 1, **norm)
        c = g.conv(f"{name}.5x5_reduce", t, reduce5, **norm)
        c = g.conv(f"{name}.5x5", c, five, *((5, 1, 2) if original else (3, 1, 1)), **norm)
        d = g.pool(f"{name}.pool", t, 3, 1, 1)
        d = g.conv(f"{name}.pool_proj", d, project, **norm)
        t = g.concat(f"{name}.concat", a, b, c, d)
    g.linear("fc", g.global_pool("avgpool", t), 1000)
    return g


class Mixed:
    """A block of branches. A branch is a list of steps: (k, height, width[, stride, padding]) or a pool."""

    def __init__(self, g, name, t):
        self.g, self.name, self.input, self.count = g, name, t, 0

    def run(self, steps, t=None):
        t = t or self.input
        for step in steps:
            name = f"{self.name}.{self.count}"
            self.count += 1
            if step == "avg":
                t = self.g.pool(f"{name}.pool", t, 3, 1, 1, "avg")
            elif step == "max":
                t = self.g.pool(f"{name}.pool", t, 3, 2, "valid")
            else:
                k, r, s, stride, padding = step if len(step) == 5 else (*step, 1, "same")
                t = self.g.conv(f"{name}.{r}x{s}", t, k, r, stride, padding, s)
        return t

    def join(self, *branches):
        """Each branch is steps, or a tensor that is there already."""
        parts = [self.run(b) if isinstance(b, list) else b for b in branches]
        return self.g.concat(f"{self.name}.concat", *parts)


def reduce(k):
    """A 3x3 convolution that halves the map."""
    return (k, 3, 3, 2, "valid")


def fork(block, steps, k):
    """Two filters of k outputs, wide and high, over the end of one branch."""
    t = block.run(steps)
    return block.run([(k, 1, 3)], t), block.run([(k, 3, 1)], t)


def inception_v3():
    g = Graph()
    t = g.conv("1a", image(3, 299), 32, 3, 2, "valid")
    t = g.conv("2a", t, 32, 3, 1, "valid")
    t = g.conv("2b", t, 64, 3, 1, 1)
    t = g.pool("3a", t, 3, 2, "valid")
    t = g.conv("3b", t, 80)
    t = g.conv("4a", t, 192, 3, 1, "valid")
    t = g.pool("5a", t, 3, 2, "valid")
    for name, pooled in (("5b", 32), ("5c", 64), ("5d", 64)):
        t = Mixed(g, name, t).join([(64, 1, 1)], [(48, 1, 1), (64, 5, 5)], [(64, 1, 1), (96, 3, 3), (96, 3, 3)],
                                   ["avg", (pooled, 1, 1)])
    t = Mixed(g, "6a", t).join([reduce(384)], [(64, 1, 1), (96, 3, 3), reduce(96)], ["max"])
    for name, k in (("6b", 128), ("6c", 160), ("6d", 160), ("6e", 192)):
        t = Mixed(g, name, t).join([(192, 1, 1)], [(k, 1, 1), (k, 1, 7), (192, 7, 1)],
                                   [(k, 1, 1), (k, 7, 1), (k, 1, 7), (k, 7, 1), (192, 1, 7)], ["avg", (192, 1, 1)])
    t = Mixed(g, "7a", t).join([(192, 1, 1), reduce(320)],
                               [(192, 1, 1), (192, 1, 7), (192, 7, 1), reduce(192)], ["max"])
    for name in ("7b", "7c"):
        m = Mixed(g, name, t)
        first = m.run([(320, 1, 1)])
        parts = [first, *fork(m, [(384, 1, 1)], 384), *fork(m, [(448, 1, 1), (384, 3, 3)], 384)]
        t = m.join(*parts, ["avg", (192, 1, 1)])
    g.linear("fc", g.global_pool("avgpool", t), 1000)
    return g


def inception_v4_stem(g):
    t = g.conv("1a", image(3, 299), 32, 3, 2, "valid")
    t = g.conv("2a", t, 32, 3, 1, "valid")
    t = g.conv("2b", t, 64, 3, 1, 1)
    t = Mixed(g, "3a", t).join(["max"], [reduce(96)])
    t = Mixed(g, "4a", t).join([(64, 1, 1), (96, 3, 3, 1, "valid")],
                               [(64, 1, 1), (64, 1, 7), (64, 7, 1), (96, 3, 3, 1, "valid")])
    return Mixed(g, "5a", t).join([reduce(192)], ["max"])


def inception_v4():
    g = Graph()
    t = inception_v4_stem(g)
    for i in range(4):
        t = Mixed(g, f"a{i}", t).join([(96, 1, 1)], [(64, 1, 1), (96, 3, 3)], [(64, 1, 1), (96, 3, 3), (96, 3, 3)],
                                      ["avg", (96, 1, 1)])
    t = Mixed(g, "reduce_a", t).join([reduce(384)], [(192, 1, 1), (224, 3, 3), reduce(256)], ["max"])
    for i in range(7):
        t = Mixed(g, f"b{i}", t).join([(384, 1, 1)], [(192, 1, 1), (224, 1, 7), (256, 7, 1)],
                                      [(192, 1, 1), (192, 7, 1), (224, 1, 7), (224, 7, 1), (256, 1, 7)],
                                      ["avg", (128, 1, 1)])
    t = Mixed(g, "reduce_b", t).join([(192, 1, 1), reduce(192)],
                                     [(256, 1, 1), (256, 1, 7), (320, 7, 1), reduce(320)], ["max"])
    for i in range(3):
        m = Mixed(g, f"c{i}", t)
        first = m.run([(256, 1, 1)])
        parts = [first, *fork(m, [(384, 1, 1)], 256), *fork(m, [(384, 1, 1), (448, 3, 1), (512, 1, 3)], 256)]
        t = m.join(*parts, ["avg", (256, 1, 1)])
    g.linear("fc", g.global_pool("avgpool", t), 1000)
    return g


MODELS = {
    "googlenet_torchvision": ("GoogLeNet-torchvision", lambda: googlenet(False), "Szegedy et al., arXiv 1409.4842, as torchvision has it, without auxiliary heads"),
    "googlenet_original": ("GoogLeNet-original", lambda: googlenet(True), "Szegedy et al., arXiv 1409.4842, without auxiliary heads"),
    "inception_v3": ("InceptionV3", inception_v3, "Szegedy et al., arXiv 1512.00567, as torchvision has it, without auxiliary head"),
    "inception_v4": ("InceptionV4", inception_v4, "Szegedy et al., arXiv 1602.07261"),
}
