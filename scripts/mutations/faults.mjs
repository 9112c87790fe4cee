/*
 * Faults to plant, one at a time: in `file`, the first `find` becomes `replace`; the tests of `test` whose names match `only`
 * must fail. Kinds are those of mistakes that people make in gradients.
 */

/** The tests of one op, which the registry generates. */
const op = (name) => ({ test: 'test/ops/registry.test.ts', only: `^op ${name} ` });
/** Those of a kernel against its reference. */
const kernel = (name) => ({ test: `test/kernels/${name}.test.ts` });
/** Those of fused sequences against their definitions. */
const sequence = (name) => ({ test: 'test/nn/sequences.test.ts', only: `^${name} ` });
const laws = (kind) => ({ test: 'test/maps/laws.test.ts', only: kind });
const testOf = (path, only) => ({ test: `test/${path}.test.ts`, only });

const inFile = (file, tests, faults) =>
  faults.map(([kind, find, replace, own = tests]) => ({ file, kind, find, replace, ...own }));

const ops = [
  ...inFile('src/ops/subtract.ts', op('subtract'), [
    ['sign', 'sumTo(negate(grad!), b.shape)', 'sumTo(grad!, b.shape)'],
  ]),
  ...inFile('src/ops/add.ts', op('add'), [
    ['factor', 'sumTo(grad!, b.shape)]', 'sumTo(add(grad!, grad!), b.shape)]'],
  ]),
  ...inFile('src/ops/multiply.ts', op('multiply'), [
    ['wrong operand', 'sumTo(multiply(grad!, b), a.shape)', 'sumTo(multiply(grad!, a), a.shape)'],
    ['missing term', 'needs[1] ? sumTo(multiply(grad!, a), b.shape) : null', 'null'],
  ]),
  ...inFile('src/ops/divide.ts', op('divide'), [
    [
      'sign',
      'sumTo(negate(divide(multiply(grad!, y), b)), b.shape)',
      'sumTo(divide(multiply(grad!, y), b), b.shape)',
    ],
    ['missing term', 'divide(multiply(grad!, y), b)', 'multiply(grad!, y)'],
  ]),
  ...inFile('src/ops/matmul.ts', op('matmul'), [
    ['transposed operand', 'matmul(g, b, { transposeB: !transposeB })', 'matmul(g, b, { transposeB })'],
    [
      'transposed operand',
      'matmul(g, a, { transposeA: true, transposeB: transposeA })',
      'matmul(g, a, { transposeA: true, transposeB: !transposeA })',
    ],
    [
      'wrong stride',
      'transposeB ? [1, b.shape[1]] : [b.shape[1], 1]',
      'transposeB ? [b.shape[1], 1] : [b.shape[1], 1]',
    ],
  ]),
  ...inFile('src/ops/softmax.ts', op('softmax'), [
    ['missing term', 'multiply(y, subtract(grad!, sum(multiply(grad!, y), LAST)))', 'multiply(y, grad!)'],
    ['wrong axis', 'const LAST = { axes: -1, keepDims: true }', 'const LAST = { axes: 0, keepDims: true }'],
    [
      'missing exponential',
      'multiply(exp(y), sum(grad!, LAST))',
      'multiply(y, sum(grad!, LAST))',
      op('logSoftmax'),
    ],
  ]),
  ...inFile('src/ops/tanhGrad.ts', op('tanhGrad'), [
    ['factor', 'multiply(dy, y)), -2)', 'multiply(dy, y)), -1)'],
  ]),
  ...inFile('src/ops/sigmoidGrad.ts', op('sigmoidGrad'), [
    ['sign', 'subtract(1, multiply(y, 2))', 'subtract(multiply(y, 2), 1)'],
  ]),
  ...inFile('src/ops/maximum.ts', op('m(ax|in)imum'), [
    [
      'wrong operand',
      "defineExtremum('maximum', (a, b) => step(subtract(a, b)))",
      "defineExtremum('maximum', (a, b) => step(subtract(b, a)))",
    ],
  ]),
  ...inFile('src/ops/gather.ts', testOf('ops/gather'), [
    [
      'off by one',
      "checkIndices('gather', indices, table.shape[0])",
      "checkIndices('gather', indices, table.shape[0] + 1)",
    ],
  ]),
  ...inFile('src/ops/slice.ts', op('slice'), [
    ['off by one', 'pad(grad!, starts, x.shape)]', 'pad(grad!, starts.map(() => 0), x.shape)]'],
    [
      'wrong axis',
      'x.offset + starts[0] * sizeOf(x.shape.slice(1))',
      'x.offset + starts[0] * x.shape[0]',
      op('sliceRows'),
    ],
  ]),
  ...inFile('src/ops/concat.ts', op('concat'), [
    [
      'off by one',
      'slice(grad!, unit(x.shape, axis, starts[i]), x.shape)',
      'slice(grad!, unit(x.shape, axis, starts[0]), x.shape)',
    ],
  ]),
  ...inFile('src/ops/transpose.ts', op('transpose'), [
    ['wrong axis', 'order.map((_, axis) => order.indexOf(axis))', 'order'],
  ]),
  ...inFile('src/ops/takeColumns.ts', op('takeColumns'), [
    ['transposed operand', 'x.shape[0],\n      x.shape[1],', 'x.shape[0],\n      x.shape[0],'],
  ]),
  ...inFile('src/ops/broadcast.ts', op('(sumAxis|broadcastTo|add|multiply)'), [
    [
      'wrong axis',
      'x.shape.map((size, other) => (other === axis ? 1 : size))',
      'x.shape.map((size, other) => (other === 0 ? 1 : size))',
      op('sumAxis'),
    ],
    ['missing term', 'axis < extra || (shape', 'axis < extra && (shape', op('(add|multiply|broadcastTo)')],
  ]),
  ...inFile('src/ops/reduce.ts', testOf('autograd/higherOrder'), [
    [
      'unscaled mean',
      'multiply(sum(x, options), 1 / count)',
      'sum(x, options)',
      testOf('testing/ourselves', 'mean'),
    ],
  ]),
  ...inFile('src/ops/crossEntropy.ts', op('crossEntropyGrad'), [
    ['unscaled mean', 'multiply(up!, 1 / classes.length)', 'up!'],
    ['missing term', 'subtract(sum(along), sum(takeColumns(weighted, classes)))', 'sum(along)'],
  ]),
  ...inFile('src/ops/ctcLoss.ts', op('ctcLoss'), [
    ['wrong axis', 'context.integers([1, 0]),', 'context.integers([0, 1]),'],
  ]),
  ...inFile('src/ops/dropout.ts', op('dropout'), [
    ['stale seed', 'dropout(grad!, rate, seed)]', 'dropout(grad!, rate, seed + 1)]'],
  ]),
  ...inFile('src/ops/toeplitz.ts', op('diagonalSums'), [
    [
      'transposed operand',
      'toeplitzMatrix(grad!, w.shape[0], w.shape[1])',
      'toeplitzMatrix(grad!, w.shape[1], w.shape[0])',
    ],
  ]),
  ...inFile('src/ops/displacement.ts', op('fromDisplacement'), [
    ['transposed operand', '[fromDisplacementTranspose(grad!)]', '[fromDisplacement(grad!)]'],
  ]),
];

