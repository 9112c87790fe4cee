import type { Tensors } from '../autograd/grad.ts';
import { InputError } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { LinearMap, ParameterSpec } from './linearMap.ts';

/**
 * Gives every parameter of a model its one name. A map used in several places keeps the name of its first place, so
 * what is shared is stored, counted, saved and updated once, and its gradient is the sum over its uses.
 */
export class Naming {
  readonly specs: Record<string, ParameterSpec> = {};
  readonly #prefixes = new Map<LinearMap, string>();

  /** A parameter that belongs to no map, such as a bias. */
  add(name: string, spec: ParameterSpec): void {
    if (this.specs[name] !== undefined) throw new Error(`The parameter ${name} is named twice.`);
    this.specs[name] = spec;
  }

  /** Names the parameters of `map` after its place, unless it stands elsewhere already. */
  addMap(place: string, map: LinearMap): void {
    if (this.#prefixes.has(map)) return;
    this.#prefixes.set(map, place);
    for (const [name, spec] of Object.entries(map.parameters)) this.add(`${place}.${name}`, spec);
    for (const [name, part] of Object.entries(map.parts ?? {})) this.addMap(`${place}.${name}`, part);
  }

  /** One parameter out of all those of the model. Throws InputError when it is missing. */
  parameter(name: string, parameters: Tensors): Tensor {
    const found = parameters[name];
    if (found === undefined) throw new InputError(`The parameter ${name} is missing.`);
    return found;
  }

  /**
   * The parameters of `map`, under the names that it knows, out of all those of the model.
   * Throws InputError when one is missing.
   */
  pick(map: LinearMap, parameters: Tensors): Tensors {
    const picked: Record<string, Tensor> = {};
    const prefix = this.#prefixes.get(map);
    for (const name of Object.keys(map.parameters)) {
      picked[name] = this.parameter(`${prefix}.${name}`, parameters);
    }
    for (const [name, part] of Object.entries(map.parts ?? {})) {
      for (const [inner, value] of Object.entries(this.pick(part, parameters)))
        picked[`${name}.${inner}`] = value;
    }
    return picked;
  }
}
