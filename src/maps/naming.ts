import type { Tensors } from '../autograd/grad.ts';
import { InputError } from '../errors.ts';
import { sameShape, show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { LinearMap, ParameterSpec } from './linearMap.ts';

/**
 * Gives every parameter of a model its one name. A map used in several places keeps the name of its first place, so
 * what is shared is stored, counted, saved and updated once, and its gradient is the sum over its uses.
 */
export class Naming {
  readonly specs: Record<string, ParameterSpec> = {};
  readonly #prefixes = new Map<LinearMap, string>();
  readonly #maps = new Map<string, LinearMap>();

  /** A parameter that belongs to no map, such as a bias. */
  add(name: string, spec: ParameterSpec): void {
    if (this.specs[name] !== undefined) throw new Error(`The parameter ${name} is named twice.`);
    this.specs[name] = spec;
  }

  /** Names the parameters of `map` after its place, unless it stands elsewhere already. */
  addMap(place: string, map: LinearMap): void {
    this.#maps.set(place, map);
    this.#name(place, map);
  }

  /** Where maps stand, in the order in which they were added. */
  get places(): readonly string[] {
    return [...this.#maps.keys()];
  }

  /** The map at a place. */
  mapAt(place: string): LinearMap | undefined {
    return this.#maps.get(place);
  }

  /** The first place of a map, after which its parameters are named. */
  firstPlaceOf(map: LinearMap): string | undefined {
    return this.#prefixes.get(map);
  }

  /** One parameter out of all those of the model. Throws InputError when it is missing or has another shape. */
  parameter(name: string, parameters: Tensors): Tensor {
    const found = parameters[name];
    if (found === undefined) throw new InputError(`The parameter ${name} is missing.`);
    const { shape } = this.specs[name];
    if (!sameShape(found.shape, shape)) {
      throw new InputError(`The parameter ${name} has shape ${show(found.shape)}, expected ${show(shape)}.`);
    }
    return found;
  }

  /**
   * The parameters of `map`, under the names that it knows, out of all those of the model.
   * Throws InputError when one is missing or has another shape.
   */
  pick(map: LinearMap, parameters: Tensors): Tensors {
    const names = Object.entries(this.namesOf(map));
    return Object.fromEntries(names.map(([name, full]) => [name, this.parameter(full, parameters)]));
  }

  /** What the parameters of `map` are called in the model, by the names that it knows. */
  namesOf(map: LinearMap): Readonly<Record<string, string>> {
    const names: Record<string, string> = {};
    for (const name of Object.keys(map.parameters)) names[name] = `${this.#prefixes.get(map)}.${name}`;
    for (const [part, inner] of Object.entries(map.parts ?? {})) {
      for (const [name, full] of Object.entries(this.namesOf(inner))) names[`${part}.${name}`] = full;
    }
    return names;
  }

  #name(place: string, map: LinearMap): void {
    if (this.#prefixes.has(map)) return;
    this.#prefixes.set(map, place);
    for (const [name, spec] of Object.entries(map.parameters)) this.add(`${place}.${name}`, spec);
    for (const [name, part] of Object.entries(map.parts ?? {})) this.#name(`${place}.${name}`, part);
  }
}
