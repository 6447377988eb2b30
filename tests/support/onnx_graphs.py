"""ONNX graphs for golden/import.py, and what must come of them. Needs python3-onnx."""
import json

import numpy
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT


def weight(name, *shape):
    return numpy_helper.from_array(numpy.ones(shape, numpy.float32), name)


def model(nodes, inputs, outputs, weights, opset=13, producer="test"):
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info(n, FLOAT, s) for n, s in inputs.items()],
        [helper.make_tensor_value_info(n, FLOAT, s) for n, s in outputs.items()], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, producer_name=producer)


def norm(prefix, channels):
    return [weight(f"{prefix}.{p}", channels) for p in ("scale", "shift", "mean", "var")]


def residual_cnn():
    """Two convolutions with normalisation, a shortcut around the second, a classifier."""
    node = helper.make_node
    bn = lambda p: [f"{p}.{q}" for q in ("scale", "shift", "mean", "var")]
    nodes = [
        node("Conv", ["x", "w1"], ["c1"], name="conv1", pads=[1, 1, 1, 1], strides=[2, 2], kernel_shape=[3, 3]),
        node("BatchNormalization", ["c1"] + bn("n1"), ["b1"], name="bn1"), node("Relu", ["b1"], ["r1"], name="relu1"),
        node("Conv", ["r1", "w2"], ["c2"], name="conv2", pads=[1, 1, 1, 1]),
        node("BatchNormalization", ["c2"] + bn("n2"), ["b2"], name="bn2"),
        node("Add", ["b2", "r1"], ["s"], name="shortcut"), node("Relu", ["s"], ["r2"], name="relu2"),
        node("GlobalAveragePool", ["r2"], ["p"], name="pool"), node("Flatten", ["p"], ["f"], name="flatten"),
        node("Gemm", ["f", "w3", "bias"], ["y"], name="fc", transB=1),
    ]
    weights = [weight("w1", 16, 3, 3, 3), *norm("n1", 16), weight("w2", 16, 16, 3, 3), *norm("n2", 16), weight("w3", 10, 16), weight("bias", 10)]
    return model(nodes, {"x": [1, 3, 32, 32]}, {"y": [1, 10]}, weights)


RESIDUAL_CNN = {  # name: op, MACs, parameters, bytes in, bytes out, inputs
    "conv1": ("conv2d", 16 * 16 * 16 * 27, 432 + 32, 4 * 3 * 32 * 32, 4 * 16 * 256, {}),
    "conv2": ("conv2d", 16 * 16 * 16 * 144, 2304 + 32, 4 * 16 * 256, 4 * 16 * 256, {"conv1": None}),
    "shortcut": ("elementwise", 0, 0, 4 * 2 * 16 * 256, 4 * 16 * 256, {"conv2": None, "conv1": None}),
    "pool": ("avg_pool", 0, 0, 4 * 16 * 256, 4 * 16, {"shortcut": None}),
    "fc": ("linear", 160, 170, 4 * 16, 4 * 10, {"pool": None}),
}


def attention(tokens=16, width=64, heads=4):
    """Multi-head attention with a residual and normalisation; the shape of one reshape is computed from x."""
    node = helper.make_node
    each = width // heads
    nodes, weights = [], []
    nodes += [node("Shape", ["x"], ["shape"]), node("Gather", ["shape", "zero"], ["batch"], axis=0),
              node("Unsqueeze", ["batch", "axis0"], ["batch1"]), node("Concat", ["batch1", "tail"], ["split_shape"], axis=0)]
    weights += [numpy_helper.from_array(numpy.array(0, numpy.int64), "zero"), numpy_helper.from_array(numpy.array([0], numpy.int64), "axis0"),
                numpy_helper.from_array(numpy.array([tokens, heads, each], numpy.int64), "tail"),
                numpy_helper.from_array(numpy.array([0, 0, width], numpy.int64), "join_shape"),
                numpy_helper.from_array(numpy.array(4.0, numpy.float32), "root")]
    for p in "qkv":
        nodes += [node("MatMul", ["x", f"w{p}"], [f"{p}0"], name=p), node("Add", [f"b{p}", f"{p}0"], [f"{p}1"], name=f"{p}.bias"),
                  node("Reshape", [f"{p}1", "split_shape"], [f"{p}2"], name=f"{p}.split"),
                  node("Transpose", [f"{p}2"], [f"{p}3"], name=f"{p}.t", perm=[0, 2, 3, 1] if p == "k" else [0, 2, 1, 3])]
        weights += [weight(f"w{p}", width, width), weight(f"b{p}", width)]
    nodes += [node("MatMul", ["q3", "k3"], ["a0"], name="scores"), node("Div", ["a0", "root"], ["a1"], name="scale"),
              node("Softmax", ["a1"], ["a2"], name="softmax", axis=-1), node("MatMul", ["a2", "v3"], ["o0"], name="mix"),
              node("Transpose", ["o0"], ["o1"], name="join.t", perm=[0, 2, 1, 3]), node("Reshape", ["o1", "join_shape"], ["o2"], name="join"),
              node("MatMul", ["o2", "wo"], ["o3"], name="out"), node("Add", ["o3", "x"], ["o4"], name="residual"),
              node("LayerNormalization", ["o4", "g", "h"], ["y"], name="norm", axis=-1)]
    weights += [weight("wo", width, width), weight("g", width), weight("h", width)]
    return model(nodes, {"x": ["batch", tokens, width]}, {"y": ["batch", tokens, width]}, weights, opset=17)


