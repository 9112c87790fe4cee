import { profile } from '../../autograd/profile.ts';
import { backend, useBackend } from '../../backends/index.ts';
import { zeros } from '../../tensor/tensor.ts';
import { Exchange } from './exchange.ts';
import { openPort } from './host.ts';
import { failureOf, type Reply, type Request } from './messages.ts';
import { Replica } from './replica.ts';
import { loadTask } from './task.ts';

/* The script of a thread that computes shards: `Crew` starts it and asks, and it answers. */

let replica: Replica<unknown> | undefined;
// Not awaited at the top level, which bundlers refuse for the browsers that they aim at unless told.
void listen();

async function listen(): Promise<void> {
  const port = await openPort();
  port.onMessage(async (request) => {
    const reply = await answer(request as Request).catch((error) =>
      failureOf(error, replica?.damaged ?? false),
    );
    const transfer =
      reply.kind === 'moments' ? Object.values(reply.moments).map(({ buffer }) => buffer as ArrayBuffer) : [];
    port.post(reply, transfer);
  });
  // Only now is someone listening.
  port.post('ready', []);
}

async function answer(request: Request): Promise<Reply> {
  if (request.kind === 'open') {
    replica = await open(request);
    return { kind: 'opened', moments: Object.keys(replica.optimizer.state.tensors) };
  }
  if (request.kind === 'load') {
    replica!.load(request.moments, request.step);
    return { kind: 'loaded' };
  }
  if (request.kind === 'read') {
    const { tensors } = replica!.optimizer.state;
    const moments = Object.entries(tensors).map(([name, tensor]) => [name, tensor.dataSync()]);
    return { kind: 'moments', moments: Object.fromEntries(moments) };
  }
  const times = new Map<string, number>();
  const step = () => replica!.step(request);
  return { kind: 'stepped', result: request.profiled ? profile(times, step) : step(), times };
}

async function open(request: Request & { readonly kind: 'open' }): Promise<Replica<unknown>> {
  useBackend(request.backend);
  const task = await loadTask(request.module, request.options);
  const parameters = request.parameters.map(({ name, shape, dtype, backend: home }) => {
    const parameter = zeros(shape, { dtype, backend: backend(home) });
    parameter.storage.persist();
    return [name, parameter] as const;
  });
  const exchange = new Exchange(request.memory, request.parameters, request.shards, request.threads);
  return new Replica(task, Object.fromEntries(parameters), exchange, request.thread);
}
