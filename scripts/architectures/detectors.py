"""Networks that find objects; boxes are decoded and filtered outside the network."""
from .graph import Graph, image
from .mobile import MOBILENET_V2, mobilenet_v1_features, mobilenet_v2_features
from .resnet import basic_block, stem


def ssd_mobilenet_v1():
    """As TensorFlow's object detection library has it, 91 classes; all predictors are 1x1."""
    g = Graph()
    head, middle = mobilenet_v1_features(g, image(3, 300), "same")
    maps, t = [middle, head], head
    for i, (squeezed, k) in enumerate(((256, 512), (128, 256), (128, 256), (64, 128))):
        t = g.conv(f"extra{i}.1x1", t, squeezed)
        t = g.conv(f"extra{i}.3x3", t, k, 3, 2, "same")
        maps.append(t)
    for i, t in enumerate(maps):
        anchors = 3 if i == 0 else 6
        for what, width in (("box", 4), ("cls", 91)):
            g.conv(f"{what}{i}", t, anchors * width, bn=False, bias=True)
    return g


def ssd_mobilenet_v2(lite):
    """As TensorFlow's object detection library has it, 91 classes; lite: depthwise predictors."""
    g = Graph()
    head, middle = mobilenet_v2_features(g, image(3, 300), "same")
    maps, t = [middle, head], head
    for i, (squeezed, k) in enumerate(((256, 512), (128, 256), (128, 256), (64, 128))):
        t = g.conv(f"extra{i}.1x1", t, squeezed)
        t = g.depthwise(f"extra{i}.dw", t, 3, 2)
        t = g.conv(f"extra{i}.pw", t, k)
        maps.append(t)
    for i, t in enumerate(maps):
        anchors = 3 if i == 0 else 6
        for what, width in (("box", 4), ("cls", 91)):
            u = g.depthwise(f"{what}{i}.dw", t) if lite else t
            g.conv(f"{what}{i}", u, anchors * width, 1 if lite else 3, bn=False, bias=True)
    return g


def ssd_resnet34():
    """ResNet34 without its last stage and with no stride in the third; predictors with stride 3; 81 classes."""
    g = Graph()
    t = stem(g, image(3, 1200))
    for stage, (count, stride) in enumerate(((3, 1), (4, 2), (6, 1))):
        for i in range(count):
            t = basic_block(g, f"layer{stage + 1}.{i}", t, 64 << stage, 1 if i else stride)
    maps = [t]
    extras = ((256, 512, 2, 1), (256, 512, 2, 1), (128, 256, 2, 1), (128, 256, 2, "valid"), (128, 256, 1, "valid"))
    for i, (squeezed, k, stride, padding) in enumerate(extras):
        t = g.conv(f"extra{i}.1x1", t, squeezed, bn=False, bias=True)
        t = g.conv(f"extra{i}.3x3", t, k, 3, stride, padding, bn=False, bias=True)
        maps.append(t)
    for i, (t, anchors) in enumerate(zip(maps, (4, 6, 6, 6, 4, 4))):
        for what, width in (("box", 4), ("cls", 81)):
            g.conv(f"{what}{i}", t, anchors * width, 3, 3, 1, bn=False, bias=True)
    return g


def yolov3_tiny():
    g = Graph()
    t = image(3, 416)
    fine = None
    for i in range(6):
        t = g.conv(f"conv{i}", t, 16 << i, 3, 1, 1)
        fine = t if i == 4 else fine
        t = g.pool(f"pool{i}", t, 2, 2 if i < 5 else 1)
    t = g.conv("conv6", t, 1024, 3, 1, 1)
    t = g.conv("conv7", t, 256)
    u = g.conv("conv8", t, 512, 3, 1, 1)
    g.conv("det0", u, 255, bn=False, bias=True)
    u = g.resize("up", g.conv("conv9", t, 128), 2)
    u = g.conv("conv10", g.concat("concat", u, fine), 256, 3, 1, 1)
    g.conv("det1", u, 255, bn=False, bias=True)
    return g


