"""Networks of attention."""
from .graph import Graph, Tensor, image


def attend(g, name, query, key, value, width, heads):
    """Every head's scores, their softmax, and the weighted values. The tensors may be one packed projection."""
    rows, columns, inner = query.n, key.n, width // heads
    sources = [query] if query is key else [query, key]
    t = g.matmul(f"{name}.qk", sources, heads, rows, inner, columns, (heads * columns, rows))
    t = g.softmax(f"{name}.softmax", t, heads, rows, columns)
    return g.matmul(f"{name}.av", [t, value], heads, rows, columns, inner, (width, rows))


def feed_forward(g, name, t):
    return g.linear(f"{name}.fc2", g.linear(f"{name}.fc1", t, 4 * t.c), t.c)


def bert(tokens, width, depth):
    g = Graph()
    words = g.embedding("embedding.word", tokens, 30522, width)
    places = g.embedding("embedding.position", tokens, 512, width)
    kinds = g.embedding("embedding.type", tokens, 2, width)
    t = g.norm("embedding.norm", g.add_up("embedding.add", words, places, kinds))
    for i in range(depth):
        q, k, v = (g.linear(f"{i}.{part}", t, width) for part in "qkv")
        u = g.linear(f"{i}.out", attend(g, f"{i}", q, k, v, width, width // 64), width)
        t = g.norm(f"{i}.norm1", g.add_up(f"{i}.add1", u, t))
        t = g.norm(f"{i}.norm2", g.add_up(f"{i}.add2", feed_forward(g, f"{i}", t), t))
    g.linear("pooler", Tensor(t.layer, width), width)
    return g


def packed_block(g, name, t, heads):
    """Normalisation first, one projection for query, key and value."""
    u = g.linear(f"{name}.qkv", g.norm(f"{name}.norm1", t), 3 * t.c)
    u = g.linear(f"{name}.proj", attend(g, name, u, u, u, t.c, heads), t.c)
    t = g.add_up(f"{name}.add1", u, t)
    return g.add_up(f"{name}.add2", feed_forward(g, name, g.norm(f"{name}.norm2", t)), t)


def vit_b_16():
    g = Graph()
    t = g.conv("patch", image(3, 224), 768, 16, 16, "valid", bn=False, bias=True)
    t = g.reshape("tokens", t, 768, n=196)
    # The class token and 197 learned positions.
    t = Tensor(t.layer, 768, n=197)
    t = g.add_up("position", t, params=768 + 197 * 768)
    for i in range(12):
        t = packed_block(g, f"{i}", t, 12)
    t = g.norm("norm", t)
    g.linear("fc", Tensor(t.layer, 768), 1000)
    return g


def gpt2_small(tokens):
    g = Graph()
    words = g.embedding("embedding.word", tokens, 50257, 768)
    places = g.embedding("embedding.position", tokens, 1024, 768)
    t = g.add_up("embedding.add", words, places)
    for i in range(12):
        t = packed_block(g, f"{i}", t, 12)
    t = g.norm("norm", t)
    # Its weights are those of embedding.word.
    g.linear("lm_head", t, 50257, bias=False, params=0)
    return g


def swin_block(g, name, t, heads, side):
    """Attention inside windows of 7x7, each head with a table of 13x13 biases by relative position."""
    windows, c, n = (side // 7) ** 2, t.c, t.n
    u = g.norm(f"{name}.norm1", t)
    u = g.reshape(f"{name}.windows", u, c, n=n)
    u = g.linear(f"{name}.qkv", u, 3 * c)
    u = g.matmul(f"{name}.qk", [u], windows * heads, 49, c // heads, 49, (heads * 49, n))
    qkv = Tensor(f"{name}.qkv", 3 * c, n=n)
    u = g.softmax(f"{name}.softmax", u, windows * heads, 49, 49, params=169 * heads)
    u = g.matmul(f"{name}.av", [u, qkv], windows * heads, 49, 49, c // heads, (c, n))
    u = g.linear(f"{name}.proj", u, c)
    t = g.add_up(f"{name}.add1", g.reshape(f"{name}.merge", u, c, n=n), t)
    return g.add_up(f"{name}.add2", feed_forward(g, name, g.norm(f"{name}.norm2", t)), t)


def swin_t():
    g = Graph()
    t = g.conv("patch", image(3, 224), 96, 4, 4, "valid", bn=False, bias=True)
    t = g.norm("patch.norm", g.reshape("tokens", t, 96, n=56 * 56))
    side = 56
    for stage, (depth, heads) in enumerate(((2, 3), (2, 6), (6, 12), (2, 24)), 1):
        if stage > 1:
            t = g.reshape(f"merge{stage}.gather", t, 4 * t.c, n=t.n // 4)
            t = g.norm(f"merge{stage}.norm", t)
            t = g.linear(f"merge{stage}", t, t.c // 2, bias=False)
            side //= 2
        for i in range(depth):
            t = swin_block(g, f"stage{stage}.{i}", t, heads, side)
    t = g.norm("norm", t)
    t = g.global_pool("avgpool", Tensor(t.layer, t.c, side, side))
    g.linear("fc", t, 1000)
    return g


def whisper_attention(g, name, t, source):
    """Of t to source, with a residual; keys have no bias."""
    u = g.norm(f"{name}.norm", t)
    source = source or u
    q = g.linear(f"{name}.q", u, t.c)
    k = g.linear(f"{name}.k", source, t.c, bias=False)
    v = g.linear(f"{name}.v", source, t.c)
    u = g.linear(f"{name}.out", attend(g, name, q, k, v, t.c, t.c // 64), t.c)
    return g.add_up(f"{name}.add", u, t)


def whisper_tiny(tokens):
    """Encoder over 30 s of sound, decoder over so many tokens at once, without a cache of keys and values."""
    g = Graph()

    def mlp(name, t):
        return g.add_up(f"{name}.add", feed_forward(g, name, g.norm(f"{name}.norm", t)), t)

    sound = g.conv("encoder.conv1", Tensor(None, 80, 1, 3000), 384, 1, s=3, bn=False, bias=True)
    dims = {**sound.shape(), "k": 384, "s": 3, "stride": 2, "bias": True}
    t = g.add("encoder.conv2", "conv2d", [sound], dims, 384, 1, 1500)
    t = g.reshape("encoder.frames", t, 384, n=1500)
    t = g.add_up("encoder.position", t, params=1500 * 384)
    for i in range(4):
        t = whisper_attention(g, f"encoder.{i}.self", t, None)
        t = mlp(f"encoder.{i}.mlp", t)
    frames = g.norm("encoder.norm", t)
    words = g.embedding("decoder.word", tokens, 51865, 384)
    places = g.embedding("decoder.position", tokens, 448, 384)
    t = g.add_up("decoder.add", words, places)
    for i in range(4):
        t = whisper_attention(g, f"decoder.{i}.self", t, None)
        t = whisper_attention(g, f"decoder.{i}.cross", t, frames)
        t = mlp(f"decoder.{i}.mlp", t)
    t = g.norm("decoder.norm", t)
    # Its weights are those of decoder.word.
    g.linear("lm_head", t, 51865, bias=False, params=0)
    return g


BERT = "Devlin et al., BERT, arXiv 1810.04805; with pooler, without language model head"
GPT2 = "Radford et al., Language Models are Unsupervised Multitask Learners, 2019; with language model head, all tokens at once"
WHISPER = "Radford et al., Whisper, arXiv 2212.04356; multilingual tiny"
MODELS = {
    "bert_base_128": ("BERT-base-128", lambda: bert(128, 768, 12), BERT),
    "bert_base_384": ("BERT-base-384", lambda: bert(384, 768, 12), BERT),
    "bert_large_128": ("BERT-large-128", lambda: bert(128, 1024, 24), BERT),
    "bert_large_384": ("BERT-large-384", lambda: bert(384, 1024, 24), BERT),
    "vit_b_16": ("ViT-B/16", vit_b_16, "Dosovitskiy et al., ViT, arXiv 2010.11929, as torchvision has it"),
    "swin_t": ("Swin-T", swin_t, "Liu et al., Swin Transformer, arXiv 2103.14030, as torchvision has it"),
    "gpt2_small_128": ("GPT-2-small-T128", lambda: gpt2_small(128), GPT2),
    "gpt2_small_1024": ("GPT-2-small-T1024", lambda: gpt2_small(1024), GPT2),
    "whisper_tiny_dec1": ("Whisper-tiny-dec1", lambda: whisper_tiny(1), WHISPER),
    "whisper_tiny_dec448": ("Whisper-tiny-dec448", lambda: whisper_tiny(448), WHISPER),
}
