"""A network under construction: layers in file order, and the shapes that flow between them.

A convolution with batch_norm has a scale and a shift per channel besides its weights; activation functions run with
the layer before them and are no layers of their own.
"""
import json
import math


class Tensor:
    """What a layer puts out: c channels of y by x, or n tokens of c features."""

    def __init__(self, layer, c, y=1, x=1, n=1):
        self.layer, self.c, self.y, self.x, self.n = layer, c, y, x, n

    def shape(self):
        return {"n": self.n, "c": self.c, "y": self.y, "x": self.x}


def image(c, y, x=None):
    """The input of a network; no layer produces it."""
    return Tensor(None, c, y, x or y)


class Graph:
    def __init__(self):
        self.layers = []
        self._names = set()

    def add(self, name, op, sources, dims, c, y=1, x=1, n=1, **more):
        """A layer; `more` are fields besides its dimensions. Sources without a layer are the network's input."""
        if name in self._names:
            raise ValueError(f"layer {name} exists already")
        layer = {"name": name, "op": op}
        inputs = []
        for source in sources:
            if source.layer and source.layer not in inputs:
                inputs.append(source.layer)
        if inputs != ([self.layers[-1]["name"]] if self.layers else []):
            layer["inputs"] = inputs
        layer["dims"] = {key: value for key, value in dims.items() if not self._is_default(key, value)}
        layer.update(more)
        self.layers.append(layer)
        self._names.add(name)
        return Tensor(name, c, y, x, n)

    @staticmethod
    def _is_default(key, value):
        """Of a dimension. True is equal to 1 in Python, but is no default; padding and a given output size never are."""
        return value is None or value is False or (value is not True and value == 1 and key not in ("padding", "p", "q"))

    @staticmethod
    def _reduced(size, filter_size, stride, padding, dilation=1):
        if padding == "same":
            return math.ceil(size / stride)
        around = 0 if padding == "valid" else 2 * padding
        return (size + around - dilation * (filter_size - 1) - 1) // stride + 1

    def conv(self, name, t, k, r=1, stride=1, padding="same", s=None, groups=1, bn=True, bias=False):
        """A convolution. A height and a width of filter that differ take padding "same" or "valid"."""
        s = s or r
        y, x = (self._reduced(size, f, stride, padding) for size, f in ((t.y, r), (t.x, s)))
        dims = {**t.shape(), "k": k, "r": r, "s": s, "stride": stride, "groups": groups,
                "padding": None if padding == "same" else padding, "batch_norm": bn, "bias": bias}
        return self.add(name, "conv2d", [t], dims, k, y, x)

    def depthwise(self, name, t, r=3, stride=1, padding="same", bn=True, bias=False):
        y, x = (self._reduced(size, r, stride, padding) for size in (t.y, t.x))
        dims = {**t.shape(), "r": r, "s": r, "stride": stride,
                "padding": None if padding == "same" else padding, "batch_norm": bn, "bias": bias}
        return self.add(name, "depthwise_conv2d", [t], dims, t.c, y, x)

    def up_conv(self, name, t, k, r, bias=True):
        """A transposed convolution whose filter is as large as its stride."""
        dims = {**t.shape(), "k": k, "r": r, "s": r, "stride": r, "bias": bias}
        return self.add(name, "transposed_conv2d", [t], dims, k, t.y * r, t.x * r)

    def pool(self, name, t, r, stride, padding="same", kind="max", ceil=False):
        """Pooling; with `ceil`, windows that stick out of the map count too."""
        if ceil:
            y, x = (-(-(size + 2 * padding - r) // stride) + 1 for size in (t.y, t.x))
        else:
            y, x = (self._reduced(size, r, stride, padding) for size in (t.y, t.x))
        dims = {**t.shape(), "r": r, "s": r, "stride": stride, "padding": None if padding == "same" else padding}
        if dims["padding"] == 0:
            dims["padding"] = "valid"
        if ceil:
            dims.update(p=y, q=x)
        return self.add(name, f"{kind}_pool", [t], dims, t.c, y, x)

    def global_pool(self, name, t):
        dims = {**t.shape(), "r": t.y, "s": t.x, "padding": "valid"}
        return self.add(name, "avg_pool", [t], dims, t.c)

    def linear(self, name, t, k, bias=True, **more):
        """Of each token; of a map, all its elements are features of one token."""
        c = t.c * t.y * t.x
        return self.add(name, "linear", [t], {"n": t.n, "c": c, "k": k, "bias": bias}, k, n=t.n, **more)

    def matmul(self, name, sources, batch, rows, inner, columns, out):
        """`batch` products of rows x inner with inner x columns; `out` is the shape that follows."""
        dims = {"n": batch, "y": rows, "c": inner, "k": columns}
        return self.add(name, "matmul", sources, dims, out[0], n=out[1])

    def softmax(self, name, t, batch, rows, columns, **more):
        return self.add(name, "softmax", [t], {"n": batch, "y": rows, "c": columns}, t.c, n=t.n, **more)

    def norm(self, name, t):
        return self.add(name, "normalization", [t], t.shape(), t.c, t.y, t.x, t.n)

    def add_up(self, name, *sources, **more):
        """The sum, or any other elementwise function, of tensors of one shape."""
        t = sources[0]
        dims = {**t.shape(), "operands": len(sources)}
        return self.add(name, "elementwise", sources, dims, t.c, t.y, t.x, t.n, **more)

    def scale(self, name, t, factors):
        """Each channel times its factor; the factors are too few to count among the operands."""
        return self.add(name, "elementwise", [t, factors], t.shape(), t.c, t.y, t.x, t.n)

    def concat(self, name, *sources):
        """Along the channels."""
        t = sources[0]
        c = sum(source.c for source in sources)
        return self.add(name, "concat", sources, {**t.shape(), "c": c}, c, t.y, t.x, t.n)

    def split(self, name, t, k):
        """The first, or the last, k of the channels."""
        return self.add(name, "split", [t], {**t.shape(), "k": k}, k, t.y, t.x, t.n)

    def crop(self, name, t, y, x):
        """The middle of a map."""
        return self.add(name, "split", [t], {**t.shape(), "k": t.c, "p": y, "q": x}, t.c, y, x)

    def reshape(self, name, t, c, y=1, x=1, n=1):
        """The same elements in another order or shape."""
        return self.add(name, "reshape", [t], t.shape(), c, y, x, n)

    def resize(self, name, t, factor):
        y, x = t.y * factor, t.x * factor
        return self.add(name, "resize", [t], {**t.shape(), "p": y, "q": x}, t.c, y, x)

    def embedding(self, name, tokens, rows, width):
        return self.add(name, "embedding", [], {"n": tokens, "c": rows, "k": width}, width, n=tokens)


def model_text(name, description, source, precision, layers):
    """The model file: one compact layer per line."""
    head = {"$schema": "../model.schema.json", "format": 1, "name": name, "description": description,
            "source": source, "precision": precision}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    rows = ",\n".join("    " + json.dumps(layer) for layer in layers)
    return "{\n" + "\n".join(lines) + '\n  "layers": [\n' + rows + "\n  ]\n}\n"