def attention_expected(batch=2, tokens=16, width=64, heads=4):
    full, scores = 4 * batch * tokens * width, 4 * batch * heads * tokens * tokens
    project, product = batch * tokens * width * width, batch * heads * tokens * tokens * (width // heads)
    layers = {}
    for p in "qkv":
        layers[p] = ("linear", project, width * width + width, full, full, {})
        layers[f"{p}.t"] = ("reshape", 0, 0, full, full, {p: None})
    layers.update({
        "scores": ("matmul", product, 0, 2 * full, scores, {"q.t": None, "k.t": None}),
        "scale": ("elementwise", 0, 0, scores, scores, {"scores": None}),
        "softmax": ("softmax", 0, 0, scores, scores, {"scale": None}),
        "mix": ("matmul", product, 0, scores + full, full, {"softmax": None, "v.t": None}),
        "join.t": ("reshape", 0, 0, full, full, {"mix": None}),
        "out": ("linear", project, width * width, full, full, {"join.t": None}),
        "residual": ("elementwise", 0, 0, 2 * full, full, {"out": None}),
        "norm": ("normalization", 0, 2 * width, full, full, {"residual": None}),
    })
    return layers


def depthwise_net():
    """Depthwise and pointwise convolution with clipped activations, a split of the channels, symbolic batch."""
    node = helper.make_node
    nodes = [
        node("Conv", ["x", "wd", "bd"], ["d"], name="dw", group=8, strides=[2, 2], pads=[0, 0, 1, 1], kernel_shape=[3, 3]),
        node("Clip", ["d", "low", "high"], ["d6"], name="dw.relu6"),
        node("Conv", ["d6", "wp"], ["p"], name="pw"), node("Sigmoid", ["p"], ["g"], name="gate"), node("Mul", ["p", "g"], ["s"], name="silu"),
        node("Split", ["s"], ["left", "right"], name="split", axis=1),
        node("Add", ["left", "right"], ["y"], name="sum"),
    ]
    weights = [weight("wd", 8, 1, 3, 3), weight("bd", 8), weight("wp", 16, 8, 1, 1), weight("low"), weight("high")]
    return model(nodes, {"x": ["N", 8, 16, 16]}, {"y": ["N", 8, 8, 8]}, weights)


DEPTHWISE_NET = {
    "dw": ("depthwise_conv2d", 4 * 64 * 8 * 9, 80, 4 * 4 * 8 * 256, 4 * 4 * 8 * 64, {}),
    "pw": ("conv2d", 4 * 64 * 8 * 16, 128, 4 * 4 * 8 * 64, 4 * 4 * 16 * 64, {"dw": None}),
    "split": ("split", 0, 0, 4 * 4 * 16 * 64, 4 * 4 * 16 * 64, {"pw": None}),
    "sum": ("elementwise", 0, 0, 4 * 4 * 16 * 64, 4 * 4 * 8 * 64, {"split": 2 * 4 * 4 * 8 * 64}),
}


def compare(name, layers, expected, check):
    check(name, [l["name"] for l in layers] == list(expected), [l["name"] for l in layers])
    for layer in layers:
        got = (layer["op"], layer["macs"], layer["params"], layer["input_bytes"], layer["output_bytes"],
               {i["from"]: i.get("bytes") for i in layer["inputs"]})
        check(name, got == expected.get(layer["name"]), f"{layer['name']} is {got}, not {expected.get(layer['name'])}")
        weights = 4 * layer["params"]
        check(name, layer["weight_bytes"] == weights, f"{layer['name']} has {layer['weight_bytes']} bytes of weights")


def check_graph(run, check, folder, name, proto, flags, expected, note):
    path, output = folder / f"{name}.onnx", folder / f"{name}.json"
    path.write_bytes(proto.SerializeToString())
    code, _, errors = run("import", "onnx", path, "-o", output, *flags)
    check(name, code == 0 and note in errors, f"exit {code}, {errors}")
    if code == 0:
        compare(name, json.loads(run("check", "--resolved", output)[1])["layers"], expected, check)
        again = run("import", "onnx", path, *flags)[1]
        check(name, again == output.read_text(), "is not the same twice")


def check_refused(run, check, folder, name, proto, flags, text):
    path = folder / "refused.onnx"
    path.write_bytes(proto if isinstance(proto, bytes) else proto.SerializeToString())
    code, out, errors = run("import", "onnx", path, *flags)
    check(name, code == 2 and text in errors and not out and errors.count("\n") == 1, f"exit {code}, {errors}")


def check_damaged(run, check, folder, good, chance):
    """Cut off and changed anywhere: an error or a model, never a crash."""
    path = folder / "damaged.onnx"
    ends = sorted(chance.sample(range(len(good)), 40))
    cases = [good[:end] for end in ends]
    for _ in range(80):
        changed = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        cases.append(bytes(changed))
    refused = 0
    for number, case in enumerate(cases):
        path.write_bytes(case)
        code, _, errors = run("import", "onnx", path, "--dim", "N=4")
        check(f"damaged file {number}", code in (0, 2) and (code == 0 or "damaged.onnx" in errors), f"exit {code}, {errors}")
        check(f"damaged file {number}", code == 2 or number >= len(ends), "a file that is cut off is accepted")
        refused += code == 2
    check("damaged files", refused >= len(ends), refused)


def check_all(run, check, folder, chance):
    check_graph(run, check, folder, "residual", residual_cnn(), [], RESIDUAL_CNN,
                "fused into the layer before: 2 BatchNormalization, 2 Relu")
    check_graph(run, check, folder, "attention", attention(), ["--dim", "batch=2"], attention_expected(), "3 Add")
    check_graph(run, check, folder, "depthwise", depthwise_net(), ["--dim", "N=4"], DEPTHWISE_NET, "1 Clip, 1 Mul, 1 Sigmoid")
    code, out, _ = run("import", "onnx", folder / "residual.onnx", "--no-fuse")
    check("--no-fuse", code == 0 and [l["name"] for l in json.loads(out)["layers"]] ==
          ["conv1", "bn1", "relu1", "conv2", "bn2", "shortcut", "relu2", "pool", "fc"], out)

    node = helper.make_node
    check_refused(run, check, folder, "no value", depthwise_net(), [], "symbolic dimensions have no value; give --dim N=N")
    check_refused(run, check, folder, "wrong name", depthwise_net(), ["--dim", "n=4"], 'did you mean "N"?')
    check_refused(run, check, folder, "no number", depthwise_net(), ["--dim", "N=four"], "--dim must be NAME=N")
    unknown = model([node("Foo", ["x"], ["a"], name="foo", domain="my"), node("Bar", ["a"], ["b"]), node("Relu", ["b"], ["y"])],
                    {"x": [1, 8]}, {"y": [1, 8]}, [])
    check_refused(run, check, folder, "unknown", unknown, [], "unknown operators: Bar (1), my.Foo (1)")
    check_refused(run, check, folder, "unknown shape", unknown, ["--allow-unknown"], "whose shape does not follow")
    for tensor in "ab":
        unknown.graph.value_info.append(helper.make_tensor_value_info(tensor, FLOAT, [1, 8]))
    path = folder / "unknown.onnx"
    path.write_bytes(unknown.SerializeToString())
    code, out, errors = run("import", "onnx", path, "--allow-unknown")
    check("allow unknown", code == 0 and [(l["op"], l.get("macs")) for l in json.loads(out)["layers"]][0] == ("Foo", None)
          and json.loads(out)["layers"][0]["output_bytes"] == 32, out + errors)

    twice = model([node("Relu", ["x"], ["y"]), node("Relu", ["x"], ["y"])], {"x": [1]}, {"y": [1]}, [])
    check_refused(run, check, folder, "twice", twice, [], "node 1 (Relu): puts out tensor \"y\", which is there already")
    cycle = model([node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"])], {"x": [1]}, {"b": [1]}, [])
    check_refused(run, check, folder, "cycle", cycle, [], "without cycles")
    nowhere = model([node("Relu", ["z"], ["y"])], {"x": [1]}, {"y": [1]}, [])
    check_refused(run, check, folder, "nowhere", nowhere, [], "which nothing puts out")
    stride = residual_cnn()
    next(a for a in stride.graph.node[0].attribute if a.name == "strides").ints[0] = 0
    check_refused(run, check, folder, "stride 0", stride, [], '"strides" must be at least 1')
    rank = model([node("Conv", ["x", "w"], ["y"])], {"x": [1, 8, 16, 16]}, {"y": ["?"]}, [weight("w", 1, 3, 3)])
    check_refused(run, check, folder, "weight of another rank", rank, [], "refused.onnx")  # the library crashes here
    good = residual_cnn().SerializeToString()
    check_refused(run, check, folder, "empty", b"", [], "is empty")
    check_refused(run, check, folder, "truncated", good[:-7], [], "byte ")
    check_refused(run, check, folder, "text", b"this is no model at all", [], "")

    # Weights are neither read nor needed: those of a file elsewhere, and large ones.
    outside = residual_cnn()
    outside.graph.initializer[0].ClearField("raw_data")
    outside.graph.initializer[0].data_location = TensorProto.EXTERNAL
    entry = outside.graph.initializer[0].external_data.add()
    entry.key, entry.value = "location", "nowhere.bin"
    check_graph(run, check, folder, "outside", outside, [], RESIDUAL_CNN, "fused")
    check_damaged(run, check, folder, depthwise_net().SerializeToString(), chance)
