"""Our workloads in PyTorch, in the forms that its users would write; the fastest is timed. See contender.ts for the talk."""

import json
import math
import os
import sys
import time
from array import array

import torch
from torch import nn

torch.set_num_threads(1)
device = os.environ.get("COMPACT_RNN_DEVICE", "cpu")


def read_arrays(job):
    values = array("f")
    with open(job["file"], "rb") as file:
        values.frombytes(file.read())
    flat = torch.tensor(values)
    arrays = {}
    for name, entry in job["arrays"].items():
        size = math.prod(entry["shape"])
        arrays[name] = flat[entry["offset"] : entry["offset"] + size].reshape(entry["shape"]).to(device, copy=True)
    return arrays


def lstm_steps(wx, factors, bias, h, c):
    """One layer from its input products [T, B, 4H]; U is the product of the transposed factors, applied in order."""
    gates = wx + bias
    outputs = []
    for t in range(wx.shape[0]):
        a = h
        for factor in factors[:-1]:
            a = a @ factor
        i, f, g, o = torch.addmm(gates[t], a, factors[-1]).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), h, c


@torch.jit.script
def cell(a, c):
    i, f, g, o = a.chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@torch.jit.script
def lstm_scripted(wx, factors: list[torch.Tensor], bias, h, c):
    gates = wx + bias
    outputs: list[torch.Tensor] = []
    for t in range(wx.shape[0]):
        a = h
        for k in range(len(factors) - 1):
            a = a @ factors[k]
        h, c = cell(torch.addmm(gates[t], a, factors[len(factors) - 1]), c)
        outputs.append(h)
    return torch.stack(outputs), h, c


class Factored(nn.Module):
    """An LSTM layer whose two matrices are products of factors."""

    def __init__(self, arrays, prefix, scripted):
        super().__init__()
        names = {place: ["weight"] if f"{prefix}.{place}.weight" in arrays else ["v", "u"] for place in ("input", "recurrent")}
        for place, parts in names.items():
            setattr(self, place, nn.ParameterList(nn.Parameter(arrays[f"{prefix}.{place}.{part}"]) for part in parts))
        self.bias = nn.Parameter(arrays[f"{prefix}.bias"])
        self.steps = lstm_scripted if scripted else lstm_steps

    def forward(self, x, state=None):
        for factor in self.input:
            x = x @ factor.t()
        hidden = x.shape[2] // 4
        h, c = (x.new_zeros(x.shape[1], hidden),) * 2 if state is None else state
        y, h, c = self.steps(x, [factor.t() for factor in self.recurrent], self.bias, h, c)
        return y, (h, c)


class Library(nn.Module):
    """A dense layer as PyTorch has it; of its two biases one stays zero, since ours has one."""

    def __init__(self, arrays, prefix):
        super().__init__()
        weight, recurrent = arrays[f"{prefix}.input.weight"], arrays[f"{prefix}.recurrent.weight"]
        self.lstm = nn.LSTM(weight.shape[1], recurrent.shape[1])
        with torch.no_grad():
            self.lstm.weight_ih_l0.copy_(weight)
            self.lstm.weight_hh_l0.copy_(recurrent)
            self.lstm.bias_ih_l0.copy_(arrays[f"{prefix}.bias"])
            self.lstm.bias_hh_l0.zero_()
        self.lstm.bias_hh_l0.requires_grad_(False)

    def forward(self, x, state=None):
        return self.lstm(x, None if state is None else tuple(s.unsqueeze(0) for s in state))


class ToeplitzLike(nn.Module):
    """½ Σ Z₁(g) Z₋₁(J h) for each gate: a skew-circulant product, then a circulant one, by torch.fft."""

    def __init__(self, generators):
        super().__init__()
        self.generators = nn.Parameter(generators)
        n = generators.shape[3]
        self.register_buffer("twist", torch.exp(-1j * math.pi * torch.arange(n) / n))

    def spectra(self):
        g, h = self.generators[:, 0], self.generators[:, 1]
        return torch.fft.rfft(0.5 * g), torch.fft.fft(self.twist * h.flip(-1))

    def apply_to(self, x, spectra, out_size):
        """x [rows, in] → [rows, gates · out_size]."""
        g, h = spectra
        n = self.twist.shape[0]
        if x.shape[1] < n:
            x = nn.functional.pad(x, (0, n - x.shape[1]))
        inner = torch.fft.fft(self.twist * x)[:, None, None] * h
        inner = (torch.fft.ifft(inner) * self.twist.conj()).real
        y = torch.fft.irfft((torch.fft.rfft(inner) * g).sum(2), n)
        return y[..., :out_size].reshape(x.shape[0], -1)