const sequences = [
  ...inFile('src/ops/lstmSequence.ts', op('lstmSequence'), [
    ['off by one in time', 'for (let t = time - 1; t >= 0; t--)', 'for (let t = time - 1; t > 0; t--)'],
    ['missing term', 'if (grads[1] !== null) kernels.add', 'if (false) kernels.add'],
    ['missing term', 'kernels.passHeldRows(batch, width, dhs[t], dhsBefore[t], steps.lengths, t)', '{}'],
    [
      'missing term',
      'kernels.holdRows(batch, width, hsBefore[t], hs[t], steps.lengths, t)',
      '{}',
      sequence('lstmSequence'),
    ],
  ]),
  ...inFile('src/ops/gruSequence.ts', op('gruSequence'), [
    ['dropped gate', 'context.at(sums, 2 * hidden)', 'context.at(sums, hidden)'],
    ['wrong operand', 'context.buffer(dProduct), firstRecurrent)', 'context.buffer(dInput), firstRecurrent)'],
  ]),
  ...inFile('src/ops/rnnSequence.ts', op('rnnSequence'), [
    ['stale state', 'u.forward(t, hsBefore[t], hs[t], false)', 'u.forward(t, hsBefore[0], hs[t], false)'],
  ]),
  ...inFile('src/ops/sequenceSteps.ts', op('(lstm|gru|rnn)Sequence'), [
    ['off by one in time', 'this.each(sequence).slice(0, -1)]', 'this.each(sequence).slice(1)]'],
    [
      'off by one in time',
      'return step >= this.#shortest;',
      'return step > this.#shortest;',
      sequence('lstmSequence'),
    ],
    [
      'missing term',
      'if (needed || !first.backend.readsAtOnce) return 0;',
      'if (!first.backend.readsAtOnce) return 0;',
      sequence('lstmSequence'),
    ],
    ['unscaled sum', '1, sequence.size / width, width);', '1, sequence.size / width - 1, width);'],
  ]),
  ...inFile('src/ops/factorChain.ts', op('(lstm|gru)Sequence'), [
    ['missing term', 'const accumulate = source > 0 ? 1 : 0;', 'const accumulate = 0;'],
    [
      'off by one in time',
      'const skipped = first * this.#batch;',
      'const skipped = 0;',
      sequence('lstmSequence'),
    ],
  ]),
];

