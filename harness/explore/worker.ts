/** A worker thread of the explorer: holds its share of a level and expands it, or walks at random. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { Expander } from './expander.ts';
import type { Finding } from './findings.ts';
import { makeModel } from './load-model.ts';
import type { Model } from './model.ts';
import { rebuild } from './path.ts';
import { PropertyChecks } from './property-checks.ts';
import { walkMany } from './random-walk.ts';
import { Visited, type VisitedBuffers } from './visited.ts';
import { numbersPerWorker, type WorkerReply, type WorkerRequest, type WorkerSetup } from './worker-messages.ts';

/** States between two looks at the stop flag. */
const sliceStates = 128;

class Worker {
  private readonly model: Model<unknown, unknown>;
  private readonly setup: WorkerSetup;
  private readonly control: Int32Array;
  private readonly checks: PropertyChecks<unknown, unknown>;
  private visited: Visited | null = null;
  private expander: Expander<unknown, unknown> | null = null;
  private readonly sent = new Set<string>();

  constructor(model: Model<unknown, unknown>, setup: WorkerSetup) {
    this.model = model;
    this.setup = setup;
    this.control = new Int32Array(setup.control);
    this.checks = new PropertyChecks(model);
  }

  answer(request: WorkerRequest): WorkerReply {
    switch (request.kind) {
      case 'take':
        return this.take(request);
      case 'give':
        return { kind: 'gave', halves: this.mustExpand().following.takeLast(request.count) };
      case 'expand':
        return this.expand(request);
      case 'walk':
        return { kind: 'walked', ...walkMany(this.model, request, () => Atomics.load(this.control, 0) !== 0) };
    }
  }

  private take({ halves, start, visited }: Extract<WorkerRequest, { kind: 'take' }>): WorkerReply {
    if (visited !== null) this.attach(visited);
    if (start !== null) {
      this.expander = new Expander(this.model, this.visited!, this.checks, this.setup.hasSymmetry);
      this.expander.level = start.level;
      this.checks.forget(start.reached);
    }
    const expander = this.mustExpand();
    const level = start === null ? expander.following : expander.current;
    for (const { state, lo, hi } of rebuild(this.model, this.visited!, this.setup.hasSymmetry, halves))
      level.push(state, lo, hi);
    return { kind: 'took' };
  }

  private expand({ quota, visited, next }: Extract<WorkerRequest, { kind: 'expand' }>): WorkerReply {
    if (visited !== null) this.attach(visited);
    const expander = this.mustExpand();
    if (next !== null) {
      this.checks.forget(next.reached);
      expander.beginNextLevel();
    }
    const generatedBefore = expander.generated;
    const followingBefore = expander.following.length;
    const found = (): number => expander.following.length - followingBefore;
    const numbers = 1 + numbersPerWorker * this.setup.index;
    let pause: 'level-done' | 'quota' | 'interrupted' | 'slice' = 'slice';
    while (pause === 'slice') {
      pause = expander.run(quota - found(), sliceStates);
      Atomics.store(this.control, numbers, found());
      Atomics.store(this.control, numbers + 1, expander.generated - generatedBefore);
      Atomics.store(this.control, numbers + 2, expander.waiting + expander.following.length);
      if (pause === 'slice' && Atomics.load(this.control, 0) !== 0) pause = 'interrupted';
    }
    const generated = expander.generated - generatedBefore;
    return {
      kind: 'expanded', pause, found: found(), generated, following: expander.following.length,
      waiting: expander.waiting, findings: this.newFindings(),
    };
  }

  /** The best of each property, whenever it has changed. */
  private newFindings(): readonly Finding[] {
    return this.checks.findings.all().filter((finding) => {
      const name = `${finding.property} ${finding.verdict} ${finding.level} ${finding.lo} ${finding.hi} ${finding.actionIndex}`;
      if (this.sent.has(name)) return false;
      this.sent.add(name);
      return true;
    });
  }

  private attach(buffers: VisitedBuffers): void {
    this.visited = Visited.attach(buffers);
    this.expander?.setVisited(this.visited);
  }

  private mustExpand(): Expander<unknown, unknown> {
    if (this.expander === null) throw new Error('a worker was asked to expand before it was given states');
    return this.expander;
  }
}

function failure(error: unknown): WorkerReply {
  if (!(error instanceof Error)) return { kind: 'failed', name: 'Error', message: String(error), stack: '' };
  return { kind: 'failed', name: error.name, message: error.message, stack: error.stack ?? '' };
}

async function serve(port: MessagePort, setup: WorkerSetup): Promise<void> {
  let worker: Worker | null = null;
  // Requests that arrive while the model is being made wait in the port until there is a listener.
  try {
    worker = new Worker(await makeModel(setup.source), setup);
  } catch (error) {
    const failed = failure(error);
    port.on('message', () => port.postMessage(failed));
    return;
  }
  const ready = worker;
  port.on('message', (request: WorkerRequest) => {
    let reply: WorkerReply;
    try {
      reply = ready.answer(request);
    } catch (error) {
      reply = failure(error);
    }
    port.postMessage(reply);
  });
}

if (parentPort === null) throw new Error('worker.js is started by the explorer, not by hand');
await serve(parentPort, workerData as WorkerSetup);
