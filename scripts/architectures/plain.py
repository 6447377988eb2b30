"""Networks that are, or nearly are, chains of convolutions."""
from .graph import Graph, image

VGG = "Simonyan, Zisserman, arXiv 1409.1556, as torchvision has it"


def vgg(stages):
    g = Graph()
    t = image(3, 224)
    index = 0
    for stage, (count, k) in enumerate(zip(stages, (64, 128, 256, 512, 512))):
        for _ in range(count):
            t = g.conv(f"conv{index}", t, k, 3, 1, 1, bn=False, bias=True)
            index += 1
        t = g.pool(f"pool{stage}", t, 2, 2, "valid")
    classifier(g, t)
    return g


def classifier(g, t):
    for i, k in enumerate((4096, 4096, 1000), 6):
        t = g.linear(f"fc{i}", t, k)


def alexnet_torchvision():
    g = Graph()
    t = g.conv("conv1", image(3, 224), 64, 11, 4, 2, bn=False, bias=True)
    t = g.pool("pool1", t, 3, 2, "valid")
    t = g.conv("conv2", t, 192, 5, 1, 2, bn=False, bias=True)
    t = g.pool("pool2", t, 3, 2, "valid")
    for i, k in ((3, 384), (4, 256), (5, 256)):
        t = g.conv(f"conv{i}", t, k, 3, 1, 1, bn=False, bias=True)
    classifier(g, g.pool("pool5", t, 3, 2, "valid"))
    return g


def alexnet_caffe():
    """The grouped network of two GPUs; local response normalisation runs with the convolution before it."""
    g = Graph()
    t = g.conv("conv1", image(3, 227), 96, 11, 4, "valid", bn=False, bias=True)
    t = g.pool("pool1", t, 3, 2, "valid")
    t = g.conv("conv2", t, 256, 5, 1, 2, groups=2, bn=False, bias=True)
    t = g.pool("pool2", t, 3, 2, "valid")
    for i, k, groups in ((3, 384, 1), (4, 384, 2), (5, 256, 2)):
        t = g.conv(f"conv{i}", t, k, 3, 1, 1, groups=groups, bn=False, bias=True)
    classifier(g, g.pool("pool5", t, 3, 2, "valid"))
    return g


def squeezenet1_1():
    g = Graph()
    t = g.conv("conv1", image(3, 224), 64, 3, 2, "valid", bn=False, bias=True)
    t = g.pool("pool1", t, 3, 2, 0, ceil=True)
    fires = (16, 16, "pool3", 32, 32, "pool5", 48, 48, 64, 64)
    number = 2
    for squeeze in fires:
        if isinstance(squeeze, str):
            t = g.pool(squeeze, t, 3, 2, 0, ceil=True)
            continue
        name = f"fire{number}"
        number += 1
        t = g.conv(f"{name}.squeeze", t, squeeze, bn=False, bias=True)
        a = g.conv(f"{name}.expand1x1", t, 4 * squeeze, bn=False, bias=True)
        b = g.conv(f"{name}.expand3x3", t, 4 * squeeze, 3, 1, 1, bn=False, bias=True)
        t = g.concat(f"{name}.concat", a, b)
    t = g.conv("conv10", t, 1000, bn=False, bias=True)
    g.global_pool("avgpool", t)
    return g


def unet(size, channels, padding):
    """The expanding path sees the contracting one, cropped where maps shrink at every convolution."""
    g = Graph()
    t = image(channels, size)
    kept = []

    def double(name, t, k):
        for i in (1, 2):
            t = g.conv(f"{name}.{i}", t, k, 3, 1, padding, bn=False, bias=True)
        return t

    for level in range(5):
        t = double(f"down{level}", t, 64 << level)
        if level < 4:
            kept.append(t)
            t = g.pool(f"down{level}.pool", t, 2, 2, "valid")
    for level in reversed(range(4)):
        t = g.up_conv(f"up{level}.conv", t, 64 << level, 2)
        skip = kept[level]
        if skip.y != t.y:
            skip = g.crop(f"up{level}.crop", skip, t.y, t.x)
        t = double(f"up{level}", g.concat(f"up{level}.concat", skip, t), 64 << level)
    g.conv("out", t, 2, bn=False, bias=True)
    return g


MODELS = {
    "alexnet_torchvision": ("AlexNet-torchvision", alexnet_torchvision, "Krizhevsky, arXiv 1404.5997, as torchvision has it"),
    "alexnet_caffe": ("AlexNet-Caffe", alexnet_caffe, "Krizhevsky et al., NIPS 2012, as Caffe's bvlc_alexnet has it"),
    "vgg11": ("VGG11", lambda: vgg((1, 1, 2, 2, 2)), VGG),
    "vgg16": ("VGG16", lambda: vgg((2, 2, 3, 3, 3)), VGG),
    "vgg19": ("VGG19", lambda: vgg((2, 2, 4, 4, 4)), VGG),
    "squeezenet1_1": ("SqueezeNet1.1", squeezenet1_1, "Iandola et al., arXiv 1602.07360, version 1.1 as torchvision has it"),
    "unet_572_valid": ("U-Net-572-valid", lambda: unet(572, 1, "valid"), "Ronneberger et al., U-Net, arXiv 1505.04597"),
    "unet_512_padded": ("U-Net-512-pad", lambda: unet(512, 3, 1), "Ronneberger et al., U-Net, arXiv 1505.04597, with padded convolutions and three input channels"),
}