const references = [
  ...inFile('kernels/lstmCell/reference.ts', op('lstmSequence'), [
    ['dropped gate', 'gates[f] * cPrev[state] + gates[i] * gates[g]', 'gates[f] * cPrev[state] + gates[g]'],
    [
      'missing term',
      'dc[state] + dh[state] * gates[o] * (1 - cTanh[state] ** 2)',
      'dh[state] * gates[o] * (1 - cTanh[state] ** 2)',
    ],
    ['off by one in time', 'dState * cPrev[state] * gates[f]', 'dState * cTanh[state] * gates[f]'],
    ['missing term', 'dc[state] = dState * gates[f]', 'dc[state] = dState'],
  ]),
  ...inFile('kernels/lstmPeepholeCell/reference.ts', op('lstmSequence'), [
    ['missing term', 'direct + dGates[o] * peepholes[2 * hidden + j]', 'direct'],
    [
      'off by one in time',
      'dPeepholes[2 * hidden + j] += dGates[o] * c[state]',
      'dPeepholes[2 * hidden + j] += dGates[o] * cPrev[state]',
    ],
  ]),
  ...inFile('kernels/gruCell/reference.ts', op('gruSequence'), [
    ['dropped gate', 'dRecurrent[n] = dInput[n] * gates[r]', 'dRecurrent[n] = dInput[n]'],
    [
      'sign',
      '(hPrev[state] - candidate[state]) * gates[z] * (1 - gates[z])',
      '(candidate[state] - hPrev[state]) * gates[z] * (1 - gates[z])',
    ],
    ['missing term', 'if (!held) dhPrev[state] += dhReset[state] * r;', '', op('gruResetBeforeSequence')],
  ]),
  ...inFile('kernels/rnnCell/reference.ts', op('rnnSequence'), [
    ['missing term', 'dhPrev[k] += dh[k];', ''],
    ['factor', 'Number(h[k] > 0) : 1 - h[k] ** 2', 'Number(h[k] > 0) : 1 - h[k]'],
    [
      'wrong case',
      'rectify ? Number(h[k] > 0)',
      'rectify ? Number(h[k] < 0)',
      sequence('rnnSequence with relu'),
    ],
  ]),
  ...inFile('kernels/ctc/reference.ts', op('ctcLoss'), [
    ['off by one in time', 'next[s] + logProbs[(t + 1) * classes', 'next[s] + logProbs[t * classes'],
    ['missing term', '- posterior[k]', '', op('ctcLoss')],
    ['missing term', 'logAdd(alpha[last], alpha[last - 1])', 'alpha[last]', testOf('kernels/ctc')],
  ]),
  ...inFile('kernels/softmax/reference.ts', op('softmax'), [
    ['unscaled sum', 'Math.exp(x[i] - max) / sum', 'Math.exp(x[i] - max)'],
  ]),
  ...inFile('kernels/crossEntropy/reference.ts', op('crossEntropy'), [
    ['unscaled mean', '(dLoss[0] / rows)', 'dLoss[0]'],
    ['unscaled mean', 'loss[0] = total / rows', 'loss[0] = total'],
  ]),
  ...inFile('kernels/adam/reference.ts', testOf('optim/optimizers', 'float64'), [
    ['unscaled mean', 'm[i] / correction1 /', 'm[i] /'],
    ['missing term', '(1 - beta2) * g[i] * g[i]', '(1 - beta2) * g[i]'],
    ['missing term', 'p[i] * (1 - learningRate * weightDecay)', 'p[i]'],
  ]),
  ...inFile('kernels/sgd/reference.ts', testOf('optim/optimizers', 'float64'), [
    ['stale state', 'velocity[i] = momentum * velocity[i] + g[i]', 'velocity[i] = velocity[i] + g[i]'],
    ['sign', 'p[i] -= learningRate * velocity[i]', 'p[i] += learningRate * velocity[i]'],
  ]),
  ...inFile('kernels/displacement/reference.ts', op('fromDisplacement'), [
    ['off by one', 'p[((i + k + 1) % n) * n + k]', 'p[((i + k) % n) * n + k]'],
    ['sign', '(j > 0 ? -1 : 1) * dm', 'dm', op('fromDisplacementTranspose')],
  ]),
  ...inFile('kernels/circulantProduct/reference.ts', op('structuredProduct'), [
    ['missing conjugate', 'dInput, true, true)', 'dInput, false, true)'],
  ]),
];

