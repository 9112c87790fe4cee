// Plain use: functions that throw. `node plain.mjs`
import { random, tensor } from 'compact-rnn';
import { GradcheckError, gradcheck, gradcheckArrays } from 'compact-rnn/testing';
import { huber, wrongHuber } from './huber.mjs';
import { loss, model } from './model.mjs';

// A function of plain arrays, and its gradient by hand.
const errors = Float64Array.of(0.3, -0.2, 2.5, -4);
const results = gradcheckArrays(huber(1), { errors });
console.log(`huber: ${results.length} directions agree`);

// What a mistake looks like: the entry to blame, both numbers, and code to paste.
try {
  gradcheckArrays(wrongHuber(1), { errors });
} catch (error) {
  if (!(error instanceof GradcheckError)) throw error;
  console.log(error.message);
}

// A kink is told as one: at exactly ±delta Huber's loss has a slope, |x| at 0 has none.
const absolute = {
  value: (x) => Math.abs(x[0]),
  gradient: (x, [weight]) => Float64Array.of(weight * Math.sign(x[0])),
};
const [{ kink }] = gradcheckArrays(absolute, Float64Array.of(0), { jacobian: true });
console.log(`|x| at 0: from ${kink.left.toFixed(3)} to ${kink.right.toFixed(3)}`);

// A whole model, by every parameter and by what goes in: nested records of float64 tensors.
const { normal } = random(1);
const x = tensor(Float64Array.from({ length: 12 }, normal), [2, 2, 3], { dtype: 'float64' });
const parameters = model.initialise(1, { dtype: 'float64' });
const checked = gradcheck((inputs) => loss(inputs, [0, 1, 1, 0]), { parameters, x });
console.log(`model: ${new Set(checked.map(({ input }) => input)).size} inputs agree`);