def pyramid_pool(g, name, t):
    """Three 5x5 pools after one another, and all four maps side by side."""
    k = t.c
    maps = [g.conv(f"{name}.cv1", t, k // 2)]
    for i in range(3):
        maps.append(g.pool(f"{name}.pool{i}", maps[-1], 5, 1, 2))
    return g.conv(f"{name}.cv2", g.concat(f"{name}.concat", *maps), k)


def c3(g, name, t, k, count, shortcut=True):
    """One branch of bottlenecks beside a plain one (YOLOv5)."""
    start = t
    t = g.conv(f"{name}.cv1", t, k // 2)
    for i in range(count):
        u = g.conv(f"{name}.{i}.cv1", t, k // 2)
        u = g.conv(f"{name}.{i}.cv2", u, k // 2, 3, 1, 1)
        t = g.add_up(f"{name}.{i}.add", u, t) if shortcut else u
    side = g.conv(f"{name}.cv2", start, k // 2)
    return g.conv(f"{name}.cv3", g.concat(f"{name}.concat", t, side), k)


def c2f(g, name, t, k, count, shortcut=True):
    """All intermediate maps of a row of bottlenecks side by side (YOLOv8)."""
    t = g.conv(f"{name}.cv1", t, k)
    maps = [g.split(f"{name}.left", t, k // 2), g.split(f"{name}.right", t, k // 2)]
    for i in range(count):
        u = g.conv(f"{name}.{i}.cv1", maps[-1], k // 2, 3, 1, 1)
        u = g.conv(f"{name}.{i}.cv2", u, k // 2, 3, 1, 1)
        maps.append(g.add_up(f"{name}.{i}.add", u, maps[-1]) if shortcut else u)
    return g.conv(f"{name}.cv2", g.concat(f"{name}.concat", *maps), k)


def backbone(g, t, block, width, counts):
    """The maps at 1/8, 1/16 and 1/32."""
    maps = []
    for i, count in enumerate(counts):
        t = g.conv(f"down{i + 2}", t, width << (i + 1), 3, 2, 1)
        t = block(g, f"stage{i + 2}", t, width << (i + 1), count)
        maps.append(t)
    return maps[1], maps[2], pyramid_pool(g, "sppf", t)


def yolov5s():
    g = Graph()
    t = g.conv("stem", image(3, 640), 32, 6, 2, 2)
    p3, p4, p5 = backbone(g, t, c3, 32, (1, 2, 3, 1))
    a = g.conv("neck5", p5, 256)
    t = c3(g, "up4", g.concat("up4.in", g.resize("up4.resize", a, 2), p4), 256, 1, False)
    b = g.conv("neck4", t, 128)
    p3 = c3(g, "up3", g.concat("up3.in", g.resize("up3.resize", b, 2), p3), 128, 1, False)
    p4 = c3(g, "out4", g.concat("out4.in", g.conv("out4.down", p3, 128, 3, 2, 1), b), 256, 1, False)
    p5 = c3(g, "out5", g.concat("out5.in", g.conv("out5.down", p4, 256, 3, 2, 1), a), 512, 1, False)
    for i, t in enumerate((p3, p4, p5), 3):
        g.conv(f"detect{i}", t, 255, bn=False, bias=True)
    return g


def yolov8_head(g, i, t):
    """Box sides as distributions over 16 bins, and 80 classes."""
    u = g.conv(f"box{i}.0", t, 64, 3, 1, 1)
    u = g.conv(f"box{i}.1", u, 64, 3, 1, 1)
    box = g.conv(f"box{i}.2", u, 64, bn=False, bias=True)
    u = g.conv(f"cls{i}.0", t, 80, 3, 1, 1)
    u = g.conv(f"cls{i}.1", u, 80, 3, 1, 1)
    g.conv(f"cls{i}.2", u, 80, bn=False, bias=True)
    return box


def yolov8n():
    g = Graph()
    t = g.conv("stem", image(3, 640), 16, 3, 2, 1)
    p3, p4, p5 = backbone(g, t, c2f, 16, (1, 2, 2, 1))
    n4 = c2f(g, "up4", g.concat("up4.in", g.resize("up4.resize", p5, 2), p4), 128, 1, False)
    n3 = c2f(g, "up3", g.concat("up3.in", g.resize("up3.resize", n4, 2), p3), 64, 1, False)
    n4 = c2f(g, "out4", g.concat("out4.in", g.conv("out4.down", n3, 64, 3, 2, 1), n4), 128, 1, False)
    n5 = c2f(g, "out5", g.concat("out5.in", g.conv("out5.down", n4, 128, 3, 2, 1), p5), 256, 1, False)
    boxes = [yolov8_head(g, i, t) for i, t in enumerate((n3, n4, n5), 3)]
    cells = sum(box.y * box.x for box in boxes)
    rows = [g.reshape(f"box{i}.bins", box, 16, 4, box.y * box.x) for i, box in enumerate(boxes, 3)]
    t = g.add("bins", "concat", rows, {"c": 16, "y": 4, "x": cells}, 16, 4, cells)
    t = g.add("bins.softmax", "softmax", [t], t.shape(), 16, 4, cells)
    g.conv("bins.mean", t, 1, bn=False)
    return g


MODELS = {
    "ssd_mobilenet_v1_300": ("SSD-MobileNetV1-300", ssd_mobilenet_v1, "Howard et al., MobileNets, arXiv 1704.04861; Liu et al., SSD, arXiv 1512.02325; TensorFlow object detection, COCO; MLPerf Inference's small object detector"),
    "ssd_mobilenet_v2_300": ("SSD-MobileNetV2-300", lambda: ssd_mobilenet_v2(False), MOBILENET_V2 + "; Liu et al., SSD, arXiv 1512.02325; TensorFlow object detection, COCO"),
    "ssdlite_mobilenet_v2_300": ("SSDLite-MobileNetV2-300", lambda: ssd_mobilenet_v2(True), MOBILENET_V2 + "; TensorFlow object detection, COCO"),
    "ssd_resnet34_1200": ("SSD-ResNet34-1200", ssd_resnet34, "Reddi et al., MLPerf Inference, arXiv 1911.02549: its large object detector"),
    "yolov3_tiny": ("YOLOv3-tiny", yolov3_tiny, "Redmon, Farhadi, YOLOv3, arXiv 1804.02767; darknet's yolov3-tiny, COCO"),
    "yolov5s": ("YOLOv5s", yolov5s, "Jocher et al., YOLOv5 release 6.0, 640x640, COCO"),
    "yolov8n": ("YOLOv8n", yolov8n, "Jocher et al., Ultralytics YOLOv8, 640x640, COCO"),
}