class ToeplitzLikeLayer(nn.Module):
    def __init__(self, arrays, prefix):
        super().__init__()
        self.input = ToeplitzLike(arrays[f"{prefix}.input.generators"])
        self.recurrent = ToeplitzLike(arrays[f"{prefix}.recurrent.generators"])
        self.bias = nn.Parameter(arrays[f"{prefix}.bias"])

    def forward(self, x):
        time_steps, batch, _ = x.shape
        hidden = self.bias.shape[0] // 4
        wx = self.input.apply_to(x.reshape(time_steps * batch, -1), self.input.spectra(), hidden)
        gates = wx.reshape(time_steps, batch, -1) + self.bias
        spectra = self.recurrent.spectra()
        h = c = x.new_zeros(batch, hidden)
        outputs = []
        for t in range(time_steps):
            h, c = cell(gates[t] + self.recurrent.apply_to(h, spectra, hidden), c)
            outputs.append(h)
        return torch.stack(outputs), (h, c)


class Model(nn.Module):
    def __init__(self, arrays, layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.head = nn.Linear(*reversed(arrays["head.weight"].shape))
        with torch.no_grad():
            self.head.weight.copy_(arrays["head.weight"])
            self.head.bias.copy_(arrays["head.bias"])

    def forward(self, x, states=None):
        after = []
        for i, layer in enumerate(self.layers):
            x, state = layer(x) if states is None else layer(x, states[i])
            after.append(state)
        return self.head(x), after


def forms_of(job):
    """Makers of a layer, by the name of the form."""
    if job["variant"] == "toeplitzLike":
        return {"torch.fft": ToeplitzLikeLayer}
    forms = {
        "eager": lambda arrays, prefix: Factored(arrays, prefix, False),
        "jit.script": lambda arrays, prefix: Factored(arrays, prefix, True),
    }
    if job["variant"] == "dense":
        forms["nn.LSTM"] = Library
    return forms


def training_step(job, arrays, make, fused):
    workload = job["workload"]
    model = Model(arrays, [make(arrays, f"layers.{i}") for i in range(workload["layers"])]).to(device)
    parameters = [p for p in model.parameters() if p.requires_grad]
    kind = torch.optim.Adam if workload["task"] == "adam" else torch.optim.SGD
    optimizer = kind(parameters, lr=job["learningRate"], foreach=fused)
    x, classes = arrays["x"], torch.tensor(job["classes"], device=device)

    def step():
        optimizer.zero_grad(set_to_none=True)
        y, _ = model(x)
        loss = nn.functional.cross_entropy(y.flatten(0, 1), classes)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def streaming_step(job, arrays, make):
    workload = job["workload"]
    model = Model(arrays, [make(arrays, f"layers.{i}") for i in range(workload["layers"])]).eval()
    size = (workload["batch"], workload["hidden"])
    states = [(torch.zeros(size), torch.zeros(size)) for _ in model.layers]
    x = arrays["x"]

    def step():
        nonlocal states
        with torch.inference_mode():
            y, states = model(x, states)
            states = [tuple(s.reshape(size) for s in state) for state in states]
            return y.sum().item()

    return step


def prepare(job):
    """The fastest form's step, made anew so that it begins from the first weights."""

    def build(form, fused):
        arrays = read_arrays(job)
        make = forms_of(job)[form]
        if job["workload"]["task"] == "stream":
            return streaming_step(job, arrays, make)
        return training_step(job, arrays, make, fused)

    best, chosen = math.inf, None
    fusing = [False] if job["workload"]["task"] == "stream" else [False, True]
    for form in forms_of(job):
        for fused in fusing:
            step = build(form, fused)
            for _ in range(4):  # the script compiler specialises in its first calls
                step()
            taken = min(timed(step)[0] for _ in range(5))
            if taken < best:
                best, chosen = taken, (form, fused)
    return build(*chosen), chosen[0] + (", foreach" if chosen[1] else "")


def timed(step):
    wall, cpu = time.perf_counter(), time.process_time()
    step()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def say(answer):
    print(json.dumps(answer), flush=True)


step = None
for line in sys.stdin:
    try:
        question = json.loads(line)
        if "steps" in question:
            times = [timed(step) for _ in range(question["steps"])]
            say({"wall": [t[0] for t in times], "cpu": [t[1] for t in times]})
        else:
            step, form = prepare(question)
            say({"losses": [step() for _ in range(question["checked"])], "form": form})
    except Exception as error:  # whatever it is, the other side shall hear of it
        say({"error": f"{type(error).__name__}: {error}"})
