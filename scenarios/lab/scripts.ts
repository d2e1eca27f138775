/** The scripts of all lab tests and of the scenarios for what the labs leave out, by name. */
import type { Script } from '../../harness/script/script.ts';
import { gapTests } from '../lab-gaps/gap-tests.ts';
import { lab2a } from './lab-2a.ts';
import { lab2b } from './lab-2b.ts';
import { lab2c } from './lab-2c.ts';
import { lab2d } from './lab-2d.ts';
import { lab3a } from './lab-3a.ts';
import { lab3b } from './lab-3b.ts';
import type { LabTest } from './lab-test.ts';

export const labTests: readonly LabTest[] = [...lab2a, ...lab2b, ...lab2c, ...lab2d, ...lab3a, ...lab3b];

const scriptsOf = (system: LabTest['system']): ReadonlyMap<string, Script> =>
  new Map([...labTests, ...gapTests].filter((test) => test.system === system).map((test) => [test.name, test.script]));

export const raftScripts = scriptsOf('raft');
export const raftKvScripts = scriptsOf('raft-kv');
