/** Worker threads: starting them, one request at a time to each, and what to say when one dies. */
import { Worker } from 'node:worker_threads';
import {
  numbersPerWorker, type ModelSource, type WorkerReply, type WorkerRequest, type WorkerSetup,
} from './worker-messages.ts';

/** The same file beside this one, compiled or not. */
const workerUrl = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

type Reply<K extends WorkerReply['kind']> = Extract<WorkerReply, { kind: K }>;

export class Thread {
  private readonly worker: Worker;
  private waiting: { resolve: (reply: WorkerReply) => void; reject: (error: Error) => void } | null = null;
  private death: Error | null = null;

  constructor(setup: WorkerSetup) {
    this.worker = new Worker(workerUrl, { workerData: setup });
    this.worker.on('message', (reply: WorkerReply) => {
      const { waiting } = this;
      this.waiting = null;
      if (reply.kind === 'failed') waiting?.reject(rethrown(reply));
      else waiting?.resolve(reply);
    });
    this.worker.on('error', (error: Error) => this.die(explained(error)));
    this.worker.on('exit', () => this.die(new Error('a worker of the explorer ended too early')));
  }

  ask<K extends WorkerReply['kind']>(kind: K, request: WorkerRequest): Promise<Reply<K>> {
    if (this.waiting !== null) throw new Error('a worker takes one request at a time');
    return new Promise((resolve, reject) => {
      if (this.death !== null) return reject(this.death);
      const accept = (reply: WorkerReply): void => {
        if (reply.kind === kind) resolve(reply as Reply<K>);
        else reject(new Error(`a worker answered "${reply.kind}" where "${kind}" was due`));
      };
      this.waiting = { resolve: accept, reject };
      this.worker.postMessage(request, []);
    });
  }

  async end(): Promise<void> {
    this.worker.removeAllListeners();
    await this.worker.terminate();
  }

  private die(error: Error): void {
    this.death ??= error;
    this.waiting?.reject(this.death);
    this.waiting = null;
  }
}

export class Threads {
  readonly all: readonly Thread[];
  private readonly control: Int32Array;

  constructor(count: number, source: ModelSource, hasSymmetry: boolean) {
    const control = new SharedArrayBuffer(4 * (1 + count * numbersPerWorker));
    this.control = new Int32Array(control);
    this.all = Array.from({ length: count }, (_, index) => new Thread({ source, hasSymmetry, index, control }));
  }

  /** Asks the workers to return as soon as they can with what they have. */
  interrupt(): void {
    Atomics.store(this.control, 0, 1);
  }

  /** Sums over the workers for the running round. */
  roundNumbers(): { found: number; generated: number; queue: number } {
    const sums = [0, 0, 0];
    for (let at = 1; at < this.control.length; at++)
      sums[(at - 1) % numbersPerWorker]! += Atomics.load(this.control, at);
    return { found: sums[0]!, generated: sums[1]!, queue: sums[2]! };
  }

  /** Before a round: nothing was found in it yet. */
  clearRound(): void {
    for (let at = 1; at < this.control.length; at += numbersPerWorker) {
      Atomics.store(this.control, at, 0);
      Atomics.store(this.control, at + 1, 0);
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.all.map((thread) => thread.end()));
  }
}

function rethrown(reply: Reply<'failed'>): Error {
  const error = new Error(reply.message);
  error.name = reply.name;
  error.stack = reply.stack;
  return error;
}

function explained(error: Error): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new Error(
      'a worker ran out of memory: set smaller bounds, stop earlier with --max-states, or give Node more with NODE_OPTIONS=--max-old-space-size=8000',
    );
  }
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return new Error(
      'this version of Node cannot run workers from TypeScript sources: build first (npm run build) and run from dist, or use one worker',
    );
  }
  return error;
}