const maps = [
  ...inFile('src/maps/circulant.ts', laws('circulant'), [
    ['off by one', 'slice(v, [v.size - cols + 1], [cols - 1])', 'slice(v, [v.size - cols], [cols - 1])'],
    ['sign', 'f === 1 ? above : multiply(above, f)', 'above', testOf('maps/circulant')],
  ]),
  ...inFile('src/maps/toeplitz.ts', laws('toeplitz|fast transforms'), [
    ['off by one', '[0, n - cols + 1], [blocks, n]', '[0, n - cols], [blocks, n]'],
  ]),
  ...inFile('src/maps/toeplitzLike.ts', laws('toeplitzLike'), [
    ['transposed operand', 'matmul(g, h, { transposeA: true })', 'matmul(h, g, { transposeA: true })'],
  ]),
  ...inFile('src/maps/factors.ts', laws('(dense|lowRank) map'), [
    [
      'transposed operand',
      'byBlocks(x, factor, (part, block) => matmul(part, block, { transposeB: true }))',
      'byBlocks(x, factor, (part, block) => matmul(part, block))',
    ],
    [
      'off by one',
      'pad(block, [0, i * cols], [rows, inSize])',
      'pad(block, [0, 0], [rows, inSize])',
      laws('blockDiagonal'),
    ],
  ]),
  ...inFile('src/maps/kronecker.ts', testOf('maps/structure'), [
    ['wrong axis', '[0, 2, 1, 3]', '[0, 1, 2, 3]'],
  ]),
  ...inFile('src/maps/hashed.ts', testOf('maps/structure'), [
    ['sign', 'concat([v, negate(v)])', 'concat([v, v])'],
  ]),
  ...inFile('src/maps/blockCirculant.ts', testOf('maps/structure'), [
    ['sign', '((i - j + inSize) % size)', '((j - i + outSize * size) % size)'],
  ]),
  ...inFile('src/maps/diagonalPlusLowRank.ts', testOf('maps/structure'), [
    ['wrong axis', 'putColumns(entries, places, inSize)', 'putColumns(entries, places.toReversed(), inSize)'],
  ]),
];

const cells = [
  ...inFile('src/nn/lstmSteps.ts', testOf('nn/pytorch'), [
    ['dropped gate', 'multiply(sigmoid(peep(0, c, i)), tanh(g))', 'tanh(g)'],
    [
      'off by one in time',
      'sigmoid(peep(2, cNew, o))',
      'sigmoid(peep(2, c, o))',
      sequence('lstmSequence with peepholes'),
    ],
    ['stale state', 'c = hold(cNew, c, step, lengths)', 'c = cNew', sequence('lstmSequence')],
  ]),
  ...inFile('src/nn/gruSteps.ts', testOf('nn/pytorchRecurrent'), [
    ['dropped gate', 'multiply(r, add(part(uh, 2), recurrentBias))', 'add(part(uh, 2), recurrentBias)'],
    [
      'wrong operand',
      'add(multiply(subtract(1, z), n), multiply(z, h))',
      'add(multiply(z, n), multiply(subtract(1, z), h))',
    ],
    ['wrong operand', 'product(multiply(r, h), candidate', 'product(h, candidate'],
  ]),
  ...inFile('src/nn/bidirectional.ts', testOf('nn/layers', 'reversed|both directions'), [
    ['off by one in time', 't < length ? length - 1 - t : t', 't < length ? time - 1 - t : t'],
    ['wrong operand', 'reversed(back.y, lengths)', 'back.y'],
  ]),
  ...inFile('src/nn/lstmLayer.ts', testOf('nn/layers', 'a layer'), [
    ['dropped gate', 'i >= hidden && i < 2 * hidden ? 1 : 0', '0', testOf('nn/recurrentModel')],
  ]),
];

