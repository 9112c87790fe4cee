/**
 * Where there is no `navigator.gpu`, that of the package `webgpu` (≥ 0.6), which a user of Node installs beside ours.
 * Rejects with the reason where it is missing or finds no driver.
 */
export async function provideWebGpu(): Promise<void> {
  if (hasWebGpu(globalThis.navigator)) return;
  if (globalThis.process?.versions?.node === undefined) throw new Error('this browser has no navigator.gpu.');
  // Not to be found by bundlers, which need not have it.
  const name = 'webgpu';
  let module: { create(flags: string[]): object; globals: object };
  try {
    module = await import(/* webpackIgnore: true */ /* @vite-ignore */ name);
  } catch {
    throw new Error(
      'Node has WebGPU only through the package webgpu (0.6 or newer), which is not installed.',
    );
  }
  Object.assign(globalThis, module.globals);
  const gpu = module.create([]);
  const navigator = Object.create(globalThis.navigator ?? null, { gpu: { value: gpu } });
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true, writable: true });
}

const hasWebGpu = (navigator: Navigator | undefined): boolean =>
  navigator !== undefined && (navigator as { gpu?: object }).gpu !== undefined;
