import { add, multiply, sigmoid, subtract, type Tensor, tanh, tensor, valueAndGrad } from 'compact-rnn';
import type { Algebra, Expression } from './expressions.ts';

const ops: Algebra<Tensor> = {
  add: (a, b) => add(a, b),
  subtract: (a, b) => subtract(a, b),
  multiply: (a, b) => multiply(a, b),
  tanh: (a) => tanh(a),
  sigmoid: (a) => sigmoid(a),
  square: (a) => multiply(a, a),
};

/** The value of an expression and its gradient in every input, as the library finds them, in float64. */
export function byLibrary(expression: Expression, values: Readonly<Record<string, number>>) {
  const parameters = Object.fromEntries(
    Object.keys(expression.inputs).map((name) => [name, tensor(values[name], [], { dtype: 'float64' })]),
  );
  const { value, grads } = valueAndGrad((p: Readonly<Record<string, Tensor>>) => expression.build(ops, p))(
    parameters,
  );
  return {
    value: value.item(),
    grads: Object.fromEntries(Object.entries(grads).map(([name, grad]) => [name, grad.item()])),
  };
}