const engine = [
  ...inFile('src/autograd/tape.ts', testOf('autograd/grad'), [
    ['missing term', 'sum === undefined ? grad : accumulate(sum, grad)', 'grad'],
  ]),
  ...inFile('src/tensor/storage.ts', testOf('tensor/storage'), [
    ['stale cache', 'Float32Array.from(values);\n      this.#buffer = null;', 'Float32Array.from(values);'],
    [
      'stale cache',
      'this.#lifetime === null || this.#lifetime.open)) return this.#buffer;',
      'true)) return this.#buffer;',
    ],
    [
      'stale cache',
      'this.#values = this.backend.settle(this.#taken(), this.size);',
      '',
      testOf('optim/optimizers', 'ordinary array'),
    ],
    [
      'stale cache',
      'else this.backend.write(this.#buffer!, values);\n    this.version++;',
      'else this.backend.write(this.#buffer!, values);',
    ],
  ]),
  ...inFile('src/optim/clip.ts', testOf('optim/clip'), [
    ['unscaled mean', 'multiply(grad, limit / norm)', 'multiply(grad, limit)'],
    ['missing root', 'return Math.sqrt(total);', 'return total;'],
  ]),
  ...inFile('src/optim/adam.ts', testOf('optim/optimizers', 'float64'), [
    ['off by one in time', '1 - beta1 ** step', '1 - beta1 ** (step + 1)'],
  ]),
];

const simd = [
  ...inFile('kernels/lstmCell/simd.ts', kernel('lstmCell'), [
    ['dropped gate', 'madd(f, load(cPrev, lanes), f32x4.mul(i, g))', 'madd(f, load(cPrev, lanes), g)'],
    ['missing term', 'store(dc, flushed(f32x4.mul(dState, f)), lanes)', 'store(dc, flushed(dState), lanes)'],
  ]),
  ...inFile('kernels/gruCell/simd.ts', kernel('recurrentCells'), [
    ['sign', 'madd(z, f32x4.sub(h, n), n)', 'madd(z, f32x4.sub(n, h), n)'],
    [
      'missing term',
      'addTo(dh, dhPrev, hidden);\n    } else {\n      for (let j: usize = 0; j < row; j += 16) {\n        const lanes = min<usize>(4, (row - j) >> 2);\n        const dN',
      '} else {\n      for (let j: usize = 0; j < row; j += 16) {\n        const lanes = min<usize>(4, (row - j) >> 2);\n        const dN',
    ],
  ]),
  ...inFile('kernels/rnnCell/simd.ts', kernel('recurrentCells'), [
    ['factor', 'f32x4.sub(one, f32x4.mul(y, y))', 'f32x4.sub(one, y)'],
  ]),
  ...inFile('kernels/softmax/simd.ts', kernel('rows'), [
    ['off by one', 'if (n > 2) sum += f32x4.extract_lane(term, 2);', ''],
  ]),
  ...inFile('kernels/adam/simd.ts', kernel('training'), [
    [
      'missing term',
      'madd(keep2, load(v, lanes), f32x4.mul(take2, f32x4.mul(gradient, gradient)))',
      'madd(keep2, load(v, lanes), f32x4.mul(gradient, gradient))',
    ],
  ]),
  ...inFile('kernels/sgd/simd.ts', kernel('training'), [
    [
      'sign',
      'const rate = f32x4.splat(<f32>-learningRate);\n  const keep',
      'const rate = f32x4.splat(<f32>learningRate);\n  const keep',
    ],
  ]),
];

/** Every fault, by where it is planted. */
export const faults = { ops, sequences, references, maps, cells, engine, simd };
