/** The ready models, by the names that the command line takes. */
import type { Model } from '../model.ts';
import { counterModel } from './counter.ts';
import { kvUnpartitionedModel } from './kv-unpartitioned.ts';
import { kvModel } from './kv.ts';
import { lockModel } from './lock.ts';
import { priorityQueueModel } from './priority-queue.ts';
import { queueModel } from './queue.ts';
import { casRegisterModel, registerModel } from './register.ts';
import { setModel } from './set.ts';
import { stackModel } from './stack.ts';
import { versionedKvModel } from './versioned-kv.ts';

export const models = {
  kv: kvModel,
  'kv-unpartitioned': kvUnpartitionedModel,
  'versioned-kv': versionedKvModel,
  register: registerModel,
  'cas-register': casRegisterModel,
  set: setModel,
  queue: queueModel,
  stack: stackModel,
  'priority-queue': priorityQueueModel,
  lock: lockModel,
  counter: counterModel,
} as const satisfies Record<string, Model<never, never, never> | object>;

export type ModelName = keyof typeof models;
